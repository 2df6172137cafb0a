"""The morning list put together: a page of its rows with names, words, last contacts and what one tap can do."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from guanxi.crm.consent.codes import LimitKind
from guanxi.crm.consent.queries import limits_of
from guanxi.crm.contact.activity_queries import LastContact, last_contacts
from guanxi.crm.contact.morning_queries import morning, of_customer, own_books
from guanxi.crm.contact.morning_services import word_of
from guanxi.crm.contact.ranking import Ranked, Term
from guanxi.crm.insight.customer_queries import Glance, glances
from guanxi.crm.insight.reasons.base import Asked
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.party.models import Party
from guanxi.crm.party.queries import phone_keys
from guanxi.crm.sales.leads.queries import Waiting, waiting_for
from guanxi.crm.web.display import Display
from guanxi.crm.web.erased import unnamed
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.workdays.queries import working_calendar

PAGE = 20
SHORT = 6
# Working days after which a row comes back with one tap.
QUICK_DAYS = (1, 3, 5)
CONTACT_LONG_AGO = 90
# By reason, the address of what stands behind it.
BEHIND = {"task": "task", "promise": "task", "opportunity": "opportunity"}


@dataclass(frozen=True, slots=True)
class Line:
    """One reason of a row in words. ``word`` names the occasion where something is said of it."""

    term: Term
    label: str | Promise
    icon: str
    why: str
    otherwise: str
    advice: str
    word: str

    @property
    def code(self) -> str:
        """The code of its kind."""
        return self.term.reason.code

    @property
    def taught(self) -> bool:
        """Whether it can be called not useful."""
        return self.term.reason.taught

    @property
    def url(self) -> str:
        """Where what stands behind it is looked at; empty for nothing."""
        name = BEHIND.get(self.code, "")
        return reverse(name, args=[self.term.found.ref]) if name and self.term.found.ref else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One customer. ``key`` makes what is said of the row be said once; ``phone`` is empty where nobody can be called.

    ``limited``: the customer had the use of their data restricted. ``quiet_days``: since the last contact, None for
    none.
    """

    party_id: str
    name: str
    kind: str
    glance: Glance | None
    lines: tuple[Line, ...]
    points: float
    amount: Decimal
    last: LastContact | None
    quiet_days: int | None
    phone: str
    limited: bool
    key: UUID

    @property
    def first(self) -> Line:
        """The weightiest reason."""
        return self.lines[0]

    @property
    def words(self) -> tuple[str, ...]:
        """Every occasion of the row."""
        return tuple(line.word for line in self.lines)

    @property
    def taught(self) -> tuple[Line, ...]:
        """The reasons that can be called not useful."""
        return tuple(line for line in self.lines if line.taught)

    @property
    def visit_url(self) -> str:
        """Where a visit is planned, with what it is about."""
        about = urlencode({"title": _("Visit: %(reason)s") % {"reason": self.first.label}})
        return f"{reverse('customer-appointment-new', args=[self.party_id])}?{about}"

    @property
    def refer_url(self) -> str:
        """Where the customer is passed on to a colleague, with why."""
        about = urlencode({"customer": self.party_id, "text": self.first.why})
        return f"{reverse('referral-new')}?{about}"

    @property
    def long_ago(self) -> bool:
        """Whether nobody has spoken with the customer for long."""
        return self.quiet_days is None or self.quiet_days > CONTACT_LONG_AGO


@dataclass(frozen=True, slots=True)
class MorningPage:
    """A page of the list. ``total`` counts all rows; ``previous`` and ``next`` are page numbers, 0 for none.

    ``leads`` wait to be accepted: they are nobody's customers yet and stand above the rows.
    """

    rows: tuple[Row, ...]
    total: int
    number: int
    previous: int
    next: int
    days: tuple[datetime.date, ...]
    back: str
    leads: Waiting
    start: int = 1
    short: bool = False

    @property
    def more(self) -> int:
        """How many rows there are besides those shown."""
        return self.total - len(self.rows)


def asked_by(request: StaffRequest) -> Asked:
    """Whose reasons a person's list holds: the own customers, those covered and those supported."""
    return Asked(own_books(request.scope), timezone.localdate(), request.business_date)


