"""What a night knows about itself: its periods, the months it touches, the assumptions, how each table came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from guanxi.warehouse.decisions import KeptRow
from guanxi.warehouse.engine.assumptions import Assumption
from guanxi.warehouse.leads import LeadRow
from guanxi.warehouse.marks import MarkRow
from guanxi.warehouse.nights import Night
from guanxi.warehouse.rules import Ruling
from guanxi.warehouse.sealing import PLAIN, Sealing

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NightRow:
    """The one row of ``control.night``; its columns are described in the dbt project (``sources/control.yml``)."""

    business_date: date
    previous_business_date: date | None
    is_opening: bool
    has_history: bool
    closes: bool
    eve: date
    eve_month: date
    eve_quarter: date
    eve_year: date
    window_first: date
    month_start: date
    quarter_start: date
    year_start: date
    month_days: int
    quarter_days: int
    year_days: int
    month_carry_days: int
    quarter_carry_days: int
    year_carry_days: int
    last_month_start: date
    last_month_end: date
    last_month_days: int
    last_year_end: date
    twelve_start: date
    first_month: date


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One row of ``control.calendar``: a calendar month that the night touches."""

    month: date
    first_day: date
    last_day: date
    days: int
    window_first: date | None
    window_last: date | None
    window_days: int
    stage: str


def month_start(day: date) -> date:
    """The first day of the month."""
    return day.replace(day=1)


def quarter_start(day: date) -> date:
    """The first day of the quarter."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def year_start(day: date) -> date:
    """The first day of the year."""
    return date(day.year, 1, 1)


def add_months(month: date, months: int) -> date:
    """The first day of the month that lies ``months`` after (or before) a month's first day."""
    year, index = divmod(month.year * 12 + month.month - 1 + months, 12)
    return date(year, index + 1, 1)


def night_row(night: Night, history: tuple[date | None, date | None]) -> NightRow:
    """The night's row. ``history`` is the first balance and the first event before the business date, on the opening.

    On the opening the eve is the day before the business date: the history is walked up to it, and the business date
    itself is then a night like every other.
    """
    day = night.business_date
    eve = night.previous if night.previous is not None else day - DAY
    month, quarter, year = month_start(day), quarter_start(day), year_start(day)

    def carried(start: date) -> int:
        return max(0, (day - max(start, eve + DAY)).days)

    known = [first for first in history if first is not None]
    first = month_start(min([*known, day])) if night.opening else month_start(eve)
    return NightRow(
        business_date=day,
        previous_business_date=night.previous,
        is_opening=night.opening,
        has_history=not night.opening or history[0] is not None,
        closes=night.opening or month_start(eve) < month,
        eve=eve,
        eve_month=month_start(eve),
        eve_quarter=quarter_start(eve),
        eve_year=year_start(eve),
        window_first=eve + DAY,
        month_start=month,
        quarter_start=quarter,
        year_start=year,
        month_days=(day - month).days + 1,
        quarter_days=(day - quarter).days + 1,
        year_days=(day - year).days + 1,
        month_carry_days=carried(month),
        quarter_carry_days=carried(quarter),
        year_carry_days=carried(year),
        last_month_start=add_months(month, -1),
        last_month_end=month - DAY,
        last_month_days=(month - add_months(month, -1)).days,
        last_year_end=year - DAY,
        twelve_start=add_months(month, -11),
        first_month=first,
    )


def calendar_rows(night: NightRow) -> list[CalendarRow]:
    """The months from the first that the night touches to the one of the business date."""
    rows = []
    month = min(night.first_month, night.eve_month)
    # A month that nothing is known of is not closed on the opening.
    while month <= night.month_start:
        last = add_months(month, 1) - DAY
        first_in, last_in = max(month, night.window_first), min(last, night.business_date)
        inside = first_in <= last_in
        if month == night.month_start:
            stage = "running"
        elif month < night.eve_month:
            stage = "history"
        else:
            stage = "closing" if night.first_month <= month else "unknown"
        rows.append(
            CalendarRow(
                month=month,
                first_day=month,
                last_day=last,
                days=(last - month).days + 1,
                window_first=first_in if inside else None,
                window_last=last_in if inside else None,
                window_days=(last_in - first_in).days + 1 if inside else 0,
                stage=stage,
            )
        )
        month = add_months(month, 1)
    return rows


TYPES = {
    "bool": pa.bool_(),
    "int": pa.int32(),
    "str": pa.string(),
    "date": pa.date32(),
    "Decimal": pa.decimal128(20, 6),
}


def arrow(rows: Iterable[Any], row_type: type) -> pa.Table:
    """Dataclass rows as an Arrow table."""
    schema = pa.schema([(name, TYPES[str(kind).split(" |")[0]]) for name, kind in row_type.__annotations__.items()])
    return pa.Table.from_pylist([asdict(row) for row in rows], schema=schema)


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One row of ``control.delivery``."""

    table_name: str
    delivery: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One row of ``control.rule``: a version of a book's rules that decides tonight."""

    book: str
    version: str
    share: int
    effective_from: date
    content: str


def rule_rows(ruled: Mapping[str, Ruling]) -> list[RuleRow]:
    """Champions and challengers, each with its share of the customers in percent."""
    rows = []
    for name, ruling in sorted(ruled.items()):
        share = ruling.share if ruling.challenger else 0
        for version, part in ((ruling.champion, 100 - share), (ruling.challenger, share)):
            if version is not None and part:
                rows.append(RuleRow(name, version.label, part, version.effective_from, version.content))
    return rows


def write_control(
    folder: Path,
    night: NightRow,
    deliveries: Mapping[str, str],
    assumptions: list[Assumption],
    leads: Sequence[LeadRow] = (),
    marks: Sequence[MarkRow] = (),
    sealing: Sealing = PLAIN,
    kept: Sequence[KeptRow] = (),
    ruled: Mapping[str, Ruling] | None = None,
) -> dict[str, Path]:
    """Writes the control datasets into ``folder``; returns their files by name."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "night": arrow([night], NightRow),
        "calendar": arrow(calendar_rows(night), CalendarRow),
        "delivery": arrow([DeliveryRow(*item) for item in sorted(deliveries.items())], DeliveryRow),
        "assumption": arrow(assumptions, Assumption),
        "lead": arrow(leads, LeadRow),
        "kept": arrow(kept, KeptRow),
        "mark": arrow(marks, MarkRow),
        "rule": arrow(rule_rows(ruled or {}), RuleRow),
    }
    files = {name: folder / sealing.name(name) for name in tables}
    sealing.write_arrow({files[name]: table for name, table in tables.items()})
    return files
