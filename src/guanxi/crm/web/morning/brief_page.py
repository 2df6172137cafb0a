"""The brief before a visit put together: one page of what somebody needs to know at the customer's door."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from guanxi.crm.contact.activity_queries import Done, timeline
from guanxi.crm.contact.codes import CONTACTS
from guanxi.crm.contact.task_queries import ToDo, open_tasks_of
from guanxi.crm.holding.queries import holdings
from guanxi.crm.insight.customer_queries import agreement_standings
from guanxi.crm.party.relation_queries import network
from guanxi.crm.sales.opportunity_queries import of_customer
from guanxi.crm.web.customer.attention import Fact, besides
from guanxi.crm.web.customer.frame import Frame, customer_frame
from guanxi.crm.web.customer.overview import KindHeld, facts_of, kinds_held
from guanxi.crm.web.customer.relations import Relative, relatives
from guanxi.crm.web.erased import without_names
from guanxi.crm.web.morning.ladder import Step, ladder
from guanxi.crm.web.morning.offers import Offers, allowed_offers
from guanxi.crm.web.morning.page import Line, reasons_today
from guanxi.crm.web.request import StaffRequest

RELATIVES_SHOWN, CONTACTS_SHOWN, TASKS_SHOWN, FACTS_SHOWN, REASONS_SHOWN = 5, 4, 5, 4, 4
WORDS_SHOWN = 110
PART_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Part:
    """What another room adds to the brief: open opportunities, open cases; each line is one."""

    title: str | Promise
    lines: tuple[str, ...]


def _opportunities(request: StaffRequest, party_id: str) -> Part | None:
    """What the customer may buy; one query."""
    still = [one for one in of_customer(request.scope, party_id) if one.is_open][:PART_SHOWN]
    display = request.display
    lines = tuple(
        f"{one.title} · {one.stage.label(display.language)} · {display.money(one.amount_cny)} · "
        f"{display.day(one.expected_on)} · {one.owner_name or one.owner_id}"
        for one in still
    )
    return Part(_("Open opportunities"), lines) if lines else None


# What is open about a customer elsewhere, a function each: it gives a part, or None for nothing. Cases come here.
PARTS: list[Callable[[StaffRequest, str], Part | None]] = [_opportunities]


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact in a line; ``words`` are what was said, shortened."""

    done: Done
    words: str


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything that ``web/morning/brief_body.html`` writes."""

    frame: Frame
    reasons: tuple[Line, ...]
    facts: tuple[Fact, ...]
    relatives: tuple[Relative, ...]
    kinds: tuple[KindHeld, ...]
    ladder: tuple[Step, ...]
    contacts: tuple[Contact, ...]
    tasks: tuple[ToDo, ...]
    offers: Offers
    parts: tuple[Part, ...]
    today: datetime.date


def brief_of(request: StaffRequest, party_id: str) -> Brief:
    """The brief of one customer; 404 outside the scope. Twenty-six queries, however much there is to tell."""
    frame = customer_frame(request, party_id, "customer")
    scope, day, today = request.scope, frame.day, timezone.localdate()
    held = holdings(scope, party_id)
    standings = agreement_standings(scope, party_id, day=day)
    around = network(scope, party_id, today=day, steps=1, start=(frame.party.name, frame.party.kind))
    told = facts_of(request, frame, held, standings)
    spoken = timeline(scope, party_id, kinds=sorted(CONTACTS)).entries[:CONTACTS_SHOWN]
    reasons = reasons_today(request, party_id)
    return Brief(
        frame=frame,
        reasons=reasons[:REASONS_SHOWN],
        facts=besides(told, (line.code for line in reasons))[:FACTS_SHOWN],
        relatives=relatives(without_names(request, around), request.display)[:RELATIVES_SHOWN],
        kinds=kinds_held(held, standings),
        ladder=ladder(held, standings, day=day),
        contacts=tuple(Contact(one, _shortened(one.activity.text)) for one in spoken),
        tasks=open_tasks_of(scope, party_id, today=today)[:TASKS_SHOWN],
        offers=allowed_offers(frame, request.display, held),
        parts=tuple(part for part in (find(request, party_id) for find in PARTS) if part is not None),
        today=today,
    )


def _shortened(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= WORDS_SHOWN else plain[: WORDS_SHOWN - 1] + "…"
