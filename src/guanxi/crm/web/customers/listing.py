"""The customer list: columns, filters and sorts. Rows are the business date's figures: one table, nothing joined."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from html import escape
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from guanxi.crm.consent.queries import not_erased
from guanxi.crm.insight.models import CustomerFigure, SubTier, Tier
from guanxi.crm.kernel.scope import Reach
from guanxi.crm.org.queries import institution_tree, managers_of, staff_names
from guanxi.crm.party.models import PartyKind
from guanxi.crm.web import links
from guanxi.crm.web.access import Area
from guanxi.crm.web.customers import gaps, holdings
from guanxi.crm.web.display import Display
from guanxi.crm.web.exports.lists import ListSource
from guanxi.crm.web.exports.sources import offer
from guanxi.crm.web.icons import icon
from guanxi.crm.web.listing import columns
from guanxi.crm.web.listing.columns import EMPTY, Column
from guanxi.crm.web.listing.filters import AmountRange, Bits, Choices, Flag, Flags, Option, Pick, Words
from guanxi.crm.web.listing.listing import Listing, Sort
from guanxi.crm.web.listing.registry import register
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.search.matching import narrow_to
from guanxi.crm.web.tiers import tier_label, tier_mark

SOON = datetime.timedelta(days=30)
NEVER = datetime.date(9999, 12, 31)
TIERS = (SubTier.VIP, SubTier.AFFLUENT, Tier.CORE, Tier.STANDARD, Tier.POTENTIAL, Tier.RESTRICTED)


def source(request: StaffRequest) -> QuerySet[CustomerFigure]:
    """The figures of the business date within the person's scope."""
    rows = not_erased(CustomerFigure.objects.visible_to(request.scope))
    return rows.filter(business_date=request.business_date) if request.business_date else rows.none()


def _name(_display: Display) -> Callable[..., str]:
    person, organisation = icon("user", "gx-kind"), icon("building", "gx-kind")

    def drawn(party_id: str, name: str, kind: str) -> str:
        mark = organisation if kind == PartyKind.ORGANISATION else person
        return f'{mark}<a href="{links.customer(party_id)}">{escape(name)}</a>'

    return drawn


def _name_value(_display: Display) -> Callable[..., Any]:
    return lambda _party_id, name, _kind: name


def _institution(request_tree: Any, language: str) -> Callable[[str], str]:
    names: dict[str, str] = {}

    def drawn(institution_id: str) -> str:
        if institution_id not in names:
            names[institution_id] = escape(request_tree.label(institution_id, language))
        return names[institution_id]

    return drawn


def _held(_display: Display) -> Callable[..., str]:
    return holdings.drawn


def _tree_of(display: Display) -> Callable[[str], str]:
    return _institution(institution_tree(display.version), display.language)


def _institution_value(display: Display) -> Callable[..., Any]:
    tree = institution_tree(display.version)
    return lambda institution_id: tree.label(institution_id, display.language)


def _manager(display: Display) -> Callable[..., str]:
    names = staff_names(display.version)
    return lambda number: escape(names.get(number, number)) if number else EMPTY


def _manager_value(display: Display) -> Callable[..., Any]:
    names = staff_names(display.version)
    return lambda number: names.get(number, number) if number else None


def _maturity(display: Display) -> Callable[..., str]:
    def drawn(date: datetime.date | None, business_date: datetime.date) -> str:
        if date is None:
            return EMPTY
        soon = " gx-soon" if date - business_date <= SOON else ""
        return f'<span class="gx-code{soon}">{display.day(date)}</span>'

    return drawn


def _overdue(_display: Display) -> Callable[..., str]:
    return lambda days: f'<span class="gx-bad">{days}</span>' if days else '<span class="gx-dim">0</span>'


