"""The list of leads: all that lie within the person's scope; who opens it sees what is still to be done."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from html import escape
from itertools import batched
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from guanxi.crm.consent.queries import not_erased
from guanxi.crm.org.queries import institution_tree, managers_of, staff_names
from guanxi.crm.party.industry import industry
from guanxi.crm.party.models import PartyKind
from guanxi.crm.sales.lead_codes import OPEN, LeadProduct, LeadSource, LeadState
from guanxi.crm.sales.leads.folding import digits_of, fold, tokens_for
from guanxi.crm.sales.models import Lead
from guanxi.crm.web.access import Area
from guanxi.crm.web.display import Display
from guanxi.crm.web.exports.lists import ListSource
from guanxi.crm.web.exports.sources import CHUNK, offer
from guanxi.crm.web.leads.words import HOT, clock_mark, score_mark, state_mark
from guanxi.crm.web.listing import columns
from guanxi.crm.web.listing.columns import EMPTY, Column
from guanxi.crm.web.listing.filters import Choices, Days, Flag, Flags, Option, Pick, Words
from guanxi.crm.web.listing.listing import Action, Listing, Sort
from guanxi.crm.web.listing.registry import register
from guanxi.crm.web.request import StaffRequest

NOBODY = "-"


def source(request: StaffRequest) -> QuerySet[Any]:
    """The leads within the person's scope; unless states are asked for, those that are open."""
    rows = not_erased(Lead.objects.visible_to(request.scope))
    return rows if request.GET.getlist("state") or request.GET.get("q") else rows.filter(state__in=OPEN)


def _name(_display: Display) -> Callable[..., str]:
    def drawn(number: int, name: str) -> str:
        return f'<a href="{reverse("lead", args=[number])}">{escape(name)}</a>'

    return drawn


def _clock(display: Display) -> Callable[..., str]:
    now = timezone.now()
    return lambda accept_by: clock_mark(accept_by, now, display) or EMPTY


def _who(display: Display) -> Callable[..., str]:
    names = staff_names(display.version)
    return lambda number: escape(names.get(number, number)) if number else EMPTY


def _place(display: Display) -> Callable[..., str]:
    tree = institution_tree(display.version)
    return lambda number: escape(tree.label(number, display.language))


def _industry(_display: Display) -> Callable[..., str]:
    def drawn(code: str) -> str:
        found = industry(code) if code else None
        return escape(found.division or found.section) if found else EMPTY

    return drawn


def _label(choices: Any) -> Callable[[Display], Callable[..., str]]:
    return lambda _display: lambda value: escape(str(choices(value).label)) if value else EMPTY


def _plain(_display: Display) -> Callable[..., Any]:
    return lambda value, *_more: value


def _second(_display: Display) -> Callable[..., Any]:
    return lambda _first, value: value


def _moment(display: Display) -> Callable[..., str]:
    return lambda at: f'<span class="gx-code">{display.moment(at)}</span>' if at else EMPTY


COLUMNS: tuple[Column, ...] = (
    Column(key="name", label=_("Lead"), fields=("id", "name"), draw=_name, value=_second, fixed=True, excel_width=28),
    Column(
        key="score",
        label=_("Score"),
        fields=("score",),
        draw=lambda _display: score_mark,
        value=_plain,
        sort="score",
        excel_format="0",
    ),
    Column(
        key="state",
        label=_("State"),
        fields=("state",),
        draw=lambda _display: state_mark,
        value=_label(LeadState),
    ),
    Column(
        key="clock",
        label=_("Accept by"),
        fields=("accept_by",),
        draw=_clock,
        value=_plain,
        excel_format="yyyy-mm-dd hh:mm",
    ),
    Column(key="manager", label=_("Relationship manager"), fields=("manager_id",), draw=_who, value=_who),
    Column(
        key="product", label=_("Interest"), fields=("product",), draw=_label(LeadProduct), value=_label(LeadProduct)
    ),
    columns.money("amount", _("Amount"), sort="amount"),
    Column(key="source", label=_("Source"), fields=("source",), draw=_label(LeadSource), value=_label(LeadSource)),
    Column(key="institution", label=_("Institution"), fields=("institution_id",), draw=_place, value=_place),
    Column(
        key="made",
        label=_("Taken in"),
        fields=("made_at",),
        draw=_moment,
        value=_plain,
        sort="made",
        excel_format="yyyy-mm-dd hh:mm",
    ),
    Column(key="kind", label=_("Kind"), fields=("kind",), draw=_label(PartyKind), value=_label(PartyKind), shown=False),
    columns.text("city", _("City"), shown=False),
    Column(
        key="industry", label=_("Industry"), fields=("industry_code",), draw=_industry, value=_industry, shown=False
    ),
    columns.text("detail", _("More about the source"), field="source_detail", shown=False),
    columns.count("recycled", _("Times back in the pool"), shown=False),
)


