"""The site's map: what the navigation shows to whom, where one is, and the keys that lead there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanxi.crm.web.access import Area, may
from guanxi.crm.web.exports.queries import waiting_count
from guanxi.crm.web.handover.shown import waiting_count as waiting_handovers
from guanxi.crm.web.request import StaffRequest


@dataclass(frozen=True, slots=True)
class Group:
    """Places that the navigation shows as one."""

    label: str | Promise
    icon: str


@dataclass(frozen=True, slots=True)
class Place:
    """An address in the navigation. ``key`` follows ``g``; ``inside`` are the URL names that belong to it.

    A name such as ``customer-value`` belongs where ``customer`` does. ``waiting`` counts what waits there for the
    person.
    """

    area: Area
    url_name: str
    label: str | Promise
    icon: str
    key: str
    inside: frozenset[str] = frozenset()
    group: Group | None = None
    waiting: Callable[[StaffRequest], int] | None = None


MY_DAY = Group(_("My day"), "calendar-check")
SALES = Group(_("Sales"), "target-arrow")
TEAM = Group(_("Team"), "users-group")
BULLETINS = Group(_("Bulletins"), "speakerphone")
DATA = Group(_("Data"), icon="database")
AUDIT = Group(_("Audit"), "shield-check")

PLACES: tuple[Place, ...] = (
    Place(Area.HOME, "home", _("Home"), icon="home", key="h"),
    Place(
        Area.CUSTOMERS,
        "customers",
        _("Customers"),
        icon="users",
        key="c",
        inside=frozenset({"customers", "customer", "search"}),
    ),
    Place(
        Area.WORK,
        "morning",
        _("Morning list"),
        icon="sunrise",
        key="m",
        inside=frozenset({"morning"}),
        group=MY_DAY,
    ),
    Place(
        Area.WORK,
        "tasks",
        _("Tasks"),
        icon="checkbox",
        key="y",
        inside=frozenset({"tasks", "task"}),
        group=MY_DAY,
    ),
    Place(
        Area.WORK,
        "calendar",
        _("Calendar"),
        icon="calendar-event",
        key="j",
        inside=frozenset({"calendar", "appointment"}),
        group=MY_DAY,
    ),
    Place(
        Area.WORK,
        "plan",
        _("Visit plan"),
        icon="route",
        key="z",
        inside=frozenset({"plan"}),
        group=MY_DAY,
    ),
    Place(
        Area.WORK,
        "work-log",
        _("Work log"),
        icon="notebook",
        key="n",
        inside=frozenset({"work-log"}),
        group=MY_DAY,
    ),
    Place(
        Area.OPPORTUNITIES,
        "pipeline",
        _("Opportunity board"),
        icon="layout-kanban",
        key="3",
        inside=frozenset({"pipeline", "opportunity"}),
        group=SALES,
    ),
    Place(
        Area.OPPORTUNITIES,
        "opportunities",
        _("Opportunities"),
        icon="list-details",
        key="s",
        inside=frozenset({"opportunities"}),
        group=SALES,
    ),
    Place(
        Area.OPPORTUNITIES,
        "forecast",
        _("Forecast"),
        icon="chart-histogram",
        key="f",
        inside=frozenset({"forecast"}),
        group=SALES,
    ),
    Place(
        Area.PRICES,
        "prices",
        _("Prices to decide on"),
        icon="discount",
        key="x",
        inside=frozenset({"prices"}),
        group=SALES,
    ),
    Place(
        Area.LEADS,
        "leads",
        _("Leads"),
        icon="user-plus",
        key="g",
        inside=frozenset({"leads", "lead"}),
        group=SALES,
    ),
    Place(
        Area.WORK,
        "referrals",
        _("Referrals"),
        icon="share-3",
        key="9",
        inside=frozenset({"referrals", "referral", "league"}),
        group=SALES,
    ),
    Place(
        Area.PRODUCTS, "products", _("Products"), icon="packages", key="p", inside=frozenset({"products", "product"})
    ),
    Place(
        Area.INDUSTRIES,
        "industries",
        _("Industries"),
        icon="building-factory-2",
        key="i",
        inside=frozenset({"industries"}),
    ),
    Place(
        Area.TEAM,
        "team",
        _("Team"),
        icon="users-group",
        key="t",
        inside=frozenset({"team"}),
        group=TEAM,
    ),
    Place(
        Area.TEAM,
        "board",
        _("Board"),
        icon="layout-dashboard",
        key="b",
        inside=frozenset({"board"}),
        group=TEAM,
    ),
    Place(
        Area.HANDOVERS,
        "handovers",
        _("Hand-overs"),
        icon="arrows-exchange",
        key="o",
        inside=frozenset({"handovers", "handover"}),
        group=TEAM,
        waiting=waiting_handovers,
    ),
    Place(
        Area.HANDOVERS,
        "pool",
        _("Pool"),
        icon="pool",
        key="w",
        inside=frozenset({"pool"}),
        group=TEAM,
    ),
    Place(
        Area.BULLETIN,
        "bulletin",
        _("Bulletin board"),
        icon="speakerphone",
        key="1",
        inside=frozenset({"bulletin"}),
        group=BULLETINS,
    ),
    Place(
        Area.BULLETIN,
        "materials",
        _("Materials"),
        icon="files",
        key="2",
        inside=frozenset({"materials", "material"}),
        group=BULLETINS,
    ),
    Place(
        Area.IDENTITY,
        "identity",
        _("Duplicates"),
        icon="arrows-join",
        key="0",
        inside=frozenset({"identity"}),
        group=DATA,
    ),
    Place(
        Area.CUSTOMER_QUALITY,
        "data-quality",
        _("Customers' data"),
        icon="heart-rate-monitor",
        key="8",
        inside=frozenset({"data-quality", "data-quality-mend"}),
        group=DATA,
    ),
    Place(
        Area.QUALITY,
        "quality",
        _("Data quality"),
        icon="checklist",
        key="q",
        inside=frozenset({"quality", "quality-test", "quality-documentation"}),
        group=DATA,
    ),
    Place(
        Area.QUARANTINE,
        "quarantine",
        _("Rows kept aside"),
        icon="filter-exclamation",
        key="k",
        inside=frozenset(
            {"quarantine", "quarantined-row", "quarantine-import", "quarantine-preview", "quarantine-replay"}
        ),
        group=DATA,
    ),
    Place(
        Area.RUNS,
        "runs",
        _("Nightly runs"),
        icon="moon-stars",
        key="r",
        inside=frozenset({"runs", "run"}),
        group=DATA,
    ),
    Place(
        Area.RULES,
        "rules",
        _("Rules"),
        icon="table-options",
        key="7",
        inside=frozenset({"rules"}),
        group=DATA,
    ),
    Place(
        Area.AUDIT,
        "audit",
        _("Audit log"),
        icon="eye-search",
        key="l",
        inside=frozenset({"audit", "audit-entry", "audit-customer", "audit-person", "audit-history"}),
        group=AUDIT,
    ),
    Place(
        Area.AUDIT,
        "proof",
        _("Activity and proof"),
        icon="certificate",
        key="v",
        inside=frozenset({"proof"}),
        group=AUDIT,
    ),
    Place(
        Area.UNUSUAL,
        "unusual",
        _("Unusual use"),
        icon="user-search",
        key="u",
        inside=frozenset({"unusual"}),
        group=AUDIT,
    ),
    Place(Area.RIGHTS, "rights", _("Personal data"), icon="user-shield", key="d", inside=frozenset({"rights"})),
    Place(
        Area.EXPORTS,
        "exports",
        _("Exports"),
        icon="file-export",
        key="e",
        inside=frozenset({"exports", "export"}),
        waiting=waiting_count,
    ),
    Place(Area.ADMINISTRATION, "admin:index", _("Administration"), icon="settings", key="a"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A place as one page shows it."""

    url: str
    label: str
    icon: str
    key: str
    here: bool
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Navigation:
    """What the page's navigation shows: ``main`` for the rail, ``beside`` for the tabs of the area one is in.

    ``searches``: whether the person may search for customers.
    """

    main: tuple[Link, ...]
    beside: tuple[Link, ...]
    all: tuple[Link, ...]
    searches: bool = True

    @property
    def thumb(self) -> tuple[Link, ...]:
        """The places on the phone's bottom bar beside search and oneself: the first three."""
        return self.main[:3]

    @property
    def rest(self) -> tuple[Link, ...]:
        """The places that the phone shows behind "me"."""
        return self.main[3:]


