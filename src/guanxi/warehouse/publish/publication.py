"""Publishes the state after a night: all of it in one transaction, then the business date moves on.

The large partitions are built aside by several connections while the changed rows are found and merged in the
publishing transaction; it ends with attaching the partitions and the row that says what the business date is. Killed
at any point, a publication leaves PostgreSQL as people see it as it was: what lies aside, and a day's partitions that
were attached and not announced, the next one removes.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime

from guanxi.warehouse import leads
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from guanxi.warehouse.progress import Progress, Silent
from guanxi.warehouse.publish import identity, journals, linkage, snapshots, staff, tokens
from guanxi.warehouse.publish.database import (
    Connection,
    clear_aside,
    connect,
    is_empty,
    only_one,
    partitions,
    patiently,
    rows,
    run,
)
from guanxi.warehouse.publish.declare import Kind, Table
from guanxi.warehouse.publish.difference import compare
from guanxi.warehouse.publish.fingerprint import Parts, Rules, keep, parts_of, parts_published
from guanxi.warehouse.publish.journals import Kept, Plan
from guanxi.warehouse.publish.partitions import Builder, Fresh, attach, retire
from guanxi.warehouse.publish.search.names import make_names
from guanxi.warehouse.publish.session import Session, opened
from guanxi.warehouse.publish.snapshots import Target, Written
from guanxi.warehouse.publish.tables import TABLES, tables_of
from guanxi.warehouse.publish.tables.snapshot import CONTACT_POINT, PARTY, PARTY_IDENTIFIER, STAFF
from guanxi.warehouse.publish.tally import Tally
from guanxi.warehouse.sealing import relation


class PublicationError(Exception):
    """These nights cannot be published as they are; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Published:
    """A publication: ``rows`` says by PostgreSQL's table names what was done; ``snapshot`` names the state."""

    business_date: date
    previous: date | None
    snapshot: str
    rows: dict[str, Written]


@dataclass(frozen=True, slots=True)
class Last:
    """The publication before: its business date, the state's word, what each table held, and since when it kept it."""

    business_date: date
    snapshot: str
    totals: Mapping[str, int]
    kept_from: Mapping[str, date]


def last_published(database_url: str) -> date | None:
    """The business date that the staff see now; None before the first publication."""
    with connect(database_url) as connection:
        last = _last(connection)
    return last.business_date if last else None


def publish(
    *,
    layout: Layout,
    nights: Sequence[Night],
    database_url: str,
    run_id: str,
    time_zone: str = "Asia/Shanghai",
    progress: Progress | None = None,
    events_kept_days: int = 400,
    agreement_months_kept: int = 13,
    movements_kept_days: int = 35,
    threads: int = 2,
    memory_limit: str = "2GB",
    patience: float = 600,
) -> Published:
    """Publishes the state after the last of ``nights`` and the journals of all of them.

    ``nights``, oldest first and without a gap, begin with the first that is not published yet, or that was run again:
    its rows and those of all later nights are replaced. ``time_zone`` is the bank's, in which its files give times.
    ``progress`` counts rows. Events, closed months of agreements and movements are kept as long as stated; the rest of
    the journals for ever. ``patience`` is how many seconds are spent on waiting for readers who are in the way (only
    where a business date is published again, or another publication is just ending).

    Raises :class:`PublicationError` where a night between is missing, ``PublicationRunningError`` where another
    publication is at work, ``TableBusyError`` where readers left no moment, ``MissingPartError`` where the warehouse
    does not hold a part; whatever it raises, nothing is published then.
    """
    _check(nights)
    kept = Kept(events_kept_days, agreement_months_kept, movements_kept_days)
    with connect(database_url) as connection, only_one(connection, min(patience, 30)):
        clear_aside(connection, TABLES)
        last = _last(connection)
        _check_gap(nights, last)
        if last:
            _retire_old(connection, last)
        with opened(layout, time_zone=time_zone, threads=threads, memory_limit=memory_limit) as session:
            work = _Publication(
                connection, session, database_url, nights, last, kept, patience, Tally(progress or Silent())
            )
            published = work.do(run_id)
        keep(layout, work.parts)
        work.retire()
    return published


def _check(nights: Sequence[Night]) -> None:
    if not nights:
        raise PublicationError("There is no night to publish.")
    for before, night in itertools.pairwise(nights):
        if night.previous != before.business_date:
            raise PublicationError(
                f"The night of {night.business_date} does not follow the night of {before.business_date}: "
                "publish all nights between in one go."
            )


