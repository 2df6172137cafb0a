"""The list of opportunities: open ones first, the next to close first; won and lost ones by choice."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from html import escape
from typing import Any

from django.db.models import ExpressionWrapper, F, Q, QuerySet
from django.db.models.fields import DateTimeField
from django.db.models.functions import Coalesce, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from guanxi.crm.consent.queries import not_erased
from guanxi.crm.kernel.scope import Reach
from guanxi.crm.org.queries import institution_tree, managers_of, staff_names
from guanxi.crm.sales.forecast_queries import MONTHS_AHEAD, MONTHS_BACK, in_month, month_after
from guanxi.crm.sales.models import Opportunity
from guanxi.crm.sales.opportunity_codes import ProductLine, State
from guanxi.crm.web import links
from guanxi.crm.web.access import Area
from guanxi.crm.web.display import Display
from guanxi.crm.web.exports.lists import ListSource
from guanxi.crm.web.exports.sources import offer
from guanxi.crm.web.listing import columns
from guanxi.crm.web.listing.columns import Column
from guanxi.crm.web.listing.filters import AmountRange, Choices, Days, Flag, Flags, Option, Pick, Words
from guanxi.crm.web.listing.listing import Action, Listing, Sort
from guanxi.crm.web.listing.listing import State as ListState
from guanxi.crm.web.listing.registry import register
from guanxi.crm.web.opportunities.words import age_mark, state_mark
from guanxi.crm.web.request import StaffRequest

WEEK = datetime.timedelta(days=7)
DAY = datetime.timedelta(days=1)
# Filters that say for themselves whether open or closed ones are meant.
WHOLE = ("state", "month")


def source(request: StaffRequest) -> QuerySet[Any]:
    """The opportunities within the person's scope; unless asked otherwise, the open ones."""
    rows = not_erased(Opportunity.objects.visible_to(request.scope))
    if any(request.GET.getlist(key) for key in WHOLE):
        return rows
    return rows.filter(state=State.OPEN)


def is_narrow(request: StaffRequest) -> Callable[[dict[str, Any]], bool]:
    """Whether so few rows remain that every sort is offered: a manager's own, or those of one leader."""
    own = request.scope.reach is Reach.OWN
    return lambda values: own or "owner" in values


def _title(_display: Display) -> Callable[..., str]:
    return lambda number, title: f'<a href="{reverse("opportunity", args=[number])}">{escape(title)}</a>'


def _customer(_display: Display) -> Callable[..., str]:
    prospect = escape(pgettext("opportunity", "Prospect"))

    def drawn(party_id: str | None, name: str | None, lead_id: int | None, lead: str | None) -> str:
        if party_id is None:
            address = reverse("lead", args=[lead_id])
            return f'<a href="{address}">{escape(lead or "")}</a> <span class="gx-badge">{prospect}</span>'
        return f'<a href="{links.customer(party_id)}opportunities/">{escape(name or party_id)}</a>'

    return drawn


def _whose(_display: Display) -> Callable[..., Any]:
    return lambda _party_id, name, _lead_id, lead: name or lead


def _second(_display: Display) -> Callable[..., Any]:
    return lambda _first, value, *_more: value


def _plain(_display: Display) -> Callable[..., Any]:
    return lambda value, *_more: value


def _of_language(display: Display) -> Callable[..., str]:
    return lambda chinese, english: escape(chinese if display.is_chinese else english or chinese)


def _stage(display: Display) -> Callable[..., str]:
    def drawn(chinese: str, english: str, state: str, probability: int) -> str:
        name = escape(chinese if display.is_chinese else english or chinese)
        if state != State.OPEN:
            return f"{state_mark(state)}"
        return f'{name} <span class="gx-code">{probability}%</span>'

    return drawn


def _expected(display: Display) -> Callable[..., str]:
    today = timezone.localdate()
    late = escape(gettext("The expected day has passed"))

    def drawn(day: datetime.date, state: str) -> str:
        if state == State.OPEN and day < today:
            return f'<span class="gx-code gx-bad" title="{late}">{display.day(day)}</span>'
        return f'<span class="gx-code">{display.day(day)}</span>'

    return drawn


def _age(_display: Display) -> Callable[..., str]:
    now = timezone.now()

    def drawn(since: datetime.datetime, days: int | None, state: str) -> str:
        stood = max(0, (now - since).days)
        return age_mark(stood, is_long=state == State.OPEN and days is not None and stood > days)

    return drawn


def _age_value(_display: Display) -> Callable[..., Any]:
    now = timezone.now()
    return lambda since, *_more: max(0, (now - since).days)


def _weighted(display: Display) -> Callable[..., str]:
    return lambda amount, probability: display.money(amount * probability / Decimal(100))


def _weighted_value(_display: Display) -> Callable[..., Any]:
    return lambda amount, probability: (amount * probability / Decimal(100)).quantize(Decimal("0.01"))


