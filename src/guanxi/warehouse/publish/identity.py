"""Merges and splits of the night in the operational database: what hangs on a customer follows the number.

The rows that people and the site keep (and the journals) are moved by functions of the owner, inside the publishing
transaction: :func:`before` the snapshots are written and :func:`after` all is. Stewards' own merges, made while the
night ran, are laid over what it published again.
"""

from __future__ import annotations

from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from guanxi.warehouse.publish.database import Connection, rows, run, value
from guanxi.warehouse.sealing import files_of, relation

# Taken back since the last publication: what the night still says of these a steward has overruled.
_KNOWN = """
SELECT gone FROM identity_merge WHERE undone_at IS NULL
    OR undone_at > (SELECT coalesce(max(published_at), '-infinity') FROM insight_publication)
"""
_BY_NIGHT = "SELECT gone FROM identity_merge WHERE undone_at IS NULL AND cause = 'night'"


def before(connection: Connection, layout: Layout, night: Night) -> int:
    """Moves what hangs on customers whom the night merged for the first time; returns how many."""
    merged = _merged(layout, night)
    known = {gone for (gone,) in rows(connection, _KNOWN)} if merged else set()
    new = sorted((gone, kept) for gone, kept in merged.items() if gone not in known)
    gones, kepts = [gone for gone, _ in new], [kept for _, kept in new]
    return value(connection, "SELECT identity_before_night(%s::varchar[], %s::varchar[])", [gones, kepts])


def after(connection: Connection, layout: Layout, night: Night) -> None:
    """Gives back what was moved to those whom the night parted; lays newer decisions over what it published."""
    merged = _merged(layout, night)
    parted = sorted(gone for (gone,) in rows(connection, _BY_NIGHT) if gone not in merged)
    run(connection, "SELECT identity_after_night(%s::varchar[])", [parted])


def _merged(layout: Layout, night: Night) -> dict[str, str]:
    """By old number the party's number, of the merges that the night itself made and that stand."""
    files = files_of(layout.part("core", "identity_alias", night.business_date))
    if not files:
        return {}
    with layout.sealing.reader() as connection:
        found = connection.execute(
            f"SELECT alias, party_number FROM {relation(files)} WHERE until IS NULL AND cause = 'night'"
        ).fetchall()
    return dict(found)