def _people(request: StaffRequest) -> list[Option]:
    """The pool, and the managers whose leads the person may see."""
    tree = institution_tree(request.display.version)
    ids = None if request.scope.sight.everything else request.scope.institution_ids
    people = managers_of(ids) if ids is None or ids else []
    return [Option(NOBODY, gettext("Nobody: in the pool"))] + [
        Option(number, name, note=tree.label(place, request.display.language)) for number, name, place in people
    ]


def _name_of(request: StaffRequest, number: str) -> str:
    if number == NOBODY:
        return gettext("Nobody: in the pool")
    return staff_names(request.display.version).get(number, number)


def _whose(_request: StaffRequest, number: str) -> Q:
    return Q(manager__isnull=True) if number == NOBODY else Q(manager_id=number)


def _matching(_request: StaffRequest, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By name, or by a whole phone or identifier, which are looked up by their tokens."""
    tokens = tokens_for(*{digits_of(words), fold(words)})
    wanted = Q(name_folded__contains=fold(words))
    if any(sign.isdigit() for sign in words):
        wanted |= Q(phone_token__in=tokens) | Q(identifier_token__in=tokens)
    return rows.filter(wanted)


def _between(since: datetime.datetime | None, until: datetime.datetime | None) -> Q:
    wanted = Q()
    if since:
        wanted &= Q(made_at__gte=since)
    if until:
        wanted &= Q(made_at__lt=until)
    return wanted


def _mine(request: StaffRequest) -> Q:
    return Q(manager_id=request.user.id)


FILTERS = (
    Words(key="q", label=_("Search"), matching=_matching, placeholder=_("Name, whole phone or credit code")),
    Choices(key="state", label=_("State"), field="state", choices=LeadState.choices),
    Pick(key="who", label=_("Relationship manager"), options=_people, name_of=_name_of, condition=_whose),
    Choices(key="source", label=_("Source"), field="source", choices=LeadSource.choices),
    Choices(key="product", label=_("Interest"), field="product", choices=LeadProduct.choices),
    Choices(key="kind", label=_("Kind"), field="kind", choices=PartyKind.choices),
    Days(key="made", label=_("Taken in"), condition=_between),
    Flags(
        key="only",
        label="",
        flags=(
            Flag(
                "to_accept",
                _("To be accepted by me"),
                lambda request: _mine(request) & Q(state=LeadState.ASSIGNED),
                icon="inbox",
            ),
            Flag(
                "overdue",
                _("Overdue"),
                lambda _request: Q(state=LeadState.ASSIGNED, accept_by__lte=timezone.now()),
                icon="alert-triangle",
            ),
            Flag("mine", _("Mine"), _mine, icon="user"),
            Flag("pool", _("In the pool"), lambda _request: Q(state=LeadState.POOL), icon="pool"),
            Flag("hot", _("Hot"), lambda _request: Q(score__gte=HOT), icon="flame"),
        ),
    ),
)

LEADS = register(
    Listing(
        name="leads",
        title=_("Leads"),
        key="id",
        columns=COLUMNS,
        filters=FILTERS,
        sorts=(
            Sort(key="made", field="made_at", everywhere=True),
            Sort(key="score", field="score"),
            Sort(key="amount", field="amount", nulls_as=0),
        ),
        default_sort="-made",
        empty_title=_("No open lead here"),
        empty_text=_("Leads are entered by hand, imported from files, and come from the web form and other systems."),
        actions=(
            Action(label=pgettext_lazy("lead", "Accept"), url_name="lead-accept", icon="circle-check"),
            Action(label=_("Give to somebody"), url_name="lead-assign", icon="user-share"),
        ),
    ),
    source,
)


class LeadSheet(ListSource):
    """The list as a spreadsheet; it is withdrawn where one of its leads is no longer the person's to see."""

    def still_visible(self, request: StaffRequest, customers: Iterable[str]) -> bool:
        """Whether every lead in a file may still be seen; one query for five thousand."""
        for portion in batched(customers, CHUNK):
            if Lead.objects.visible_to(request.scope).filter(pk__in=portion).count() != len(set(portion)):
                return False
        return True


offer(LeadSheet(LEADS, area=Area.LEADS, url_name="leads", customer="id"))