COLUMNS: tuple[Column, ...] = (
    Column(
        key="name",
        label=_("Customer"),
        fields=("party_id", "name", "kind"),
        draw=_name,
        value=_name_value,
        fixed=True,
        sort="name",
        excel_width=30,
    ),
    columns.text("number", _("Customer number"), field="party_id", css="gx-code", shown=False),
    columns.tier("tier", _("Tier"), fields=("tier", "sub_tier")),
    columns.money("assets", _("Assets"), sort="assets"),
    columns.difference("day", _("On the day"), fields=("assets", "assets_previous")),
    columns.difference("month", _("This month"), fields=("assets", "assets_month_open"), shown=False),
    columns.difference("year", _("This year"), fields=("assets", "assets_year_open"), shown=False),
    columns.money("deposit", _("Deposits"), sort="deposit"),
    columns.money("wealth", _("Wealth"), sort="wealth"),
    columns.money("loan", _("Loans"), sort="loan"),
    columns.money("average", _("Average of the year"), field="assets_adb_ytd", sort="average", shown=False),
    columns.money("contribution", _("Contribution, 12 months"), field="contribution_r12", sort="contribution"),
    columns.money("contribution_month", _("Contribution, month"), field="contribution_mtd", shown=False),
    Column(
        key="held",
        label=_("Products held"),
        fields=("product_kinds",),
        draw=_held,
        value=lambda _display: holdings.written,
        excel_width=30,
    ),
    columns.count("products", _("Agreements"), field="product_count", shown=False),
    Column(
        key="maturity",
        label=_("Next maturity"),
        fields=("next_maturity", "business_date"),
        draw=_maturity,
        value=lambda _display: lambda date, _today: date,
        sort="maturity",
        excel_format="yyyy-mm-dd",
    ),
    Column(
        key="overdue",
        label=_("Days overdue"),
        fields=("days_overdue",),
        draw=_overdue,
        value=lambda _display: lambda days: days,
        number=True,
        shown=False,
        sort="overdue",
    ),
    Column(
        key="manager",
        label=_("Relationship manager"),
        fields=("manager_id",),
        draw=_manager,
        value=_manager_value,
    ),
    Column(
        key="institution",
        label=_("Institution"),
        fields=("institution_id",),
        draw=_tree_of,
        value=_institution_value,
        excel_width=20,
    ),
    columns.day("since", _("Customer since"), field="opened_on", sort="since", shown=False),
    Column(
        key="industry",
        label=_("Industry"),
        fields=("industry",),
        draw=lambda _display: lambda key: escape(gaps.industry_name(key)) if key else EMPTY,
        value=lambda _display: lambda key: gaps.industry_name(key) if key else None,
        shown=False,
        excel_width=24,
    ),
)


def _tier_condition(values: list[str]) -> Q:
    tiers = [value for value in values if value in Tier.values]
    subdivisions = [value for value in values if value in SubTier.values]
    if set(subdivisions) == set(SubTier.values):
        tiers.append(Tier.PREMIER)
    elif subdivisions:
        premier = Q(tier=Tier.PREMIER, sub_tier__in=subdivisions)
        return premier | Q(tier__in=tiers) if tiers else premier
    return Q(tier=tiers[0]) if len(tiers) == 1 else Q(tier__in=tiers)


def _tier_drawn(value: str) -> str:
    return tier_mark(Tier.PREMIER, value) if value in SubTier.values else tier_mark(value)


def _version(request: StaffRequest) -> int:
    return request.published.id if request.published else 0


def institutions_of(request: StaffRequest) -> tuple[str, ...] | None:
    """The institutions whose customers a person may see; None for all."""
    scope = request.scope
    return scope.institution_ids if scope.reach is Reach.INSTITUTIONS and not scope.sight.everything else None


def institution_options(request: StaffRequest) -> list[Option]:
    """The institutions that a person may narrow to, as a tree."""
    tree = institution_tree(_version(request))
    seen = institutions_of(request)
    shown = [node for node in tree.nodes.values() if seen is None or node.id in set(seen)]
    top = min((node.depth for node in shown), default=0)
    return [Option(node.id, node.label(request.display.language), node.depth - top, node.id) for node in shown]


