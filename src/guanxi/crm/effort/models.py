"""What activities add up to, kept as they are recorded: boards over five million of them are read from some thousands.

The rows are written by triggers (``database.py``) of activities, of customers' figures and of publications, whatever
records, changes or deletes one.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.contact.codes import ActivityKind
from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.org.models import Institution, Staff
from guanxi.crm.party.models import Party, PartyKind

STAFF: dict[str, Any] = {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "related_name": "+"}


class Effort(models.Model):
    """Grain: one row a member of staff, day (of the bank's time zone), kind of activity and kind of customer.

    ``line`` is the customer's kind, empty for other work: behind a wall only the own line is counted. ``reached`` are
    those of ``number`` in which the customer was reached.
    """

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("staff"), **STAFF)
    staff_id: str
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=12, choices=ActivityKind.choices)
    line = models.CharField(_("kind of customer"), max_length=16, choices=PartyKind.choices, default="")
    number = models.IntegerField(_("number"), default=0)
    reached = models.IntegerField(_("reached"), default=0)
    minutes = models.IntegerField(_("minutes"), default=0)

    class Meta:
        verbose_name = _("work of a day")
        verbose_name_plural = _("work by day")
        constraints: ClassVar = [models.UniqueConstraint(fields=["staff", "day", "kind", "line"], name="effort_once")]
        indexes: ClassVar = [models.Index(fields=["day", "staff"], name="effort_day")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.day} {self.kind} {self.number}"


class EffortPeriod(models.Model):
    """Grain: one row a member of staff, week or month (its first day), kind of activity and kind of customer.

    The same as :class:`Effort`, summed: a month of 500 people is some thousands of rows instead of a hundred thousand.
    """

    class Span(models.TextChoices):
        WEEK = "week", _("Week")
        MONTH = "month", _("Month")

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("staff"), **STAFF)
    staff_id: str
    span = models.CharField(_("period"), max_length=5, choices=Span.choices)
    first = models.DateField(_("first day"))
    kind = models.CharField(_("kind"), max_length=12, choices=ActivityKind.choices)
    line = models.CharField(_("kind of customer"), max_length=16, choices=PartyKind.choices, default="")
    number = models.IntegerField(_("number"), default=0)
    reached = models.IntegerField(_("reached"), default=0)

    class Meta:
        verbose_name = _("work of a week or month")
        verbose_name_plural = _("work by week and month")
        # In this order, so that a period is read as one piece of the index.
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["span", "first", "staff", "kind", "line"], name="effort_period_once")
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.span} {self.first} {self.kind} {self.number}"


class Contacted(models.Model):
    """Grain: one row a customer who was reached: the last time, how, by whom, and in which activity.

    A call that nobody answered is no contact here.
    """

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id")

    party = models.OneToOneField(
        Party, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+", verbose_name=_("customer")
    )
    party_id: str
    at = models.DateTimeField(_("last contact"))
    kind = models.CharField(_("kind"), max_length=12, choices=ActivityKind.choices)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), **STAFF)
    staff_id: str
    activity_id = models.BigIntegerField(_("activity"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("last contact")
        verbose_name_plural = _("last contacts")

    def __str__(self) -> str:
        return f"{self.party_id} {self.at:%Y-%m-%d}"


class Premier(models.Model):
    """Grain: one row a premier customer of the newest business date: whose it is, and when it was last reached.

    A copy of what :class:`Contacted` and the customer's figures say, small enough to be counted for the whole bank.
    """

    scope_paths: ClassVar = ScopePaths(institution="institution_id", manager="manager_id", kind="kind")

    party = models.OneToOneField(
        Party, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+", verbose_name=_("customer")
    )
    institution = models.ForeignKey(
        Institution, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    manager = models.ForeignKey(
        Staff, models.DO_NOTHING, db_constraint=False, null=True, db_index=False, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    at = models.DateTimeField(_("last contact"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("premier customer")
        verbose_name_plural = _("premier customers")
        indexes: ClassVar = [
            # With everything that the policy asks, so that counting reads the index alone.
            models.Index(fields=["institution", "manager", "at"], include=["kind", "party"], name="premier_institution")
        ]

    def __str__(self) -> str:
        return str(self.party_id)  # type: ignore[attr-defined]
