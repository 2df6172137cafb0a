from decimal import Decimal

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contact", "0003_calendar"),
        ("party", "0003_sealed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Mark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch", models.UUIDField(editable=False)),
                ("reason", models.CharField(max_length=24, verbose_name="reason")),
                ("day", models.DateField(verbose_name="day")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("done", "Done"), ("snoozed", "Snoozed"), ("useless", "Not useful")],
                        max_length=8,
                        verbose_name="said",
                    ),
                ),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                (
                    "party",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="party.party",
                        verbose_name="customer",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "mark on the morning list",
                "verbose_name_plural": "marks on the morning list",
                "indexes": [
                    models.Index(fields=["party", "reason", "day"], name="mark_party"),
                    models.Index(fields=["staff", "-at"], name="mark_staff"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "reason", "day"), name="mark_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("until__isnull", False), ("verdict", "snoozed")),
                            models.Q(models.Q(("verdict", "snoozed"), _negated=True), ("until__isnull", True)),
                            _connector="OR",
                        ),
                        name="mark_snoozed_until_a_day",
                        violation_error_message="What is snoozed comes back on a day, what is not does not.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReasonSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=24, verbose_name="reason")),
                ("version", models.PositiveIntegerField(editable=False, verbose_name="version")),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="A reason of twice the weight counts twice as much, all else being equal.",
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(Decimal("20")),
                        ],
                        verbose_name="weight",
                    ),
                ),
                (
                    "lead_days",
                    models.PositiveSmallIntegerField(
                        help_text="So many days before its day it is told of.",
                        validators=[django.core.validators.MaxValueValidator(120)],
                        verbose_name="days before",
                    ),
                ),
                (
                    "keep_days",
                    models.PositiveSmallIntegerField(
                        help_text="So many days after its day it is still told of.",
                        validators=[django.core.validators.MaxValueValidator(120)],
                        verbose_name="days after",
                    ),
                ),
                (
                    "half_life",
                    models.PositiveSmallIntegerField(
                        help_text="So many days from its day, before or after, it counts half. 0: it never fades.",
                        validators=[django.core.validators.MaxValueValidator(120)],
                        verbose_name="half-life in days",
                    ),
                ),
                ("is_shown", models.BooleanField(default=True, verbose_name="shown")),
                (
                    "made_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="set"),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="set by",
                    ),
                ),
            ],
            options={
                "verbose_name": "weight of a reason",
                "verbose_name_plural": "weights of the morning list",
                "constraints": [models.UniqueConstraint(fields=("reason", "version"), name="reason_setting_once")],
            },
        ),
    ]
