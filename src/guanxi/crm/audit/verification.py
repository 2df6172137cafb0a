"""Verifies the log: walks the chain, recomputes every digest, and names each entry that is not as it was written.

What is found is one of: *removed* (the chain knows an entry that is not there), *changed* (an entry is not what was
written), *swapped* (an entry or a link stands in another's place), *broken* (a link of the chain is missing or does
not fit), *truncated* (a head kept outside knows more than the chain), *forged* (an entry was not written by Guanxi),
*unsealed* (an entry waited longer than it should to be linked).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import connection
from django.utils import timezone

from guanxi.crm.audit.digest import FIELDS, GENESIS, entry_mac, link_hash, moment_of
from guanxi.crm.audit.heads import Head, all_heads
from guanxi.crm.audit.models import Verification

BATCH = 5_000
NAMED = 100
LATE = timedelta(hours=1)
_ENTRIES = (
    "SELECT id, actor, roles, request_id, address, action, subject, kind, object_id, detail, mac FROM audit_entry"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``number`` is the place in the chain (0 where it has none)."""

    kind: str
    number: int
    entry_id: int
    says: str

    def __str__(self) -> str:
        at = f"{moment_of(self.entry_id):%Y-%m-%d %H:%M:%S} UTC" if self.entry_id else ""
        return " ".join(
            filter(None, [f"{self.kind}:", f"no. {self.number}" if self.number else "",
                          f"entry {self.entry_id} ({at})" if self.entry_id else "", self.says])
        )  # fmt: skip


@dataclass(slots=True)
class Report:
    """What a verification saw: links ``first`` to ``last``, ``entries`` recomputed, ``waiting`` not yet sealed."""

    started_at: datetime
    first: int = 0
    last: int = 0
    entries: int = 0
    waiting: int = 0
    found: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return self.found == 0

    def add(self, kind: str, number: int, entry_id: int, says: str) -> None:
        """Notes a finding; the first :data:`NAMED` are kept, all are counted."""
        self.found += 1
        if len(self.findings) < NAMED:
            self.findings.append(Finding(kind, number, entry_id, says))


@dataclass(frozen=True, slots=True)
class _Link:
    number: int
    entry_id: int
    mac: bytes
    previous: bytes
    hash: bytes

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(row[0], row[1], bytes(row[2]), bytes(row[3]), bytes(row[4]))


def verify(*, after: int = 0, by: str = "", progress: Callable[[int, int], None] | None = None) -> Report:
    """Verifies the chain behind number ``after`` (0: all of it), the entries and the heads; keeps and returns a report.

    About fifty thousand entries a second. ``progress`` is called with the numbers done and to do.
    """
    report = Report(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(number), 0) FROM audit_link")
        report.last = cursor.fetchone()[0]
    report.first = after + 1
    heads = _heads(report, after)
    chain = _Chain(report, heads, after)
    for links in _links(after, report.last):
        chain.check(links)
        if progress:
            progress(links[-1].number - after, report.last - after)
    chain.finish()
    _truncated(report, heads)
    _unlinked(report)
    Verification.objects.create(
        started_at=report.started_at,
        finished_at=timezone.now(),
        first=report.first,
        last=report.last,
        entries=report.entries,
        waiting=report.waiting,
        found=report.found,
        findings=[str(finding) for finding in report.findings],
        by=by[:64],
    )
    return report


def _links(after: int, last: int) -> Iterator[list[_Link]]:
    while after < last:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT number, entry_id, mac, previous, hash FROM audit_link WHERE number > %s AND number <= %s"
                " ORDER BY number LIMIT %s",
                [after, last, BATCH],
            )
            rows = [_Link.of(row) for row in cursor.fetchall()]
        if not rows:
            return
        yield rows
        after = rows[-1].number


def _entries(links: list[_Link]) -> dict[int, Any]:
    wanted = [link.entry_id for link in links]
    with connection.cursor() as cursor:
        # The moment follows from the number: only the months concerned are read.
        cursor.execute(
            f"{_ENTRIES} WHERE id = ANY(%s) AND at BETWEEN %s AND %s",
            [wanted, moment_of(min(wanted)), moment_of(max(wanted))],
        )
        return {row[0]: row for row in cursor.fetchall()}


def _mac_of(row: Any) -> bytes:
    return entry_mac((*row[: len(FIELDS) - 1], _parsed(row[len(FIELDS) - 1])))


def _parsed(detail: Any) -> Any:
    return json.loads(detail) if isinstance(detail, str) else detail


