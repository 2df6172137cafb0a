"""Who belongs together, as published: owners and groups of companies, circles of guarantees, households."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.party.models import Party, PartyKind

OF_PARTY = ScopePaths(institution="party__institution_id", manager="party__manager_id")


def _share(name: Any) -> models.DecimalField:
    return models.DecimalField(name, max_digits=9, decimal_places=6)


class Ownership(models.Model):
    """Snapshot. Grain: one row a company (``party``) and owner. Shares are fractions.

    ``effective_share`` is what belongs to the owner through all chains, circles included; ``control_share`` what the
    owner and those it controls hold together; ``controls`` whether that, or the bank's file, makes it the controller.
    A beneficial owner is a person over the threshold or in control.
    """

    scope_paths: ClassVar = ScopePaths(
        institution="party__institution_id", manager="party__manager_id", ends=(("owner_id", "party_party"),)
    )

    pk = models.CompositePrimaryKey("party_id", "owner_id")
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    owner = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    owner_id: str
    owner_kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    direct_share = _share(_("share held directly"))
    effective_share = _share(_("effective share"))
    control_share = _share(_("share of votes"))
    controls = models.BooleanField(_("in control"))
    is_beneficial = models.BooleanField(_("beneficial owner"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("ownership")
        verbose_name_plural = _("ownership")
        indexes: ClassVar = [models.Index(fields=["owner"], name="ownership_owner")]


class GroupMember(models.Model):
    """Snapshot. Grain: one row a company that is controlled or controls.

    ``group_id`` is the number of the ultimate controller, a person or a company, ``parent_id`` that of the ultimate
    parent company. Whether either may be named is a matter of the scope of who asks.
    """

    scope_paths: ClassVar = OF_PARTY

    party = models.OneToOneField(
        Party, models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="+", verbose_name=_("company")
    )
    party_id: str
    group_id = models.CharField(_("ultimate controller"), max_length=32)
    parent_id = models.CharField(_("ultimate parent company"), max_length=32)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("member of a group")
        verbose_name_plural = _("members of groups")
        indexes: ClassVar = [models.Index(fields=["group_id"], name="group_member_group")]


class GuaranteeCircle(models.Model):
    """Snapshot. Grain: one row a guarantor and borrower (``party``) who stand in a circle of guarantees.

    ``amount`` is the balance of the agreements guaranteed, CNY. Of one agreement with two guarantors it stands in both
    rows: exposure is added up by borrower, never over these rows.
    """

    scope_paths: ClassVar = ScopePaths(
        institution="party__institution_id", manager="party__manager_id", ends=(("guarantor_id", "party_party"),)
    )

    pk = models.CompositePrimaryKey("circle_id", "guarantor_id", "party_id")
    circle_id = models.CharField(_("circle"), max_length=32)
    guarantor = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    guarantor_id: str
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    party_id: str
    amount = models.DecimalField(_("guaranteed"), max_digits=20, decimal_places=2)
    agreements = models.IntegerField(_("agreements"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("guarantee in a circle")
        verbose_name_plural = _("guarantees in circles")
        indexes: ClassVar = [
            models.Index(fields=["party"], name="guarantee_circle_party"),
            models.Index(fields=["guarantor"], name="guarantee_circle_guarantor"),
        ]


class HouseholdMember(models.Model):
    """Snapshot. Grain: one row a person of a household of two and more.

    ``probability`` is that of the surest link to another member; the flags say what speaks for the household.
    """

    scope_paths: ClassVar = OF_PARTY

    party = models.OneToOneField(
        Party, models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="+", verbose_name=_("person")
    )
    party_id: str
    household_id = models.CharField(_("household"), max_length=32)
    probability = _share(_("probability"))
    by_relation = models.BooleanField(_("by relation"))
    by_account = models.BooleanField(_("by a shared account"))
    by_address = models.BooleanField(_("by address"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("member of a household")
        verbose_name_plural = _("members of households")
        indexes: ClassVar = [models.Index(fields=["household_id"], name="household_member_household")]
