"""The morning list: what was said of a row's reasons, and how much each kind of reason weighs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.contact.codes import Verdict
from guanxi.crm.contact.models.activity import STAFF
from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.party.models import Party

LONGEST_DAYS = 120


class Mark(models.Model):
    """Grain: one row a customer, occasion (a kind of reason and its day) and time that somebody said something of it.

    ``batch`` holds together what one tap said, so that it is said once and undone whole; undoing takes the rows away.
    What is done or put off is so for everybody who looks after the customer; what is not useful also counts for the
    person's own ranking. ``until``: the day on which a snoozed one comes back.
    """

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id")

    batch = models.UUIDField(editable=False)
    party = models.ForeignKey(
        Party,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("customer"),
    )
    reason = models.CharField(_("reason"), max_length=24)
    day = models.DateField(_("day"))
    verdict = models.CharField(_("said"), max_length=8, choices=Verdict.choices)
    until = models.DateField(_("until"), null=True, blank=True)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), **STAFF)
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("mark on the morning list")
        verbose_name_plural = _("marks on the morning list")
        indexes: ClassVar = [
            models.Index(fields=["party", "reason", "day"], name="mark_party"),
            models.Index(fields=["staff", "-at"], name="mark_staff"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "reason", "day"], name="mark_once"),
            models.CheckConstraint(
                condition=models.Q(verdict=Verdict.SNOOZED, until__isnull=False)
                | ~models.Q(verdict=Verdict.SNOOZED) & models.Q(until__isnull=True),
                name="mark_snoozed_until_a_day",
                violation_error_message=_("What is snoozed comes back on a day, what is not does not."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.reason} {self.verdict}"  # type: ignore[attr-defined]


def days_field(label: Any, words: Any) -> models.PositiveSmallIntegerField:
    """A number of days, up to some months."""
    return models.PositiveSmallIntegerField(label, help_text=words, validators=[MaxValueValidator(LONGEST_DAYS)])


class ReasonSetting(models.Model):
    """Grain: one row a kind of reason and version of how much it weighs. The newest version holds; none is changed.

    A kind without a row weighs what the program says (``Reason`` in ``insight/reasons/base.py``): its version is 0.
    """

    reason = models.CharField(_("reason"), max_length=24)
    version = models.PositiveIntegerField(_("version"), editable=False)
    weight = models.DecimalField(
        _("weight"),
        max_digits=4,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal(20))],
        help_text=_("A reason of twice the weight counts twice as much, all else being equal."),
    )
    lead_days = days_field(_("days before"), _("So many days before its day it is told of."))
    keep_days = days_field(_("days after"), _("So many days after its day it is still told of."))
    half_life = days_field(
        _("half-life in days"), _("So many days from its day, before or after, it counts half. 0: it never fades.")
    )
    is_shown = models.BooleanField(_("shown"), default=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, editable=False, verbose_name=_("set by"), **STAFF)
    made_at = models.DateTimeField(_("set"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("weight of a reason")
        verbose_name_plural = _("weights of the morning list")
        constraints: ClassVar = [models.UniqueConstraint(fields=["reason", "version"], name="reason_setting_once")]

    def __str__(self) -> str:
        return f"{self.reason} {self.version}"
