"""Brings the journals up to date: rows of nights not yet published are added, those of a night run again replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from guanxi.warehouse.nights import Night
from guanxi.warehouse.publish.database import Connection, partitions, rows, run, value
from guanxi.warehouse.publish.declare import Retention, Table
from guanxi.warehouse.publish.partitions import Fresh
from guanxi.warehouse.publish.session import Session
from guanxi.warehouse.publish.snapshots import Target, Written
from guanxi.warehouse.sealing import quoted, written_here

# An opening brings years of months. Beyond so many partitions the rows are cut in one pass instead of being read once
# for each.
MOST_SCANS = 2


@dataclass(frozen=True, slots=True)
class Kept:
    """How long rows are kept: events by days, closed months of agreements by months, movements by days."""

    events_days: int
    agreement_months: int
    movements_days: int

    def since(self, table: Table, business_date: date) -> date | None:
        """The first day of the oldest partition that a journal keeps; None where it keeps all."""
        assert table.partition is not None  # noqa: S101 - journals are partitioned
        match table.retention:
            case Retention.EVENTS:
                return table.partition.first(business_date - timedelta(days=self.events_days))
            case Retention.AGREEMENT_MONTHS:
                months = business_date.year * 12 + business_date.month - 1 - self.agreement_months
                return date(months // 12, months % 12 + 1, 1)
            case Retention.MOVEMENTS:
                return table.partition.first(business_date - timedelta(days=self.movements_days))
            case _:
                return None


@dataclass
class Plan:
    """What is to be done to one journal.

    ``fresh`` partitions are built aside and take the place of ``replaced`` ones of the same name; ``dropped`` ones
    held nothing but rows that are to go; ``cut`` ones lose the rows since the first night; ``appended`` ones, by name,
    get the rows of a query. ``retired`` ones are older than what is kept.
    """

    table: Table
    since: date
    kept_from: date | None
    fresh: list[Fresh] = field(default_factory=list)
    replaced: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    appended: dict[str, tuple[str, int]] = field(default_factory=dict)
    retired: list[str] = field(default_factory=list)
    deleted: int = 0
    retired_rows: int = 0

    @property
    def rows(self) -> int:
        """The rows that are to be written."""
        return sum(fresh.rows for fresh in self.fresh) + sum(count for _, count in self.appended.values())


def plan(connection: Connection, session: Session, table: Table, nights: Sequence[Night], kept: Kept) -> Plan:
    """Decides by what partitions there are, and what rows the nights wrote, what is to be done to a journal.

    A partition whose rows are all of these nights or later ones is replaced whole, one that is new is built aside;
    only what lies in partitions with older rows is deleted and added row by row.
    """
    partition = table.partition
    assert partition is not None  # noqa: S101 - journals are partitioned
    first_night = nights[0].business_date
    todo = Plan(table, first_night, kept.since(table, nights[-1].business_date))
    written = " UNION ALL ".join(session.rows(table, night.business_date) for night in nights)
    counts = _counts(session, table, written, todo.kept_from)
    existing = partitions(connection, table)
    for first, name in existing.items():
        newer = value(connection, f"SELECT EXISTS (SELECT 1 FROM {name} WHERE night >= %s)", [first_night])
        older = value(connection, f"SELECT EXISTS (SELECT 1 FROM {name} WHERE night < %s)", [first_night])
        if todo.kept_from and first < todo.kept_from:
            todo.retired.append(name)
            todo.retired_rows += value(connection, f"SELECT count(*) FROM {name}")
        elif newer and older:
            todo.cut.append(name)
        elif not older and (newer or first in counts):
            todo.deleted += value(connection, f"SELECT count(*) FROM {name}")
            if first in counts:
                todo.replaced[f"{table.name}_{partition.label(first)}"] = name
            else:
                todo.dropped.append(name)
    cut = _cut(session, table, written) if len(counts) > MOST_SCANS else {}
    for first, count in counts.items():
        sql = cut.get(first) or f"SELECT * FROM ({written}) WHERE {partition.condition(first)}"
        fresh = Fresh(table, first, sql, count)
        if first in existing and fresh.name not in todo.replaced:
            todo.appended[existing[first]] = (sql, count)
        else:
            todo.fresh.append(fresh)
    return todo


def _cut(session: Session, table: Table, sql: str) -> Mapping[date, str]:
    """Lays rows down by partition in one pass; returns a query for each, which reads its own rows alone."""
    partition = table.partition
    assert partition is not None  # noqa: S101 - journals are partitioned
    folder = session.scratch / table.name
    session.connection.execute(
        f"COPY (SELECT *, CAST(date_trunc('{partition.unit}', {partition.column}) AS DATE) AS first_day FROM ({sql})) "
        f"TO {quoted(folder)} (FORMAT parquet, PARTITION_BY (first_day){session.layout.sealing.copy_options})"
    )
    names = ", ".join(table.column_names)
    return {
        date.fromisoformat(part.name.partition("=")[2]): (
            f"SELECT {names} FROM {written_here(part / '*.parquet', session.layout.sealing)}"
        )
        for part in folder.iterdir()
    }


def _counts(session: Session, table: Table, sql: str, kept_from: date | None) -> Mapping[date, int]:
    """The nights' rows by the first day of their partition, those that are to be kept."""
    partition = table.partition
    assert partition is not None  # noqa: S101 - journals are partitioned
    kept = f"WHERE {partition.column} >= DATE '{kept_from}'" if kept_from else ""
    found = session.connection.execute(
        f"SELECT CAST(date_trunc('{partition.unit}', {partition.column}) AS DATE), count(*) "
        f"FROM ({sql}) {kept} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return dict(found)


def write(target: Target, todo: Plan) -> int:
    """Deletes and adds what is done row by row, within the publishing transaction; returns the rows added."""
    for name in todo.cut:
        todo.deleted += run(target.connection, f"DELETE FROM {name} WHERE night >= %s", [todo.since]).rowcount
    added = 0
    for name, (sql, _) in todo.appended.items():
        added += target.fill(name, todo.table.column_names, sql, label=todo.table.name)
    return added


def outcome(todo: Plan, written: int, before: int | None, connection: Connection) -> Written:
    """What was done to a journal. ``before`` is how many rows it held; they are counted where nobody knows."""
    if before is None:
        found = rows(connection, f"SELECT count(*) FROM {todo.table.name}")[0][0]
        return Written(written, todo.deleted, found - todo.retired_rows)
    return Written(written, todo.deleted, before + written - todo.deleted - todo.retired_rows)
