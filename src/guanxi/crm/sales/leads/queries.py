"""Reads of leads: one with all that its page shows, those to be given or accepted, the rules in words."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from guanxi.crm.kernel import sensitive
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.sensitive import Clear
from guanxi.crm.org.queries import staff_names
from guanxi.crm.sales.lead_codes import OPEN, LeadState
from guanxi.crm.sales.leads.assigning import WAYS, Way
from guanxi.crm.sales.leads.scoring import CRITERIA, Criterion, Part, parts_of
from guanxi.crm.sales.models import AssignmentRule, Lead, LeadStep, ScoringRule

STEPS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Happened:
    """One step, with the names of those concerned."""

    step: LeadStep
    by: str
    giver: str
    taker: str


@dataclass(frozen=True, slots=True)
class LeadPage:
    """One lead: what is secret masked, what happened the latest first, and what its score is made of."""

    lead: Lead
    phone: str
    identifier: str
    identifier_is_secret: bool
    manager: str
    customer: str
    made_by: str
    steps: tuple[Happened, ...]
    parts: tuple[Part, ...]


def lead_page(scope: Scope, lead_id: int, *, version: int) -> LeadPage:
    """One lead within ``scope``; four queries. ``version`` is the publication's. Raises ``Lead.DoesNotExist``."""
    lead: Lead = Lead.objects.visible_to(scope).select_related("party").get(pk=lead_id)
    names = staff_names(version)
    rows = LeadStep.objects.filter(lead=lead).order_by("-at", "-id")[:STEPS_SHOWN]

    def name(number: str | None) -> str:
        return names.get(number, number) if number else ""

    identifier = sensitive.of(Lead, "identifier")
    return LeadPage(
        lead=lead,
        phone=sensitive.shown(Lead, "phone", lead.phone),
        identifier=identifier.shown(lead.identifier, lead.kind),
        identifier_is_secret=identifier.kind_of(lead.kind) is not None,
        manager=name(lead.manager_id),
        customer=lead.party.name if lead.party else "",
        made_by=name(lead.made_by_id),
        steps=tuple(
            Happened(step, name(step.by_id), name(step.giver_id), name(step.taker_id))  # type: ignore[attr-defined]
            for step in rows
        ),
        parts=parts_of(lead.pk),
    )


def clear_of(scope: Scope, lead_id: int, what: str) -> tuple[Lead, Clear | None]:
    """A lead's phone or identifier in full: what a reveal reads; ``scope`` is that of the verb *reveal*. One query.

    None for what is empty, public or unknown. Raises ``Lead.DoesNotExist``.
    """
    lead: Lead = Lead.objects.visible_to(scope).get(pk=lead_id)
    if what not in ("phone", "identifier"):
        return lead, None
    value = getattr(lead, what)
    return lead, sensitive.of(Lead, what).clear(value, lead.kind) if value else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for somebody: leads to accept, of which some are overdue; and overdue ones of those below."""

    to_accept: int
    overdue: int


def waiting_for(scope: Scope, staff_id: str, now: datetime.datetime) -> Waiting:
    """Leads that were given to somebody and not accepted yet, and those of the scope that were told of; one query."""
    rows = Lead.objects.visible_to(scope).filter(state=LeadState.ASSIGNED)
    found = rows.aggregate(
        own=Count("id", filter=Q(manager_id=staff_id)),
        overdue=Count("id", filter=Q(escalated_at__isnull=False) | Q(accept_by__lte=now)),
    )
    return Waiting(found["own"], found["overdue"])


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force, in their order, with what they mean."""

    scoring: tuple[tuple[ScoringRule, Criterion], ...]
    assigning: tuple[tuple[AssignmentRule, Way], ...]


def rules() -> Rules:
    """What gives leads their points and their managers; two queries."""
    return Rules(
        tuple(
            (one, CRITERIA[one.criterion])
            for one in ScoringRule.objects.filter(is_active=True).order_by("position", "id")
            if one.criterion in CRITERIA
        ),
        tuple(
            (one, WAYS[one.way])
            for one in AssignmentRule.objects.filter(is_active=True)
            .select_related("institution")
            .order_by("position", "id")
            if one.way in WAYS
        ),
    )


def open_of(scope: Scope, lead_ids: Sequence[int], *, most: int) -> list[Lead]:
    """Some open leads within ``scope``; one query."""
    rows = Lead.objects.visible_to(scope).filter(pk__in=lead_ids[:most], state__in=OPEN)
    return list(rows.order_by("-made_at", "-id"))
