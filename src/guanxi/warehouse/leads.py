"""Who looks after a customer by the staff's own arrangement: read from the operational database, settled there.

The bank's file says who looks after whom; hand-overs made in the CRM say otherwise until the file follows. At a
night's begin the arrangements are read (:func:`open_leads`) and handed to the models as ``control.lead``; ``core_lead``
judges each against the night's file; with the publication those that the file has overtaken end, and moves that were
made while the night ran are made again in what it published (:func:`settle`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import psycopg

from guanxi.postgres import MOVING
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.sealing import files_of, relation

_NOW = """
SELECT id, party_id, staff_id, instead_of FROM org_assignment
WHERE kind = 'lead' AND valid_to IS NULL ORDER BY party_id
"""
# Nights that are made up for take the arrangements of their day; of two on one day the later one.
_THEN = """
SELECT DISTINCT ON (party_id) id, party_id, staff_id, instead_of FROM org_assignment
WHERE kind = 'lead' AND valid_from <= %(day)s AND coalesce(valid_to >= %(day)s, true) ORDER BY party_id, id DESC
"""


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One row of ``control.lead``: a customer, the manager by arrangement (None: nobody), whom the file named then."""

    assignment_id: str
    party_id: str
    manager_id: str | None
    instead_of: str


def open_leads(database_url: str, day: date, *, newest: bool) -> list[LeadRow]:
    """The arrangements that hold for a night, by customer.

    For the newest night those that stand now: it is what the staff see. ``day`` is the business date of an earlier one.
    """
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(_NOW if newest else _THEN, {"day": day}).fetchall()
    return [LeadRow(str(number), party, manager, instead) for number, party, manager, instead in rows]


def do_what_is_due(database_url: str, *, time_zone: str) -> int:
    """Begins the hand-overs whose day has come and takes back those whose last day has passed; how many customers.

    The worker does the same every few minutes: a night does not depend on it.
    """
    today = datetime.now(ZoneInfo(time_zone)).date()
    moved = 0
    with psycopg.connect(database_url, autocommit=True) as connection:
        while True:
            row = connection.execute("SELECT handover_due(%s, 5000)", [today]).fetchone()
            if row is None or not row[0]:
                return moved
            moved += row[0]


def settle(connection: psycopg.Connection, layout: Layout, nights: Sequence[date]) -> int:
    """Within the publishing transaction: ends what the bank's files have overtaken, makes newer moves again.

    Returns how many customers were moved again. ``nights`` are those that are published together.
    """
    with layout.sealing.reader() as source:
        for night in nights:
            files = files_of(layout.part("core", "core_lead", night))
            if not files:
                continue
            found = source.execute(f"SELECT assignment_id, outcome FROM {relation(files)}").fetchall()
            for outcome in ("agrees", "overrides"):
                ended = [int(assignment) for assignment, said in found if said == outcome]
                connection.execute(
                    "UPDATE org_assignment SET valid_to = greatest(valid_from, %s::date), ended = %s "
                    "WHERE id = ANY(%s) AND valid_to IS NULL",
                    [night, outcome, ended],
                )
    row = connection.execute("SELECT lead_reapply()").fetchone()
    return row[0] if row else 0


def hold(connection: psycopg.Connection) -> None:
    """Keeps customers from changing hands until the transaction ends; waits for moves under way, seconds at most."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [MOVING])
