"""Alerts: a partition a business date, as the other daily figures."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from guanxi.crm.kernel.partition import CreatePartitionedModel

KEY = ("business_date", "party_id", "reason", "due_on")
FAR = {
    "db_constraint": False,
    "db_index": False,
    "on_delete": django.db.models.deletion.DO_NOTHING,
    "related_name": "+",
}


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("insight", "0004_industries_and_links"),
        ("org", "0001_initial"),
        ("party", "0001_initial"),
    ]

    operations = [
        CreatePartitionedModel(
            name="Alert",
            by="LIST (business_date)",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(*KEY, blank=True, editable=False, primary_key=True, serialize=False),
                ),
                ("business_date", models.DateField(verbose_name="business date")),
                ("reason", models.CharField(max_length=16, verbose_name="reason")),
                ("due_on", models.DateField(verbose_name="day")),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "Person"), ("organisation", "Organisation")],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=20, verbose_name="amount")),
                (
                    "amount_before",
                    models.DecimalField(decimal_places=2, max_digits=20, null=True, verbose_name="amount before"),
                ),
                ("many", models.IntegerField(verbose_name="how many")),
                ("institution", models.ForeignKey(to="org.institution", **FAR)),
                ("manager", models.ForeignKey(null=True, to=settings.AUTH_USER_MODEL, **FAR)),
                ("party", models.ForeignKey(to="party.party", **FAR)),
            ],
            options={
                "verbose_name": "alert",
                "verbose_name_plural": "alerts",
                "indexes": [
                    models.Index(fields=["manager", "party"], name="alert_manager"),
                    models.Index(fields=["party"], name="alert_party"),
                ],
            },
        ),
    ]
