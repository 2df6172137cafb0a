"""Leads: people and firms of whom somebody thinks that they could become customers, and what happened to each."""

from __future__ import annotations

from typing import Any, ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.kernel.sealed import SealedCharField
from guanxi.crm.org.models import Institution
from guanxi.crm.party.models import Party, PartyKind
from guanxi.crm.sales.lead_codes import OPEN, Closing, LeadProduct, LeadSource, LeadState, StepKind

# A lead has its own place, manager and kind: no customer stands behind it yet. Once one does, who supports that
# customer sees the lead too.
PATHS = ScopePaths(institution="institution_id", manager="manager_id", kind="kind")
STAFF: dict[str, Any] = {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "related_name": "+"}
TOKEN = 48


class Lead(models.Model):
    """Grain: one row a person or firm and occasion. ``amount`` is in CNY, what the occasion may be about.

    ``key`` is made by whoever asks to take it in, so that asking twice makes one; phone and identifier are encrypted
    with it. The tokens are their blind index, made of the digits and of the number without spaces, exactly as those of
    customers are (``party.SearchToken``). ``name_folded`` is the name as names are compared.

    ``accept_by`` is when the manager must have accepted, ``escalated_at`` when it was told that they had not.
    ``party`` is the customer that it became, or that it was found to be; ``opportunity_id`` the opportunity.
    ``consent_text`` is what the person was shown and agreed to on the public form. ``version`` counts changes: whoever
    saves says which version they saw.
    """

    scope_paths: ClassVar = PATHS

    key = models.UUIDField(editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    name = models.CharField(_("name"), max_length=200)
    name_folded = models.CharField(max_length=200, editable=False)
    contact_name = models.CharField(_("contact person"), max_length=120, default="", blank=True)
    phone = SealedCharField(_("phone"), max_length=40, default="", blank=True, label="sales_lead.phone", key=("key",))
    phone_token = models.CharField(max_length=TOKEN, default="", blank=True, editable=False)
    identifier = SealedCharField(
        _("identity or credit code"),
        max_length=64,
        default="",
        blank=True,
        label="sales_lead.identifier",
        key=("key",),
    )
    identifier_token = models.CharField(max_length=TOKEN, default="", blank=True, editable=False)
    city = models.CharField(_("city"), max_length=60, default="", blank=True)
    industry_code = models.CharField(_("industry"), max_length=8, default="", blank=True)
    product = models.CharField(_("interest"), max_length=16, choices=LeadProduct.choices, default="", blank=True)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    source = models.CharField(_("source"), max_length=16, choices=LeadSource.choices)
    source_detail = models.CharField(_("more about the source"), max_length=120, default="", blank=True)
    text = models.TextField(_("note"), max_length=2_000, default="", blank=True)
    institution = models.ForeignKey(
        Institution,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("institution"),
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, verbose_name=_("relationship manager"), **STAFF
    )
    state = models.CharField(_("state"), max_length=10, choices=LeadState.choices, default=LeadState.POOL)
    score = models.SmallIntegerField(_("score"), default=0)
    assigned_at = models.DateTimeField(_("assigned"), null=True, blank=True)
    accept_by = models.DateTimeField(_("accept by"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("escalated"), null=True, blank=True)
    recycled = models.PositiveSmallIntegerField(_("times back in the pool"), default=0)
    closing = models.CharField(_("closed because"), max_length=12, choices=Closing.choices, default="", blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    party = models.ForeignKey(
        Party,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("customer"),
    )
    opportunity_id = models.BigIntegerField(_("opportunity"), null=True, blank=True)
    consent_text = models.TextField(_("consent"), max_length=2_000, default="", blank=True)
    consented_at = models.DateTimeField(_("consent given"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("made by"), **STAFF)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("changed by"), **STAFF)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)
    version = models.PositiveIntegerField(_("version"), default=1)

    institution_id: str
    manager_id: str | None
    party_id: str | None
    made_by_id: str | None
    changed_by_id: str | None

    objects = ScopedManager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes: ClassVar = [
            models.Index(fields=["manager", "-made_at", "-id"], name="lead_manager"),
            models.Index(fields=["institution", "-made_at", "-id"], name="lead_institution"),
            models.Index(fields=["-made_at", "-id"], name="lead_made"),
            models.Index(fields=["party"], condition=models.Q(party__isnull=False), name="lead_party"),
            models.Index(fields=["name_folded"], name="lead_name"),
            models.Index(fields=["phone_token"], condition=~models.Q(phone_token=""), name="lead_phone"),
            models.Index(fields=["identifier_token"], condition=~models.Q(identifier_token=""), name="lead_identifier"),
            models.Index(fields=["accept_by"], condition=models.Q(state=LeadState.ASSIGNED), name="lead_clock"),
            models.Index(fields=["manager"], condition=models.Q(state__in=OPEN), name="lead_open"),
            models.Index(fields=["id"], condition=models.Q(state=LeadState.PROSPECT), name="lead_prospect"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], name="lead_once"),
            models.CheckConstraint(
                condition=models.Q(state=LeadState.POOL, manager__isnull=True)
                | models.Q(state__in=(LeadState.ASSIGNED, LeadState.ACCEPTED), manager__isnull=False)
                | ~models.Q(state__in=OPEN),
                name="lead_in_the_pool_or_somebodys",
                violation_error_message=_("A lead lies in the pool or belongs to somebody."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state=LeadState.ASSIGNED) | models.Q(accept_by__isnull=False),
                name="lead_given_with_a_deadline",
                violation_error_message=_("A lead is given with a deadline."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state=LeadState.CONVERTED) | models.Q(party__isnull=False),
                name="lead_became_some_customer",
                violation_error_message=_("Say which customer it became."),
            ),
            models.CheckConstraint(
                condition=models.Q(state=LeadState.CLOSED) & ~models.Q(closing="")
                | ~models.Q(state=LeadState.CLOSED) & models.Q(closing=""),
                name="lead_closed_for_a_reason",
                violation_error_message=_("Say why the lead is closed."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done with the lead itself."""
        return self.state in OPEN


class LeadEvent(
    pghistory.create_event_model(  # type: ignore[misc]
        Lead,
        # A score is derived: its change is none of the lead.
        pghistory.UpdateEvent(row=pghistory.Old, condition=pghistory.AnyChange(exclude=["score"])),
        pghistory.DeleteEvent(row=pghistory.Old),
        obj_field=pghistory.ObjForeignKey(related_name="history"),
    )
):
    """Grain: one row a change of a lead: what stood there before it. Written by triggers, scoped as the lead."""

    scope_paths: ClassVar = PATHS

    objects = ScopedManager()

    class Meta:
        verbose_name = _("change of a lead")
        verbose_name_plural = _("changes of leads")
        indexes: ClassVar = [models.Index(fields=["pgh_obj", "version"], name="lead_event_version")]


class LeadStep(models.Model):
    """Grain: one row a thing that happened to a lead: who did it (nobody: the clock), from whom it came and to whom.

    ``text`` is what was said with it.
    """

    scope_paths: ClassVar = ScopePaths(
        institution="lead__institution_id",
        manager="lead__manager_id",
        record="lead__party_id",
        kind="lead__kind",
    )

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="steps", verbose_name=_("lead"))
    kind = models.CharField(_("what"), max_length=12, choices=StepKind.choices)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("by"), **STAFF)
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("from"), **STAFF)
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("to"), **STAFF)
    text = models.CharField(_("said"), max_length=300, default="", blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("step of a lead")
        verbose_name_plural = _("steps of leads")

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"