def _institution_name(request: StaffRequest, value: str) -> str:
    return institution_tree(_version(request)).label(value, request.display.language)


def _institution_condition(request: StaffRequest, value: str) -> Q:
    below = institution_tree(_version(request)).below([value])
    return Q(institution_id=below[0]) if len(below) == 1 else Q(institution_id__in=below)


NOBODY = "-"


def _manager_options(request: StaffRequest) -> list[Option]:
    tree = institution_tree(_version(request))
    found = managers_of(institutions_of(request))
    language = request.display.language
    options = [Option(NOBODY, str(_("Without a manager")))]
    return options + [Option(number, name, 0, tree.label(place, language)) for number, name, place in found]


def _manager_name(request: StaffRequest, value: str) -> str:
    return str(_("Without a manager")) if value == NOBODY else staff_names(_version(request)).get(value, value)


def _manager_condition(_request: StaffRequest, value: str) -> Q:
    return Q(manager_id__isnull=True) if value == NOBODY else Q(manager_id=value)


def _matures_soon(request: StaffRequest) -> Q:
    return Q(next_maturity__lte=request.day + SOON)


def _matching(request: StaffRequest, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return narrow_to(rows, words, request.scope)


FLAGS = (
    Flag("maturing", _("Matures within 30 days"), _matures_soon, icon="calendar-due"),
    Flag("overdue", _("Overdue"), lambda _request: Q(days_overdue__gt=0), icon="alert-triangle"),
    Flag("unmanaged", _("Without a manager"), lambda _request: Q(manager_id__isnull=True), icon="user-off"),
    Flag("empty", _("Holds nothing yet"), lambda _request: Q(product_count=0), icon="user-search"),
)

FILTERS = (
    Words(
        key="q",
        label=_("Search"),
        matching=_matching,
        placeholder=_("Name, pinyin, initials, customer number, ID, phone"),
    ),
    Choices(
        key="tier",
        label=_("Tier"),
        field="tier",
        choices=[(value, tier_label(value, value)) for value in TIERS],
        marks=_tier_drawn,
        conditions=_tier_condition,
    ),
    Choices(key="kind", label=_("Kind"), field="kind", choices=PartyKind.choices, several=False),
    Pick(
        key="institution",
        label=_("Institution"),
        options=institution_options,
        name_of=_institution_name,
        condition=_institution_condition,
    ),
    Pick(
        key="manager",
        label=_("Relationship manager"),
        options=_manager_options,
        name_of=_manager_name,
        condition=_manager_condition,
    ),
    Bits(
        key="holds",
        label=_("Products held"),
        field="product_kinds",
        choices=[(kind.value, kind.label) for kind in holdings.KINDS],
    ),
    AmountRange(key="assets", label=_("Assets"), field="assets"),
    gaps.INDUSTRY,
    gaps.LACKS,
    Flags(key="only", label="", flags=FLAGS),
)

SORTS = (
    Sort(key="assets", field="assets", everywhere=True),
    Sort(key="contribution", field="contribution_r12", everywhere=True),
    Sort(key="loan", field="loan", everywhere=True),
    Sort(key="deposit", field="deposit"),
    Sort(key="wealth", field="wealth"),
    Sort(key="average", field="assets_adb_ytd"),
    Sort(key="name", field="name_pinyin", descending=False),
    Sort(key="maturity", field="next_maturity", descending=False, nulls_as=NEVER),
    Sort(key="overdue", field="days_overdue"),
    Sort(key="since", field="opened_on"),
)

CUSTOMERS = register(
    Listing(
        name="customers",
        title=_("Customers"),
        key="party_id",
        columns=COLUMNS,
        filters=FILTERS,
        sorts=SORTS,
        default_sort="-assets",
        empty_title=_("No customer matches"),
        empty_text=_("Take a filter away, or search for the customer by name, number or phone."),
        export_first=("number",),
    ),
    source,
)

offer(ListSource(CUSTOMERS, area=Area.CUSTOMERS, url_name="customers"))
