"""The home page put together: for which scope, what to do, totals, parts, lists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from guanxi.crm.handover.orphans import orphans_in
from guanxi.crm.insight import home_queries as insight
from guanxi.crm.kernel.scope import BLIND, Reach, Scope
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import InstitutionTree, institution_tree, staff_names
from guanxi.crm.web.display import Display
from guanxi.crm.web.erased import unnamed
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.tiers import ORDER

BAR_STEPS = 40
URGENT_DAYS = 7


@dataclass(frozen=True, slots=True)
class Task:
    """Something to look at today: how many, what, and where it stands."""

    many: int
    label: str
    icon: str
    url: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One total with its changes; a change of None is not known."""

    label: str
    value: Decimal | int
    is_money: bool
    day: Decimal | int | None
    month: Decimal | int | None
    year: Decimal | int | None


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole; ``steps`` is its length in fortieths, for a bar without inline style."""

    value: Decimal

    @property
    def steps(self) -> int:
        """From 0 to 40; something is never nothing."""
        if self.value <= 0:
            return 0
        return min(BAR_STEPS, max(1, round(self.value * BAR_STEPS)))


@dataclass(frozen=True, slots=True)
class PartRow:
    """An institution or a manager in the table of parts. ``drill`` opens the part's own home, where it has one."""

    name: str
    drill: str
    customers_url: str
    now: insight.Totals
    day: Decimal
    month: Decimal
    share: Share


@dataclass(frozen=True, slots=True)
class TierRow:
    """A tier with its shares of customers and of contribution."""

    tier: str
    totals: insight.Totals
    customers_share: Share
    contribution_share: Share
    url: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A day of the chart of maturities; heights in fortieths of the chart."""

    day: insight.DueDay
    held: int
    owed: int
    label: str


@dataclass(frozen=True, slots=True)
class HomePage:
    """Everything ``web/home.html`` draws."""

    title: str
    trail: tuple[tuple[str, str], ...]
    tasks: tuple[Task, ...]
    figures: tuple[Figure, ...]
    parts: tuple[PartRow, ...]
    parts_total: insight.Totals
    parts_are_managers: bool
    movements: insight.Movements
    maturities: insight.Maturities
    bars: tuple[Bar, ...]
    changes: insight.TierChanges
    tiers: tuple[TierRow, ...]
    finding: str
    is_own: bool


def home_page(request: StaffRequest, unit: str = "") -> HomePage:
    """The page for the person's scope, or for one institution within it. Raises ``Http404`` for one outside it."""
    published = request.published
    if published is None:
        raise Http404
    tree = institution_tree(published.id)
    scope, tops = narrowed_scope(request.scope, tree, unit)
    own = scope.reach is Reach.OWN
    book = insight.book_of(published, scope)
    movements = insight.movements_of(published, scope)
    maturities = insight.maturities_of(published, scope, largest=not own)
    changes = insight.tier_changes_of(published, scope)
    movements, maturities, changes = _named(request, movements, maturities, changes)
    overdue = insight.overdue_in(published, scope)
    below = tree.nodes[tops[0]].children if len(tops) == 1 else tops
    parts = () if own else insight.parts_of(published, scope, below)
    return HomePage(
        title=tree.label(tops[0], request.display.language) if len(tops) == 1 and not own else "",
        trail=_trail(request, tree, unit),
        tasks=(*_tasks(movements, maturities, changes, overdue, unit), *_orphaned(request)),
        figures=_figures(book),
        parts=tuple(_part(request, tree, part, book.now) for part in parts),
        parts_total=book.now,
        parts_are_managers=not below,
        movements=movements,
        maturities=maturities,
        bars=_bars(request.display, maturities),
        changes=changes,
        tiers=_tiers(book, unit),
        finding=_finding(request.display, book),
        is_own=own,
    )


def _named(
    request: StaffRequest, movements: insight.Movements, maturities: insight.Maturities, changes: insight.TierChanges
) -> tuple[insight.Movements, insight.Maturities, insight.TierChanges]:
    """The lists without those who are in the register of erasures; the totals, which name nobody, stay. One query."""
    lists = (movements, maturities, changes)
    gone = unnamed(request, (row.party_id for one in lists for row in one.rows))
    if not gone:
        return lists
    return (
        replace(movements, rows=tuple(row for row in movements.rows if row.party_id not in gone)),
        replace(maturities, rows=tuple(row for row in maturities.rows if row.party_id not in gone)),
        replace(changes, rows=tuple(row for row in changes.rows if row.party_id not in gone)),
    )


def narrowed_scope(scope: Scope, tree: InstitutionTree, unit: str) -> tuple[Scope, tuple[str, ...]]:
    """The scope of one institution within ``scope``, and the topmost institutions it covers.

    Without ``unit`` the scope itself. An institution outside the scope is not there: ``Http404``.
    """
    if scope.sight.everything:
        tops = (unit,) if unit else tuple(node.id for node in tree.nodes.values() if not node.parent_id)
        seen = set(tree.nodes)
    else:
        seen = set(scope.institution_ids)
        tops = (
            (unit,)
            if unit
            else tuple(number for number in scope.institution_ids if tree.nodes[number].parent_id not in seen)
        )
    if unit and unit not in seen:
        raise Http404
    if not unit:
        return scope, tops
    return scope.within(tree.below([unit])), tops


