"""What about a customer somebody should act on, as the warehouse published it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.org.models import Institution, Staff
from guanxi.crm.party.models import Party, PartyKind


class Alert(models.Model):
    """Daily. Grain: one row a published business date, customer, reason and day that it is about.

    What about a customer somebody should act on; the reasons are those of ``insight/reasons``. ``amount`` is the money
    at stake; ``amount_before`` what a flow or a fall is held against. ``many`` counts agreements, days or years.
    ``decision`` names the version of the rules and the row that told of it.
    """

    scope_paths: ClassVar = ScopePaths(institution="institution_id", manager="manager_id", kind="kind")

    pk = models.CompositePrimaryKey("business_date", "party_id", "reason", "due_on")
    business_date = models.DateField(_("business date"))
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    reason = models.CharField(_("reason"), max_length=16)
    due_on = models.DateField(_("day"))
    institution = models.ForeignKey(
        Institution, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    manager = models.ForeignKey(
        Staff, models.DO_NOTHING, db_constraint=False, null=True, db_index=False, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2)
    amount_before = models.DecimalField(_("amount before"), max_digits=20, decimal_places=2, null=True)
    many = models.IntegerField(_("how many"))
    decision = models.CharField(max_length=1000, default="", db_default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        indexes: ClassVar = [
            models.Index(fields=["manager", "party"], name="alert_manager"),
            models.Index(fields=["party"], name="alert_party"),
        ]
