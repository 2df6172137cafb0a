"""Notices as a page says them: a sentence with the names that the reader may see, and where it leads."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from guanxi.crm.notices.queries import Told
from guanxi.crm.notices.readers import Reader
from guanxi.crm.org.queries import staff_names
from guanxi.crm.party.models import Party
from guanxi.crm.web.erased import unnamed
from guanxi.crm.web.request import StaffRequest

# Facts that are days, and facts that are staff numbers.
DAYS = frozenset({"first", "last", "day", "due"})
PEOPLE = frozenset({"who"})


@dataclass(frozen=True, slots=True)
class Line:
    """One notice as a page shows it; ``leads``: opening it leads to a record."""

    id: int
    icon: str
    title: str
    words: str
    at: datetime.datetime
    unread: bool
    leads: bool


def reader(request: StaffRequest) -> Reader:
    """Who asks, as notices know readers."""
    return Reader(request.user, request.scopes)


def lines(request: StaffRequest, told: Iterable[Told]) -> list[Line]:
    """Notices in the reader's language; one query for customers' names."""
    rows = list(told)
    numbers = {one.notice.party_id for one in rows if one.notice.party_id}
    gone = unnamed(request, numbers)
    found = Party.objects.visible_to(request.scope).filter(pk__in=numbers - gone) if numbers else []
    customers = {party.pk: party.name for party in found}
    return [_line(request, one, customers.get(one.notice.party_id or "", "")) for one in rows]


def _line(request: StaffRequest, one: Told, customer: str) -> Line:
    names, display = staff_names(request.display.version), request.display
    facts: dict[str, Any] = {"who": one.notice.by_id or "", **one.notice.facts, "customer": customer or _("a customer")}
    for name, value in facts.items():
        if name in PEOPLE:
            facts[name] = names.get(value, value) or _("The system")
        elif name in DAYS:
            facts[name] = display.day(datetime.date.fromisoformat(value))
    return Line(
        id=one.notice.pk,
        icon=one.kind.icon,
        title=str(one.kind.title),
        words=one.kind.words(facts),
        at=one.notice.made_at,
        unread=one.unread,
        leads=bool(one.kind.address(one.notice)),
    )
