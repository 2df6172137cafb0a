"""The state by record: what the bank's files say of parties, before records of one customer become one party.

Dataset names of layer ``core`` by the landed table whose state they carry. A warehouse of an earlier version has none:
there each record was a party, and the state by party is the state by record.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from guanxi.warehouse.layout import Layout

RECORDS = {
    "party": "party_record",
    "party_identifier": "party_identifier_record",
    "contact_point": "contact_point_record",
    "party_relation": "party_relation_record",
    "agreement_party": "agreement_party_record",
}
# What a part of an earlier version does not have.
ADDED = "changed_on"


def state_part(layout: Layout, table: str, day: date) -> Path:
    """The part with what the files up to ``day`` say in a landed table: a folder, whether it is there or not."""
    part = layout.part("core", RECORDS.get(table, f"core_{table}"), day)
    return part if part.is_dir() else layout.part("core", f"core_{table}", day)
