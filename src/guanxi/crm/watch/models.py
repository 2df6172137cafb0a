"""What each member of staff did a day, summed from the audit log, and what became of what looked unusual.

The log is the proof; these sums are made of it anew whenever somebody asks for that (``watch/sums.py``).
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

STAFF = {"on_delete": models.DO_NOTHING, "db_constraint": False, "related_name": "+"}


class StaffDay(models.Model):
    """Grain: one row a person (whoever acts in the log) and day of the bank's time zone.

    ``outside`` counts different customers who were looked at though they are not of the person's own book, nor of one
    that the person covers or supports that day; ``odd`` entries outside of working hours or on a weekend.
    """

    staff_id = models.CharField(_("person"), max_length=64)
    day = models.DateField(_("day"))
    roles = models.CharField(_("roles"), max_length=120, default="")
    entries = models.IntegerField(_("entries"), default=0)
    reveals = models.IntegerField(_("values shown in full"), default=0)
    outside = models.IntegerField(_("customers outside of the own book"), default=0)
    exports = models.IntegerField(_("exports"), default=0)
    odd = models.IntegerField(_("at odd hours"), default=0)
    refused = models.IntegerField(_("refused"), default=0)

    class Meta:
        verbose_name = _("day of a person")
        verbose_name_plural = _("days of persons")
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "staff_id"], name="staff_day_once")]
        indexes: ClassVar = [models.Index(fields=["staff_id", "day"], name="staff_day_person")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.day}"


class SummedDay(models.Model):
    """Grain: one row a day whose sums were made, when last, and whether the day was over by then."""

    day = models.DateField(_("day"), primary_key=True)
    made_at = models.DateTimeField(_("made"))
    complete = models.BooleanField(_("complete"), default=False)

    class Meta:
        verbose_name = _("summed day")
        verbose_name_plural = _("summed days")


class Inquiry(models.Model):
    """Grain: one row a time that an officer looked into what somebody did, with what came of it. Only ever added to."""

    append_only: ClassVar = True

    class Outcome(models.TextChoices):
        EXPLAINED = "explained", _("Explained by the work")
        SPOKEN = "spoken", _("Spoken to the person")
        REPORTED = "reported", _("Reported")

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("about"), **STAFF)  # type: ignore[arg-type]
    staff_id: str
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("looked into by"), **STAFF)  # type: ignore[arg-type]
    by_id: str
    at = models.DateTimeField(_("at"), default=timezone.now)
    first = models.DateField(_("from"))
    last = models.DateField(_("to"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    note = models.CharField(_("note"), max_length=500)

    class Meta:
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        triggers: ClassVar = [
            pgtrigger.Protect(name="inquiries_stay", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
        indexes: ClassVar = [models.Index(fields=["staff", "-at"], name="inquiry_staff")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(staff=models.F("by")),
                name="inquiry_by_another",
                violation_error_message=_("Nobody looks into what they did themselves."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.at:%Y-%m-%d}"
