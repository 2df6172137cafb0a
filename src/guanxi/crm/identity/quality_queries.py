"""The quality of the customers' data: complete, valid, found twice, by field, source and branch, and over time."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from guanxi.crm.identity.models import Mend, QualityMeasure
from guanxi.crm.identity.paging import Place, behind
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.queries import InstitutionTree

DAYS = 30
A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Share:
    """How many of something there are, have a value, have a valid one."""

    key: str
    kind: str
    records: int
    filled: int
    valid: int

    @property
    def complete(self) -> Decimal:
        """The share that has a value."""
        return Decimal(self.filled) / self.records if self.records else Decimal(0)

    @property
    def sound(self) -> Decimal:
        """The share that has a valid value."""
        return Decimal(self.valid) / self.records if self.records else Decimal(0)


@dataclass(frozen=True, slots=True)
class Twice:
    """Records of one source that were found to be duplicates, and those that wait for the steward."""

    source: str
    merged: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Board:
    """The page: ``day`` is None before anything was measured. ``league`` goes from the best branch to the worst, and
    ``sources`` from the best source to the worst; a bank that tells none apart has one of no name."""

    day: datetime.date | None
    fields: tuple[Share, ...]
    trend: tuple[tuple[datetime.date, Decimal, Decimal], ...]
    league: tuple[Share, ...]
    sources: tuple[Share, ...]
    twice: tuple[Twice, ...]


def board(scope: Scope, tree: InstitutionTree, top: str = "") -> Board:
    """What was measured within a scope; six queries. ``top`` narrows to an institution and those below it."""
    rows = QualityMeasure.objects.visible_to(scope)
    if top in tree.nodes:
        rows = rows.filter(institution_id__in=tree.below([top]))
    day = QualityMeasure.objects.order_by("-business_date").values_list("business_date", flat=True).first()
    if day is None:
        return Board(None, (), (), (), (), ())
    now = rows.filter(business_date=day)
    sums = {"n": Sum("records"), "f": Sum("filled"), "v": Sum("valid")}
    fields = now.exclude(field="").order_by("kind", "field").values_list("field", "kind").annotate(**sums)
    since = day - datetime.timedelta(days=DAYS)
    trend = (
        rows.exclude(field="").filter(business_date__gt=since).order_by("business_date").values_list("business_date")
        .annotate(**sums)
    )  # fmt: skip
    by_place = now.exclude(field="").order_by("institution_id").values_list("institution_id").annotate(**sums)
    by_source = now.exclude(field="").order_by("source").values_list("source").annotate(**sums)
    twice = now.filter(field="").order_by("source").values_list("source").annotate(m=Sum("merged"), w=Sum("waiting"))
    return Board(
        day,
        tuple(Share(*row) for row in fields),
        tuple((at, _share(f, n), _share(v, n)) for at, n, f, v in trend),
        _league(by_place, tree, top),
        _best_first(Share(source, "", *counts) for source, *counts in by_source),
        tuple(Twice(*row) for row in twice),
    )


def _share(part: int, whole: int) -> Decimal:
    return Decimal(part) / whole if whole else Decimal(0)


def _league(rows: Iterable[tuple[str, int, int, int]], tree: InstitutionTree, top: str) -> tuple[Share, ...]:
    """The institutions right below ``top`` (below the topmost where it names none), each with all below it."""
    rows = list(rows)
    roots = [top] if top in tree.nodes else [one.id for one in tree.nodes.values() if one.parent_id not in tree.nodes]
    places = [child for root in roots for child in tree.nodes[root].children] or roots
    while len(places) == 1 and tree.nodes[places[0]].children:
        places = list(tree.nodes[places[0]].children)
    above = {below: place for place in places for below in tree.below([place])}
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for place, *counts in rows:
        if place in above:
            sums[above[place]] = [old + new for old, new in zip(sums[above[place]], counts, strict=True)]
    return _best_first(Share(place, "", *counts) for place, counts in sums.items())


def _best_first(shares: Iterable[Share]) -> tuple[Share, ...]:
    return tuple(sorted(shares, key=lambda one: (-one.sound, one.key)))


@dataclass(frozen=True, slots=True)
class Work:
    """A page of what is to be mended, the most money at stake first. ``after`` leads on, empty on the last."""

    rows: tuple[Mend, ...]
    after: str


def to_mend(scope: Scope, *, field: str = "", places: tuple[str, ...] = (), after: str = "") -> Work:
    """What somebody should mend within a scope; one query."""
    rows = Mend.objects.visible_to(scope).select_related("party")
    if field:
        rows = rows.filter(field=field)
    if places:
        rows = rows.filter(institution_id__in=places)
    found = list(behind(rows, Place.of(after), "record_id", "field")[: A_PAGE + 1])
    shown = found[:A_PAGE]
    last = shown[-1] if len(found) > A_PAGE else None
    return Work(tuple(shown), str(Place(last.impact, last.record_id, last.field)) if last else "")