def has_list(request: StaffRequest) -> bool:
    """Whether somebody has customers of their own to be told of."""
    return bool(request.scope.managers or request.scope.supported)


def morning_page(request: StaffRequest, *, page: int = 1, short: bool = False) -> MorningPage:
    """One page of the person's list, or its beginning; thirteen queries however many rows and customers there are."""
    found = morning(asked_by(request), staff_id=request.user.id)
    size = SHORT if short else PAGE
    number = 1 if short else min(max(1, page), max(1, -(-len(found) // size)))
    shown = found[(number - 1) * size : number * size]
    here = reverse("home") if short else reverse("morning")
    return MorningPage(
        rows=rows_of(request, shown),
        total=len(found),
        number=number,
        previous=number - 1,
        next=number + 1 if number * size < len(found) else 0,
        days=quick_days(),
        back=here if number == 1 else f"{here}?page={number}",
        leads=waiting_for(Scope.own(request.user.id), request.user.id, timezone.now()),
        start=(number - 1) * size + 1,
        short=short,
    )


def quick_days() -> tuple[datetime.date, ...]:
    """The days on which a snoozed row comes back with one tap."""
    today, calendar = timezone.localdate(), working_calendar()
    return tuple(calendar.after(today, days) for days in QUICK_DAYS)


def rows_of(request: StaffRequest, shown: Sequence[Ranked]) -> tuple[Row, ...]:
    """Ranked customers as rows; those in the register of erasures are left out. Six queries, none for none."""
    ids = [row.party_id for row in shown]
    if not ids:
        return ()
    gone = unnamed(request, ids)
    names = {
        party_id: (name, kind)
        for party_id, name, kind in Party.objects.visible_to(request.scope)
        .filter(pk__in=ids)
        .values_list("id", "name", "kind")
        if party_id not in gone
    }
    figures = glances(request.scope, ids, day=request.business_date) if request.business_date else {}
    contacts, phones, limits = last_contacts(request.scope, ids), _phones(request, ids), limits_of(ids)
    return tuple(
        _row(
            request.display,
            row,
            *names[row.party_id],
            glance=figures.get(row.party_id),
            last=contacts.get(row.party_id),
            phone=phones.get(row.party_id, ""),
            limited=LimitKind.RESTRICTION in limits.get(row.party_id, ()),
        )
        for row in shown
        if row.party_id in names
    )


def _phones(request: StaffRequest, ids: list[str]) -> dict[str, str]:
    """Where each customer's number is revealed, of those whose the person may have revealed."""
    scope = request.scopes[Verb.REVEAL]
    return {
        party_id: reverse("reveal", args=[party_id, "contact", key]) for party_id, key in phone_keys(scope, ids).items()
    }


def _row(
    display: Display,
    row: Ranked,
    name: str,
    kind: str,
    *,
    glance: Glance | None,
    last: LastContact | None,
    phone: str,
    limited: bool,
) -> Row:
    return Row(
        party_id=row.party_id,
        name=name,
        kind=kind,
        glance=glance,
        lines=lines_of(display, row),
        points=row.points,
        amount=row.amount,
        last=last,
        quiet_days=max(0, (timezone.localdate() - timezone.localdate(last.at)).days) if last else None,
        phone="" if limited else phone,
        limited=limited,
        key=uuid4(),
    )


def lines_of(display: Display, row: Ranked) -> tuple[Line, ...]:
    """A row's reasons in words."""
    return tuple(
        Line(
            term=term,
            label=term.reason.label,
            icon=term.reason.icon,
            why=term.reason.why(term.found, display),
            otherwise=term.reason.otherwise(term.found, display),
            advice=term.reason.advice(term.found, display),
            word=word_of(term.found.reason, term.found.day, term.found.ref),
        )
        for term in row.terms
    )


def reasons_today(request: StaffRequest, party_id: str) -> tuple[Line, ...]:
    """Why one customer should be called or seen today, for their own page; five queries."""
    asked = Asked(request.scope, timezone.localdate(), request.business_date)
    row = of_customer(asked, party_id)
    return lines_of(request.display, row) if row else ()