class _Chain:
    """Walks the links in order; ``finish`` gives names to what could only be told at the end."""

    def __init__(self, report: Report, heads: dict[int, Head], after: int) -> None:
        self.report, self.heads = report, heads
        self.number, self.hash = after, GENESIS
        self.moved: list[_Link] = []
        self.strange: dict[bytes, int] = {}
        self.misfits: list[tuple[_Link, bytes, bytes]] = []
        if after:
            with connection.cursor() as cursor:
                cursor.execute("SELECT hash FROM audit_link WHERE number = %s", [after])
                row = cursor.fetchone()
            self.hash = bytes(row[0]) if row else b""

    def check(self, links: list[_Link]) -> None:
        """One batch of links with their entries."""
        entries = _entries(links)
        for link in links:
            self._check_link(link)
            row = entries.get(link.entry_id)
            self.report.entries += 1
            if row is None:
                self.report.add("removed", link.number, link.entry_id, "the chain knows it, the log does not")
                continue
            stored, computed = bytes(row[-1]), _mac_of(row)
            if stored != link.mac or computed != link.mac:
                self.misfits.append((link, stored, computed))
                self.strange.setdefault(link.mac, link.number)

    def _check_link(self, link: _Link) -> None:
        report = self.report
        fits = True
        if link.number == self.number:
            report.add("broken", link.number, link.entry_id, "two links have this number")
        elif link.number != self.number + 1:
            many = link.number - self.number - 1
            says = f"{many} links of the chain are missing: no. {self.number + 1} to {link.number - 1}"
            report.add("broken", self.number + 1, 0, says)
        elif link.previous != self.hash:
            fits = False
        if link.hash != link_hash(link.number, link.entry_id, link.mac, link.previous):
            fits = False
        head = self.heads.get(link.number)
        if head is not None and head.hash != link.hash:
            report.add("broken", link.number, link.entry_id, "a head kept outside has another hash for it")
        if not fits:
            self.moved.append(link)
        self.number, self.hash = link.number, link.hash

    def finish(self) -> None:
        """Names the misfits: an entry whose content stands elsewhere was swapped, any other was changed."""
        for link, stored, computed in self.misfits:
            other = self.strange.get(stored) or self.strange.get(computed)
            if other is not None and other != link.number:
                says = f"what stands here was written as no. {other}"
                self.report.add("swapped", link.number, link.entry_id, says)
            else:
                self.report.add("changed", link.number, link.entry_id, "it is not what was written")
        numbers = [link.number for link in self.moved][:1_000]
        for link in self.moved:
            other = next(
                (
                    number
                    for number in numbers
                    if number != link.number and link_hash(number, link.entry_id, link.mac, link.previous) == link.hash
                ),
                None,
            )
            if other is not None:
                self.report.add("swapped", link.number, link.entry_id, f"this link was made as no. {other}")
            else:
                self.report.add("broken", link.number, link.entry_id, "the link does not fit the one before it")


def _heads(report: Report, after: int) -> dict[int, Head]:
    """The signed heads behind ``after`` by number."""
    found: dict[int, Head] = {}
    for place, head in all_heads():
        if head is None:
            report.add("broken", 0, 0, f"{place} of the heads was not signed with this installation's key")
        elif head.number > after:
            found[head.number] = head
    return found


def _truncated(report: Report, heads: dict[int, Head]) -> None:
    furthest = max(heads.values(), key=lambda head: head.number, default=None)
    if furthest is None or furthest.number <= report.last:
        return
    # Sealing may have gone on while the verification ran.
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM audit_link WHERE number = %s", [furthest.number])
        if cursor.fetchone():
            return
    many = furthest.number - report.last
    says = (
        f"the last {many} entries are missing: the head of {furthest.at} says the chain reached no. {furthest.number}"
    )
    report.add("truncated", report.last + 1, 0, says)


def _unlinked(report: Report) -> None:
    """Entries that no link names: those of the last moments wait, older ones were added or cut out of the chain."""
    late = timezone.now() - LATE
    last_id = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"{_ENTRIES} e WHERE id > %s AND NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.entry_id = e.id)"
                " ORDER BY id LIMIT %s",
                [last_id, BATCH],
            )
            rows = cursor.fetchall()
        for row in rows:
            if _mac_of(row) != bytes(row[-1]):
                report.add("forged", 0, row[0], "Guanxi did not write it so")
            elif moment_of(row[0]) < late:
                report.add("unsealed", 0, row[0], "no link of the chain names it; does anything seal?")
            else:
                report.waiting += 1
        if len(rows) < BATCH:
            return
        last_id = rows[-1][0]