def _trail(request: StaffRequest, tree: InstitutionTree, unit: str) -> tuple[tuple[str, str], ...]:
    """The way from the person's own home down to ``unit``: name and address of each institution above it."""
    if not unit:
        return ()
    above = [number for number in tree.nodes[unit].path.split("/") if number and number != unit]
    if not request.scope.sight.everything:
        above = [number for number in above if number in request.scope.institution_ids]
    language = request.display.language
    return tuple((tree.label(number, language), f"{reverse('home')}?unit={number}") for number in above)


def _orphaned(request: StaffRequest) -> tuple[Task, ...]:
    """Customers whom nobody in service looks after, for whoever may give them to somebody; nothing where none are."""
    assigns = request.scopes[Verb.ASSIGN]
    if request.published is None or assigns.sight == BLIND:
        return ()
    many = orphans_in(request.published.id, request.day, assigns).many
    return (
        (Task(many, _("Without a manager in service"), icon="user-off", url=reverse("team"), bad=True),) if many else ()
    )


def _tasks(
    movements: insight.Movements,
    maturities: insight.Maturities,
    changes: insight.TierChanges,
    overdue: int,
    unit: str,
) -> tuple[Task, ...]:
    within = f"&institution={unit}" if unit else ""
    return (
        Task(movements.fell, _("Assets fell sharply"), icon="trending-down", url="#movements", bad=True),
        Task(movements.rose, _("Assets rose sharply"), icon="trending-up", url="#movements"),
        Task(maturities.within(URGENT_DAYS), _("Mature within 7 days"), icon="calendar-due", url="#maturities"),
        Task(changes.down, _("Fell to a lower tier"), icon="arrow-down-circle", url="#tiers", bad=True),
        Task(
            overdue,
            _("Customers overdue"),
            icon="alert-triangle",
            url=f"{reverse('customers')}?only=overdue&sort=-loan{within}",
            bad=True,
        ),
    )


def _figures(book: insight.Book) -> tuple[Figure, ...]:
    def money(label: str, name: str) -> Figure:
        now = getattr(book.now, name)
        known = not name.startswith("contribution")

        def against(totals: insight.Totals | None) -> Decimal | None:
            return now - getattr(totals, name) if totals and (known or totals.known) else None

        return Figure(label, now, True, against(book.previous), against(book.month_open), against(book.year_open))

    def customers(totals: insight.Totals | None) -> int | None:
        return book.now.customers - totals.customers if totals else None

    return (
        money(_("Assets"), "assets"),
        money(_("Deposits"), "deposit"),
        money(_("Wealth"), "wealth"),
        money(_("Loans"), "loan"),
        money(_("Contribution, 12 months"), "contribution_r12"),
        Figure(
            pgettext("number", "Customers"),
            book.now.customers,
            False,
            customers(book.previous),
            customers(book.month_open),
            customers(book.year_open),
        ),
    )


def _part(request: StaffRequest, tree: InstitutionTree, part: insight.Part, whole: insight.Totals) -> PartRow:
    list_url = reverse("customers")
    if part.is_manager:
        names = staff_names(request.published.id if request.published else 0)
        name = names.get(part.key, part.key) if part.key else _("Without a manager")
        drill, customers_url = "", f"{list_url}?manager={part.key or '-'}"
    else:
        name = tree.label(part.key, request.display.language)
        drill, customers_url = f"{reverse('home')}?unit={part.key}", f"{list_url}?institution={part.key}"
    return PartRow(
        name=name,
        drill=drill,
        customers_url=customers_url,
        now=part.now,
        day=part.now.assets - part.previous.assets,
        month=part.now.assets - part.month_open.assets,
        share=_share(part.now.contribution_r12, whole.contribution_r12),
    )


def _share(part: Decimal | int, whole: Decimal | int) -> Share:
    return Share(Decimal(part) / Decimal(whole) if whole else Decimal(0))


def _tiers(book: insight.Book, unit: str) -> tuple[TierRow, ...]:
    found = dict(book.tiers)
    within = f"&institution={unit}" if unit else ""
    rows = []
    for tier in ORDER:
        totals = found.get(tier, insight.Totals())
        asked = "tier=vip&tier=affluent" if tier == "premier" else f"tier={tier}"
        rows.append(
            TierRow(
                tier,
                totals,
                _share(totals.customers, book.now.customers),
                _share(totals.contribution_r12, book.now.contribution_r12),
                f"{reverse('customers')}?{asked}{within}",
            )
        )
    return tuple(rows)


def _finding(display: Display, book: insight.Book) -> str:
    """How concentrated the contribution is, in a sentence."""
    premier = dict(book.tiers).get("premier")
    if not premier or not premier.customers or book.now.contribution_r12 <= 0:
        return ""
    return _("%(few)s of the customers bring %(much)s of the contribution") % {
        "few": display.percent(_share(premier.customers, book.now.customers).value),
        "much": display.percent(_share(premier.contribution_r12, book.now.contribution_r12).value),
    }


def _bars(display: Display, maturities: insight.Maturities) -> tuple[Bar, ...]:
    highest = max((day.held + day.owed for day in maturities.days), default=Decimal(0))

    def height(amount: Decimal) -> int:
        if not amount or not highest:
            return 0
        return max(1, int(amount * BAR_STEPS / highest))

    return tuple(
        Bar(
            day,
            height(day.held),
            height(day.owed),
            f"{display.day(day.date)}: {display.money(day.held + day.owed)} {display.unit}",
        )
        for day in maturities.days
    )
