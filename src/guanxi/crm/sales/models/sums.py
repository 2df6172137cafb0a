"""What opportunities add up to, kept while they are written: forecast and boards read thousands of rows, not all.

Both tables are ledgers: a trigger adds what a statement brought and what it took, and nobody changes a row, so that two
people who work in one branch never wait for each other. A figure is the sum of its rows; a job makes them fewer.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.org.models import Institution
from guanxi.crm.party.models import PartyKind
from guanxi.crm.sales.models.pipelines import STAFF, Stage
from guanxi.crm.sales.opportunity_codes import State

# Whoever sees by institution, everything or nothing; for own books opportunities themselves are read: they are few.
BY_INSTITUTION = ScopePaths(institution="institution_id", manager="", record="", kind="kind")
PLACE: dict[str, Any] = {
    "on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "related_name": "+",
}  # fmt: skip


class Summed(models.Model):
    """How many opportunities came (gone: negative) and what they come to, CNY. ``kind`` is the customers'."""

    scope_paths: ClassVar = BY_INSTITUTION

    institution = models.ForeignKey(Institution, **PLACE, verbose_name=_("institution"))
    kind = models.CharField(_("kind of customer"), max_length=16, choices=PartyKind.choices, default="")
    stage = models.ForeignKey(Stage, **PLACE, verbose_name=_("stage"))
    number = models.IntegerField(_("number"))
    amount = models.DecimalField(_("amount in CNY"), max_digits=20, decimal_places=2)
    contribution = models.DecimalField(_("expected contribution"), max_digits=20, decimal_places=2)

    objects = ScopedManager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.institution_id} {self.stage_id} {self.number}"  # type: ignore[attr-defined]


class LeaderSum(Summed):
    """Grain: entries of a leader, institution, kind of customer and stage: open opportunities."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("led by"), **STAFF)

    class Meta:
        verbose_name = _("open opportunities of a leader")
        verbose_name_plural = _("open opportunities by leader")
        indexes: ClassVar = [models.Index(fields=["institution", "stage"], name="leader_sum_institution")]


class MonthSum(Summed):
    """Grain: entries of an institution, kind of customer, stage, state and month (its first day): open opportunities
    by the month in which they are expected, won ones by that in which they were won.
    """

    state = models.CharField(_("state"), max_length=4, choices=State.choices)
    month = models.DateField(_("month"))

    class Meta:
        verbose_name = _("opportunities of a month")
        verbose_name_plural = _("opportunities by month")
        indexes: ClassVar = [models.Index(fields=["month", "institution"], name="month_sum_month")]
