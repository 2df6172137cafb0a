"""Reads what the bank delivered over the last nights: rows by table, and the share of them that was kept aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from django.db.models import Count, Exists, OuterRef

from guanxi.crm.quality.models import FileDelivery, QuarantinedRow, Run
from guanxi.crm.quality.queries.datatests import RUNS_SHOWN

# A file is unusual when its rows differ from the median of the nights before by more than this share of it and by
# more than three times as much as they usually differ.
UNUSUAL_SHARE = Decimal("0.2")
UNUSUAL_TIMES = 3
NIGHTS_NEEDED = 4


@dataclass(frozen=True, slots=True)
class Delivered:
    """One file of one night. ``height`` (0 to 100) draws its rows against the largest of the period.

    ``share`` is the part of its rows that was kept aside (0.001 is one in a thousand), None for an empty file.
    """

    run_id: str
    business_date: date
    rows: int
    quarantined: int
    share: Decimal | None
    usual: int | None
    unusual: bool
    height: int
    share_height: int


@dataclass(frozen=True, slots=True)
class TableTrend:
    """One table's files over the last nights, oldest first."""

    table: str
    delivery: str
    nights: tuple[Delivered, ...]

    @property
    def last(self) -> Delivered:
        """The newest night's file."""
        return self.nights[-1]

    @property
    def change(self) -> Decimal | None:
        """How far the last file's rows lie from what is usual: 0.5 is half more."""
        last = self.last
        return Decimal(last.rows - last.usual) / last.usual if last.usual else None


@dataclass(frozen=True, slots=True)
class RuleTrend:
    """Rows kept aside by one rule of one table, by business date; ``counts`` run beside the board's days."""

    table: str
    rule: str
    counts: tuple[int, ...]
    heights: tuple[int, ...]
    total: int
    waiting: int


@dataclass(frozen=True, slots=True)
class DeliveriesBoard:
    """What was delivered in the last nights. ``opening`` is the first night's day where it lies in the period."""

    days: tuple[date, ...]
    tables: tuple[TableTrend, ...]
    rows: int
    quarantined: int
    unusual: int

    @property
    def share(self) -> Decimal | None:
        """The part of the last night's rows that was kept aside."""
        return Decimal(self.quarantined) / self.rows if self.rows else None


@dataclass(frozen=True, slots=True)
class RulesBoard:
    """Rows kept aside by table and rule over the last nights, most first."""

    days: tuple[date, ...]
    rules: tuple[RuleTrend, ...]


def recent_nights(count: int = RUNS_SHOWN) -> list[tuple[str, date, bool]]:
    """(run, business date, whether it is the opening) of the last landed nights, oldest first; one query.

    A day that was run again counts once, with its newest run.
    """
    runs = (
        Run.objects.filter(Exists(FileDelivery.objects.filter(run=OuterRef("pk"))))
        .order_by("-business_date", "-started_at", "-id")
        .values_list("id", "business_date", "previous_business_date")[: 2 * count]
    )
    newest: dict[date, tuple[str, bool]] = {}
    for run_id, day, previous in runs:
        newest.setdefault(day, (run_id, previous is None))
    return [(run_id, day, opening) for day, (run_id, opening) in sorted(newest.items())][-count:]


def deliveries_board() -> DeliveriesBoard:
    """Every table's files over the last thirty nights; two queries.

    The opening night brings years of balances and events at once, so it is neither drawn nor counted as usual.
    """
    nights = [night for night in recent_nights() if not night[2]] or recent_nights()
    order = {run_id: position for position, (run_id, _, _) in enumerate(nights)}
    by_table: dict[str, list[FileDelivery]] = defaultdict(list)
    files = FileDelivery.objects.filter(run_id__in=list(order)).order_by("id")
    for file in files:
        by_table[file.table].append(file)
    days = tuple(day for _, day, _ in nights)
    tables = []
    for table, found in by_table.items():
        found.sort(key=lambda file: order[file.run_id])
        tables.append(TableTrend(table, found[-1].delivery, _delivered(found, days, order)))
    last = nights[-1][0] if nights else ""
    latest = [trend.last for trend in tables if trend.last.run_id == last]
    return DeliveriesBoard(
        days=days,
        tables=tuple(tables),
        rows=sum(each.rows for each in latest),
        quarantined=sum(each.quarantined for each in latest),
        unusual=sum(each.unusual for each in latest),
    )


def rules_board(days: Sequence[date]) -> RulesBoard:
    """Rows kept aside by table and rule on these business dates; one query that counts the rows of those days."""
    by_rule: dict[tuple[str, str], dict[date, int]] = defaultdict(dict)
    waiting: dict[tuple[str, str], int] = defaultdict(int)
    counted = (
        QuarantinedRow.objects.filter(business_date__in=list(days))
        .order_by()
        .values_list("business_date", "table", "rule", "status")
        .annotate(rows=Count("id"))
    )
    for day, table, rule, status, rows in counted:
        counts = by_rule[table, rule]
        counts[day] = counts.get(day, 0) + rows
        if status == QuarantinedRow.Status.WAITING:
            waiting[table, rule] += rows
    rules = []
    for (table, rule), counts in by_rule.items():
        series = tuple(counts.get(day, 0) for day in days)
        most = max(series)
        heights = tuple(_height(count, most) for count in series)
        rules.append(RuleTrend(table, rule, series, heights, sum(series), waiting[table, rule]))
    rules.sort(key=lambda trend: (-trend.total, trend.table, trend.rule))
    return RulesBoard(tuple(days), tuple(rules))


def usual_rows(before: Sequence[int]) -> tuple[int, int] | None:
    """(median, usual distance from it) of the rows of earlier nights; None where they are too few to say.

    The distance is the median of the absolute distances from the median.
    """
    if len(before) < NIGHTS_NEEDED:
        return None
    middle = round(median(before))
    return middle, round(median(abs(rows - middle) for rows in before))


def is_unusual(rows: int, before: Sequence[int]) -> bool:
    """Whether a file's rows differ from those of the nights before by more than chance explains."""
    usual = usual_rows(before)
    if usual is None:
        return False
    middle, distance = usual
    away = abs(rows - middle)
    return away > UNUSUAL_SHARE * max(middle, 1) and away > UNUSUAL_TIMES * distance


def _delivered(files: Sequence[FileDelivery], days: Sequence[date], order: dict[str, int]) -> tuple[Delivered, ...]:
    most = max(file.rows for file in files)
    shares = [Decimal(file.quarantined) / file.rows if file.rows else None for file in files]
    worst = max((share for share in shares if share), default=Decimal(0))
    result = []
    for position, (file, share) in enumerate(zip(files, shares, strict=True)):
        before = [earlier.rows for earlier in files[max(0, position - 10) : position]]
        usual = usual_rows(before)
        result.append(
            Delivered(
                run_id=file.run_id,
                business_date=days[order[file.run_id]],
                rows=file.rows,
                quarantined=file.quarantined,
                share=share,
                usual=usual[0] if usual else None,
                unusual=is_unusual(file.rows, before),
                height=_height(file.rows, most),
                share_height=0 if not share else max(10, round(100 * share / worst)),
            )
        )
    return tuple(result)


def _height(count: int, most: int) -> int:
    return 0 if not count or not most else max(4, round(100 * count / most))
