"""How many customers the records of a night are, and how many pairs wait for a person."""

from __future__ import annotations

from datetime import date

from guanxi.warehouse.identity.state import carried
from guanxi.warehouse.layout import Layout


def counted(layout: Layout, day: date) -> dict[str, int]:
    """``records``, ``customers``, ``waiting`` after the night of ``day``; empty where it linked nothing.

    A record that the bank deleted keeps its number and is not counted.
    """
    numbers, pairs = carried(layout, "identity_number", day), carried(layout, "identity_pair", day)
    if not (numbers and pairs):
        return {}
    here = f"SELECT party_id FROM ({carried(layout, 'party_record', day)})"
    with layout.sealing.connect() as connection:
        records, customers = connection.execute(
            f"SELECT count(*), count(DISTINCT party_number) FROM ({numbers}) WHERE record_id IN ({here})"
        ).fetchone() or (0, 0)
        waiting = connection.execute(f"SELECT count(*) FROM ({pairs}) WHERE zone = 'steward'").fetchone() or (0,)
    return {"records": records, "customers": customers, "waiting": waiting[0]}