def _who(display: Display) -> Callable[..., str]:
    names = staff_names(display.version)
    return lambda number: escape(names.get(number, number))


def _place(display: Display) -> Callable[..., str]:
    tree = institution_tree(display.version)
    return lambda number: escape(tree.label(number, display.language))


PIPELINE = ("pipeline__name_zh", "pipeline__name_en")
STAGE = ("stage__name_zh", "stage__name_en", "state", "stage__probability")

COLUMNS: tuple[Column, ...] = (
    Column(
        key="title", label=_("Opportunity"), fields=("id", "title"), draw=_title, value=_second, fixed=True,
        excel_width=32,
    ),
    Column(key="customer", label=_("Customer"), fields=("party_id", "party__name", "lead_id", "lead__name"),
           draw=_customer, value=_whose),
    Column(key="line", label=_("Product line"), fields=PIPELINE, draw=_of_language, value=_of_language),
    Column(
        key="stage", label=_("Stage"), fields=STAGE, draw=_stage,
        value=lambda display: lambda chinese, english, *_more: chinese if display.is_chinese else english or chinese,
    ),
    columns.money("amount", _("Amount"), field="amount_cny", sort="amount"),
    Column(
        key="weighted", label=_("Weighted"), fields=("amount_cny", "stage__probability"), draw=_weighted,
        value=_weighted_value, number=True, unit=True, excel_format="#,##0.00",
    ),
    columns.money("contribution", _("Expected contribution"), field="contribution", sort="contribution"),
    Column(
        key="expected", label=_("Expected close"), fields=("expected_on", "state"), draw=_expected, value=_plain,
        sort="expected", excel_format="yyyy-mm-dd",
    ),
    Column(
        key="age", label=_("In this stage"), fields=("stage_since", "stage__days", "state"), draw=_age,
        value=_age_value, sort="age", excel_format="0",
    ),
    Column(key="owner", label=_("Led by"), fields=("owner_id",), draw=_who, value=_who),
    Column(key="institution", label=_("Institution"), fields=("institution_id",), draw=_place, value=_place,
           shown=False, excel_width=20),
    Column(key="reason", label=_("Reason"), fields=("reason__name_zh", "reason__name_en"),
           draw=lambda display: lambda zh, en: escape((zh if display.is_chinese else en or zh) or "–"),
           value=lambda display: lambda zh, en: (zh if display.is_chinese else en or zh) or "", shown=False),
    columns.day("closed", pgettext_lazy("opportunity", "Closed"), field="closed_on", shown=False),
    Column(
        key="changed", label=_("Changed"), fields=("changed_at",),
        draw=lambda display: lambda at: f'<span class="gx-code">{display.moment(at)}</span>', value=_plain,
        sort="changed", shown=False, excel_format="yyyy-mm-dd hh:mm",
    ),
)  # fmt: skip


def institutions_of(request: StaffRequest) -> tuple[str, ...] | None:
    """The institutions whose customers a person sees by post; None for all."""
    return None if request.scope.sight.everything else request.scope.institution_ids


def institution_options(request: StaffRequest) -> list[Option]:
    """Those institutions as they lie in the tree."""
    tree = institution_tree(request.display.version)
    seen = institutions_of(request)
    shown = [node for node in tree.nodes.values() if seen is None or node.id in set(seen)]
    top = min((node.depth for node in shown), default=0)
    return [Option(node.id, node.label(request.display.language), node.depth - top, node.id) for node in shown]


def people(request: StaffRequest) -> list[Option]:
    """Who may lead an opportunity that the person sees."""
    tree = institution_tree(request.display.version)
    seen = institutions_of(request)
    found = managers_of(seen) if seen is None or seen else []
    return [Option(number, name, 0, tree.label(place, request.display.language)) for number, name, place in found]


def _institution_name(request: StaffRequest, value: str) -> str:
    return institution_tree(request.display.version).label(value, request.display.language)


def _institution(request: StaffRequest, value: str) -> Q:
    return Q(institution_id__in=institution_tree(request.display.version).below([value]))


def _owner_name(request: StaffRequest, number: str) -> str:
    return staff_names(request.display.version).get(number, number)


def _stage_options(request: StaffRequest) -> list[Option]:
    from guanxi.crm.sales.opportunity_queries import pipelines

    language = request.display.language
    return [
        Option(str(stage.pk), stage.label(language), 0, line.pipeline.label(language))
        for line in pipelines()
        for stage in line.stages
    ]


def _stage_name(request: StaffRequest, value: str) -> str:
    return next((one.label for one in _stage_options(request) if one.value == value), value)


def _of_stage(_request: StaffRequest, value: str) -> Q:
    return Q(stage_id=int(value)) if value.isdecimal() and len(value) < 19 else Q(pk__in=[])


