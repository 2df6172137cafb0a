"""People and organisations, as the warehouse published them. Written by the night's job, read here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.kernel.sealed import SealedCharField, SealedDecimalField
from guanxi.crm.org.models import Institution, Staff


class PartyKind(models.TextChoices):
    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")


class Party(models.Model):
    """Grain: one row a party."""

    scope_paths: ClassVar = ScopePaths(institution="institution_id", manager="manager_id", record="id", kind="kind")

    id = models.CharField(_("customer number"), max_length=32, primary_key=True)
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name in Latin letters"), max_length=200, default="", blank=True)
    name_pinyin = models.CharField(_("pinyin"), max_length=600, default="", blank=True)
    gender = models.CharField(_("sex"), max_length=1, default="", blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    nationality = models.CharField(_("nationality"), max_length=3, default="", blank=True)
    education = models.CharField(_("education"), max_length=16, default="", blank=True)
    occupation = models.CharField(_("occupation"), max_length=120, default="", blank=True)
    annual_income = SealedDecimalField(
        _("income a year"),
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        label="party_party.annual_income",
        key=("id",),
    )
    industry_code = models.CharField(_("industry"), max_length=8, default="", blank=True)
    organisation_scale = models.CharField(_("size class"), max_length=8, default="", blank=True)
    registered_capital = models.DecimalField(
        _("registered capital"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    employees = models.IntegerField(_("employees"), null=True, blank=True)
    established_on = models.DateField(_("founded on"), null=True, blank=True)
    institution = models.ForeignKey(
        Institution,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("institution"),
    )
    manager = models.ForeignKey(
        Staff,
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("relationship manager"),
    )
    opened_on = models.DateField(_("customer since"))
    investment_risk = models.CharField(_("risk appetite"), max_length=2, default="", blank=True)
    aml_risk = models.CharField(_("money-laundering risk"), max_length=8, default="", blank=True)
    restricted = models.BooleanField(_("restricted"), default=False)
    status = models.CharField(_("status"), max_length=8, default="active")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("Customers")
        indexes: ClassVar = [
            models.Index(fields=["institution", "id"], name="party_institution"),
            models.Index(fields=["manager", "id"], name="party_manager"),
        ]

    def __str__(self) -> str:
        return self.name


class PartyIdentifier(models.Model):
    """Grain: one row a party, kind and number; ``sequence_no`` counts the numbers of one kind in their own order.

    The number is encrypted, and so it cannot be what the row is known by.
    """

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id")

    pk = models.CompositePrimaryKey("party_id", "kind", "sequence_no")
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="identifiers")
    kind = models.CharField(_("kind"), max_length=24)
    sequence_no = models.IntegerField(_("place"), default=1)
    number = SealedCharField(
        _("number"), max_length=64, label="party_partyidentifier.number", key=("party_id", "kind", "sequence_no")
    )
    valid_from = models.DateField(_("valid from"), null=True)
    valid_to = models.DateField(_("valid to"), null=True)
    is_primary = models.BooleanField(_("primary"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")


class ContactPoint(models.Model):
    """Grain: one row a party, kind and sequence number."""

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id")

    pk = models.CompositePrimaryKey("party_id", "kind", "sequence_no")
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="contacts")
    kind = models.CharField(_("kind"), max_length=24)
    sequence_no = models.IntegerField()
    value = SealedCharField(
        _("value"), max_length=300, label="party_contactpoint.value", key=("party_id", "kind", "sequence_no")
    )
    region_code = models.CharField(_("division"), max_length=12, default="", blank=True)
    is_primary = models.BooleanField(_("first choice"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")


class PartyRelation(models.Model):
    """Grain: one row a party, related party and kind: the party is (kind) of the related party."""

    scope_paths: ClassVar = ScopePaths(
        institution="party__institution_id",
        manager="party__manager_id",
        ends=(("related_party_id", "party_party"),),
    )

    pk = models.CompositePrimaryKey("party_id", "related_party_id", "kind")
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="relations")
    related_party = models.ForeignKey(
        Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="relations_to"
    )
    kind = models.CharField(_("relation"), max_length=24)
    share = models.DecimalField(_("share"), max_digits=9, decimal_places=6, null=True)
    valid_from = models.DateField(_("since"), null=True)
    valid_to = models.DateField(_("until"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        indexes: ClassVar = [models.Index(fields=["related_party", "kind"], name="relation_related")]


class LinkedParty(models.Model):
    """Grain: one row an institution, kind and party of the other kind that is related to one of that kind there.

    Numbers alone, derived at each publication from parties and relations in force: by it posts of corporate-retail
    linkage see across the wall between the lines (``kernel/linkage.py``).
    """

    pk = models.CompositePrimaryKey("kind", "institution_id", "party_id")
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    institution_id = models.CharField(_("institution number"), max_length=32)
    party_id = models.CharField(_("customer number"), max_length=32)

    class Meta:
        verbose_name = _("customer across the wall")
        verbose_name_plural = _("customers across the wall")
        indexes: ClassVar = [models.Index(fields=["party_id"], name="linked_party")]


class SearchToken(models.Model):
    """Grain: one row a token, institution and party: what a search is looked up by, with ``=`` alone.

    The first character of a token says its kind: ``n`` one or two characters of a name, ``p`` pinyin from a
    syllable's start, ``i`` initials, ``d`` four digits of a phone, ``x`` a whole identifier or customer number. Those
    of ``d`` and ``x`` are blind: a keyed hash stands for the digits.
    """

    scope_paths: ClassVar = ScopePaths(institution="institution_id", manager="party__manager_id", kind="kind")

    # With the kind, so that a policy that tells the lines of business apart is answered from the index.
    pk = models.CompositePrimaryKey("token", "institution_id", "party_id", "kind")
    token = models.CharField(max_length=80)
    institution_id = models.CharField(max_length=32)
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    kind = models.CharField(max_length=16, choices=PartyKind.choices)

    objects = ScopedManager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["party"], name="token_party")]