def navigation_of(request: StaffRequest) -> Navigation:
    """The navigation of one who may see what ``request`` may see; costs what counting what waits costs."""
    name = (request.resolver_match.url_name if request.resolver_match else "") or ""
    links: list[tuple[Place, Link]] = []
    for place in PLACES:
        url = _url(place.url_name)
        if url and may(request, place.area):
            here = name == place.url_name or bool({name, name.partition("-")[0]} & place.inside)
            waiting = place.waiting(request) if place.waiting else 0
            links.append((place, Link(url, str(place.label), place.icon, place.key, here, waiting)))
    groups: dict[str, list[Link]] = {}
    main: list[Link] = []
    for place, link in links:
        if not place.group:
            main.append(link)
            continue
        group = groups.setdefault(str(place.group.label), [])
        group.append(link)
        if len(group) == 1:
            main.append(Link(link.url, str(place.group.label), place.group.icon, link.key, link.here, link.waiting))
        else:
            position = next(index for index, shown in enumerate(main) if shown.label == str(place.group.label))
            shown = main[position]
            # Where something waits in the group, one is led to it.
            url = link.url if link.waiting and not shown.waiting else shown.url
            main[position] = Link(
                url, shown.label, shown.icon, shown.key, shown.here or link.here, shown.waiting + link.waiting
            )
    beside = next((tuple(group) for group in groups.values() if len(group) > 1 and any(one.here for one in group)), ())
    return Navigation(tuple(main), beside, tuple(link for _place, link in links), may(request, Area.CUSTOMERS))


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
