"""Who stands around a company, as the warehouse published it: for corporate-retail linkage."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.party.models import Party


class LinkRole(models.TextChoices):
    """What the other side is to the company."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Management")
    STAFF = "staff", _("Staff")
    SUPPLIER = "supplier", _("Supplier")
    BUYER = "buyer", _("Buyer")


class CompanyLink(models.Model):
    """Snapshot. Grain: one row a company (``party``), role and other side.

    ``other_id`` is the other side's party number, empty where it is none of ours; whether it may be named is a matter
    of the scope of who asks, and no row says so. ``other_name`` is the name that the company's own payments state.
    ``amount_year`` and ``amount_last_year`` are what was paid, CNY; of wages nothing but their number (``times``).
    """

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id")

    pk = models.CompositePrimaryKey("party_id", "role", "other_key")
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    role = models.CharField(_("role"), max_length=8, choices=LinkRole.choices)
    other_key = models.CharField(max_length=240)
    other_id = models.CharField(_("other side"), max_length=32, default="", blank=True)
    other_name = models.CharField(_("name in payments"), max_length=200, default="", blank=True)
    share = models.DecimalField(_("share"), max_digits=9, decimal_places=6, null=True)
    amount_year = models.DecimalField(_("paid this year"), max_digits=20, decimal_places=2)
    amount_last_year = models.DecimalField(_("paid last year"), max_digits=20, decimal_places=2)
    times = models.IntegerField(_("payments"))
    last_on = models.DateField(_("last payment"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("link of a company")
        verbose_name_plural = _("links of companies")
        indexes: ClassVar = [
            # For the person who asks what is held about them, and for who is linked with whom.
            models.Index(fields=["other_id"], name="company_link_other", condition=~models.Q(other_id="")),
        ]