def _check_gap(nights: Sequence[Night], last: Last | None) -> None:
    before = nights[0].previous
    if last and before and before > last.business_date:
        raise PublicationError(
            f"{last.business_date} is published and {before} is not: begin with the night after {last.business_date}."
        )


def _last(connection: Connection) -> Last | None:
    found = rows(connection, "SELECT business_date, snapshot, rows FROM insight_publication ORDER BY id DESC LIMIT 1")
    if not found:
        return None
    business_date, snapshot, counts = found[0]
    return Last(
        business_date,
        snapshot,
        {name: count["total"] for name, count in counts.items()},
        {name: date.fromisoformat(count["kept_from"]) for name, count in counts.items() if count.get("kept_from")},
    )


def _retire_old(connection: Connection, last: Last) -> None:
    """Retires what a publication that was killed about its commit, or kept off by readers, has left standing."""
    for table in tables_of(Kind.DAILY):
        existing = partitions(connection, table)
        retire(connection, table, [name for day, name in existing.items() if day > last.business_date])
    for table in tables_of(Kind.JOURNAL):
        since = last.kept_from.get(table.name)
        if since:
            retire(connection, table, [name for first, name in partitions(connection, table).items() if first < since])


@dataclass
class _Publication:
    """One publication's work, once it holds the lock."""

    connection: Connection
    session: Session
    database_url: str
    nights: Sequence[Night]
    last: Last | None
    kept: Kept
    patience: float
    tally: Tally
    done: dict[str, Written] = field(default_factory=dict)
    plans: list[Plan] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.day = self.nights[-1].business_date
        self.parts = parts_of(self.session.layout, self.day)
        self.was = parts_published(self.session.layout, self.last.snapshot) if self.last else None
        made, now = Rules.of_word(self.last.snapshot if self.last else ""), Rules.of_now(self.session.index_key)
        self.word = self.parts.word(now)
        self.searched_anew = self.last is not None and made.search != now.search
        if made != now:
            # Rows differ although their parts may not.
            self.was = None
        self.target = Target(self.connection, self.session, self.tally)
        self.attached = False

    def do(self, run_id: str) -> Published:
        """Everything up to the commit."""
        self._make_names()
        builder = Builder(self.database_url, self.session, self.tally)
        try:
            daily = self._plan_daily()
            self.plans = [
                journals.plan(self.connection, self.session, table, self.nights, self.kept)
                for table in tables_of(Kind.JOURNAL)
            ]
            self.tally.expect(sum(fresh.rows for fresh in daily) + sum(plan.rows for plan in self.plans))
            builder.build([*daily, *(fresh for plan in self.plans for fresh in plan.fresh)])
            with self.connection.transaction():
                run(self.connection, "SET LOCAL synchronous_commit = on")
                leads.hold(self.connection)
                identity.before(self.connection, self.session.layout, self.nights[-1])
                self._write_snapshots()
                added = {plan.table.name: journals.write(self.target, plan) for plan in self.plans}
                builder.finish()
                self._attach_ahead(self._attach(daily, builder.written, added))
                published = self._announce(run_id)
                leads.settle(self.connection, self.session.layout, [night.business_date for night in self.nights])
                identity.after(self.connection, self.session.layout, self.nights[-1])
        finally:
            builder.close()
        return published

    def retire(self) -> None:
        """Drops the partitions that nobody needs any more, after the commit."""
        shown = {self.day, self.last.business_date if self.last else self.day}
        for table in tables_of(Kind.DAILY):
            existing = partitions(self.connection, table)
            retire(self.connection, table, [name for day, name in existing.items() if day not in shown])
        for plan in self.plans:
            retire(self.connection, plan.table, plan.retired)

    def _make_names(self) -> None:
        parties = [f"FROM {relation(self.session.files(PARTY, self.day))}"]
        if self.was:
            parties.append(f"FROM {relation(self.was.files[PARTY.name])}")
        kind, name = PARTY.named or ("", "")
        make_names(
            self.session.connection,
            " UNION ALL ".join(f"SELECT {kind} AS kind, {name} AS name {party}" for party in parties),
        )

    def _plan_daily(self) -> list[Fresh]:
        fresh = []
        for table in tables_of(Kind.DAILY):
            sql = self.session.rows(table, self.day)
            count = self.session.count(sql)
            order = f" ORDER BY {', '.join(table.order)}" if table.order else ""
            fresh.append(Fresh(table, self.day, f"SELECT * FROM ({sql}){order}", count))
        return fresh

    def _write_snapshots(self) -> None:
        for table in tables_of(Kind.SNAPSHOT):
            old = self._old(table)
            if self._is_unchanged(table) and old is not None:
                self._no_difference(table)
                self.done[table.name] = Written(0, 0, self.last.totals[table.name] if self.last else 0)
                continue
            new = self.session.rows(table, self.day)
            difference = compare(self.session, table, new, old)
            total = self.session.count(new)
            if table is STAFF:
                self.done |= staff.write_staff(
                    self.target, table, difference, old=old, total=total, business_date=self.day
                )
            else:
                self.done[table.name] = snapshots.write(self.target, table, difference, total)
        self.done[linkage.TABLE] = linkage.write_linked(self.connection, self.day)
        if self.searched_anew:
            self.session.attach(self.database_url)
        self.done[tokens.TABLE] = tokens.write_tokens(
            self.target,
            self._state(self.parts),
            self._state(self.was) if self.was else None,
            before=self.last.totals.get(tokens.TABLE) if self.last and not self.searched_anew else None,
            anew=self.searched_anew,
        )

    def _old(self, table: Table) -> str | None:
        """A query for what is published of a snapshot; None for a table without rows."""
        if is_empty(self.connection, table.name):
            return None
        if self.was and self.last:
            return self.session.rows(table, self.last.business_date, self.was.files[table.name])
        return self.session.standing(table, self.last.business_date if self.last else self.day, self.database_url)

    def _is_unchanged(self, table: Table) -> bool:
        """Whether a snapshot's rows are the published ones, and the day makes no difference."""
        return (
            self.was is not None
            and self.was.digests[table.name] == self.parts.digests[table.name]
            and not any("part_day" in column.source for column in table.columns)
        )

    def _no_difference(self, table: Table) -> None:
        rows_of = self.session.rows(table, self.day)
        for way in ("changed", "gone"):
            self.session.connection.execute(
                f"CREATE OR REPLACE TABLE {way}_{table.name} AS SELECT * FROM ({rows_of}) LIMIT 0"
            )

    def _state(self, parts: Parts) -> tokens.State:
        parties, identifiers, contacts = (
            self.session.rows(table, parts.day, parts.files[table.name])
            for table in (PARTY, PARTY_IDENTIFIER, CONTACT_POINT)
        )
        return tokens.State(parties, identifiers, contacts)

    def _attach(self, daily: Sequence[Fresh], written: Mapping[str, int], added: Mapping[str, int]) -> list[Fresh]:
        """Attaches what is built; returns the daily partitions that are still to be attached, ahead of the commit."""
        ahead = []
        for fresh in daily:
            replaced = partitions(self.connection, fresh.table).get(self.day)
            if replaced:
                attach(self.connection, fresh, replaced=replaced, patience=self.patience)
            else:
                ahead.append(fresh)
            self.done[fresh.table.name] = Written(written[fresh.name], 0, written[fresh.name])
        for plan in self.plans:
            name = plan.table.name
            for fresh in plan.fresh:
                attach(self.connection, fresh, replaced=plan.replaced.get(fresh.name), patience=self.patience)
            for dropped in plan.dropped:
                self._drop(plan.table, dropped)
            count = added[name] + sum(written[fresh.name] for fresh in plan.fresh)
            before = self.last.totals.get(name) if self.last else None
            self.done[name] = journals.outcome(plan, count, before, self.connection)
        return ahead

    def _attach_ahead(self, daily: Sequence[Fresh]) -> None:
        """Attaches a new day's partitions in a transaction of its own, before the day is announced.

        Attaching keeps no reader off, so nothing makes a reader wait for the word that a table has a new partition:
        PostgreSQL sends it just after the commit has become visible. Whoever read in between would be told of a new
        business date and find no figures of it.
        """
        with connect(self.database_url) as other, other.transaction():
            for fresh in daily:
                attach(other, fresh, replaced=None, patience=self.patience)

    def _drop(self, table: Table, name: str) -> None:
        def act() -> None:
            run(self.connection, f"DROP TABLE {name}")

        patiently(self.connection, act, patience=self.patience, table=table.name)

    def _announce(self, run_id: str) -> Published:
        """The row that says what the business date is, written last."""
        previous = self.nights[-1].previous
        kept_from = {plan.table.name: plan.kept_from for plan in self.plans if plan.kept_from}
        counts = {
            name: asdict(done) | ({"kept_from": kept_from[name].isoformat()} if name in kept_from else {})
            for name, done in self.done.items()
        }
        run(
            self.connection,
            "INSERT INTO insight_publication (business_date, previous_business_date, snapshot, run_id, published_at, "
            "rows) VALUES (%s, %s, %s, %s, %s, %s)",
            [self.day, previous, self.word, run_id, datetime.now(UTC), json.dumps(counts)],
        )
        return Published(self.day, previous, self.word, self.done)
