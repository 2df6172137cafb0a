"""Seals the log: takes the entries that are not yet in the chain and links them, in their order, to what is before.

Entries are written without a lock, by many at once; sealing is done by one at a time, every few seconds, by whichever
process comes first (:func:`start_sealer`), and costs the pages nothing. An entry whose transaction takes long is sealed
when it is there: nothing is passed over.
"""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from guanxi.crm.audit.digest import GENESIS, link_hash
from guanxi.crm.audit.heads import Head, last_head, write_head

logger = logging.getLogger(__name__)

# Any number that no other advisory lock has: "audit" in ASCII.
LOCK = 0x6175646974
BATCH = 5_000
EVERY_SECONDS = 2.0

# Entries of transactions before the horizon are all in the chain: what came later is compared with it. The number of
# the oldest transaction at work is taken before the rows are read, so none can slip through between the two.
_WAITING = """
    SELECT e.id, e.mac FROM audit_entry e
    WHERE e.transaction >= %s AND NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.entry_id = e.id)
    ORDER BY e.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a sealing did: how many entries it linked, and the head of the chain then (None for an empty chain)."""

    entries: int
    head: Head | None


def seal(*, wait: bool = True) -> Sealed:
    """Links all entries that wait; one transaction a :data:`BATCH`. With ``wait`` false it leaves work to another.

    Whatever it links lies on the disk when it returns. The head is written outside of the database as well, after
    the commit: what stands there was in the database.
    """
    entries, head = 0, None
    while True:
        linked, newest = _seal_batch(wait=wait)
        entries += linked
        if newest is not None:
            head = newest
        if linked:
            write_head(newest)
        if linked < BATCH:
            return Sealed(entries, head)


def _seal_batch(*, wait: bool) -> tuple[int, Head | None]:
    with transaction.atomic(), connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        else:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return 0, None
        cursor.execute("SET LOCAL synchronous_commit = on")
        cursor.execute("SELECT number, hash, horizon, at FROM audit_link ORDER BY number DESC LIMIT 1")
        last = cursor.fetchone()
        number, previous, horizon = (last[0], bytes(last[1]), last[2]) if last else (0, GENESIS, 0)
        head = Head.of(number, previous, last[3]) if last else None
        outside = last_head()
        if outside is not None and outside.number > number:
            # The chain was cut: what is written from now on stands behind the gap, which stays to be seen.
            logger.error(
                "audit chain ends at %d, its head outside says %d: entries are missing", number, outside.number
            )
            number, previous = outside.number, outside.hash
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        oldest = cursor.fetchone()[0]
        # A database restored into another server counts transactions anew.
        cursor.execute(_WAITING, [horizon if horizon <= oldest else 0, BATCH])
        waiting = [(entry_id, bytes(mac)) for entry_id, mac in cursor.fetchall()]
        if not waiting:
            return 0, head
        now = timezone.now()
        # A batch that is full says nothing of the entries after it.
        reached = oldest if len(waiting) < BATCH else min(horizon, oldest)
        rows: list[Any] = []
        for entry_id, mac in waiting:
            number += 1
            hash_ = link_hash(number, entry_id, mac, previous)
            rows.append((number, now, entry_id, mac, previous, hash_, reached))
            previous = hash_
        with cursor.copy("COPY audit_link (number, at, entry_id, mac, previous, hash, horizon) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    return len(waiting), Head.of(number, previous, now)


_started: dict[int, threading.Thread] = {}


def start_sealer() -> None:
    """Starts this process's sealer: a thread that seals every few seconds for as long as the process lives."""
    if os.getpid() not in _started:
        thread = threading.Thread(target=_seal_for_ever, name="audit-sealer", daemon=True)
        _started[os.getpid()] = thread
        thread.start()


def _seal_for_ever(stop: threading.Event | None = None) -> None:
    stop = stop or threading.Event()
    while not stop.wait(EVERY_SECONDS):
        try:
            seal(wait=False)
        except Exception:  # the next round tries again; verification says how long entries have waited
            logger.exception("the audit log could not be sealed")
            connection.close()