def months_shown() -> list[datetime.date]:
    """The months of the forecast, by their first day."""
    this = timezone.localdate().replace(day=1)
    return [month_after(this, number) for number in range(-MONTHS_BACK, MONTHS_AHEAD)]


def _month_options(request: StaffRequest) -> list[Option]:
    return [Option(f"{month:%Y-%m}", request.display.month(month)) for month in months_shown()]


def _month_name(request: StaffRequest, value: str) -> str:
    month = _month_of(value)
    return request.display.month(month) if month else value


def _month_of(value: str) -> datetime.date | None:
    return next((month for month in months_shown() if f"{month:%Y-%m}" == value), None)


def _in_month(_request: StaffRequest, value: str) -> Q:
    month = _month_of(value)
    return in_month(month, timezone.localdate().replace(day=1)) if month else Q(pk__in=[])


def _matching(_request: StaffRequest, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    named = Q(party__name__icontains=words) | Q(lead__name__icontains=words)
    return rows.filter(Q(title__icontains=words) | named | Q(party_id=words))


def _between(since: datetime.datetime | None, until: datetime.datetime | None) -> Q:
    wanted = Q()
    if since:
        wanted &= Q(expected_on__gte=timezone.localdate(since))
    if until:
        wanted &= Q(expected_on__lt=timezone.localdate(until))
    return wanted


def _long(_request: StaffRequest) -> Q:
    """Those that have stood in their stage for longer than it allows: full days, as the column counts them."""
    since = ExpressionWrapper(Now() - (F("stage__days") + 1) * DAY, output_field=DateTimeField())
    return Q(state=State.OPEN, stage__days__isnull=False, stage_since__lte=since)


FILTERS = (
    Words(key="q", label=_("Search"), matching=_matching, placeholder=_("Opportunity or customer")),
    Choices(key="line", label=_("Product line"), field="pipeline__line", choices=ProductLine.choices),
    Pick(key="stage", label=_("Stage"), options=_stage_options, name_of=_stage_name, condition=_of_stage),
    Choices(key="state", label=_("State"), field="state", choices=State.choices),
    Pick(
        key="institution", label=_("Institution"), options=institution_options, name_of=_institution_name,
        condition=_institution,
    ),
    Pick(
        key="owner", label=_("Led by"), options=people, name_of=_owner_name,
        condition=lambda _request, number: Q(owner_id=number),
    ),
    Pick(key="month", label=_("Month"), options=_month_options, name_of=_month_name, condition=_in_month),
    Days(key="expected", label=_("Expected close"), condition=_between),
    AmountRange(key="amount", label=_("Amount"), field="amount_cny"),
    Flags(
        key="only",
        label="",
        flags=(
            Flag("mine", _("Led by me"), lambda request: Q(owner_id=request.user.id), icon="user"),
            Flag("week", _("Within a week"), lambda _request: Q(expected_on__lte=timezone.localdate() + WEEK),
                 icon="calendar-event"),
            Flag("late", _("Late"), lambda _request: Q(state=State.OPEN, expected_on__lt=timezone.localdate()),
                 icon="alert-triangle"),
            Flag("long", _("Stands too long"), _long, icon="hourglass-high"),
            Flag("price", _("Price beyond the floor"), lambda _request: Q(pk__in=_beyond_floor()), icon="discount"),
        ),
    ),
)  # fmt: skip


def _beyond_floor() -> Any:
    from guanxi.crm.sales.models import OpportunityProduct

    return OpportunityProduct.objects.filter(below_floor=True).values("opportunity_id")


LIST = register(
    Listing(
        name="opportunities",
        title=_("Opportunities"),
        key="id",
        columns=COLUMNS,
        filters=FILTERS,
        sorts=(
            Sort(key="expected", field="expected_on", descending=False, everywhere=True),
            Sort(key="amount", field="amount_cny", everywhere=True),
            Sort(key="changed", field="changed_at", everywhere=True),
            Sort(key="contribution", field="contribution"),
            Sort(key="age", field="stage_since", descending=False),
        ),
        default_sort="expected",
        empty_title=_("No opportunity matches"),
        empty_text=_("Take a filter away, or open one from a customer's page."),
        actions=(
            Action(label=_("Other expected day"), url_name="opportunity-put-off", icon="calendar-time"),
            Action(label=_("Give to somebody"), url_name="opportunity-give", icon="user-share"),
        ),
    ),
    source,
)


class OpportunitySource(ListSource):
    """The list as a file; of which line somebody is, the prospect says where there is no customer yet."""

    def _rows(self, request: StaffRequest, state: ListState) -> Any:
        return super()._rows(request, state).annotate(whose_kind=Coalesce("party__kind", "lead__kind"))


offer(
    OpportunitySource(LIST, area=Area.OPPORTUNITIES, url_name="opportunities", spread=("institution_id", "whose_kind"))
)
