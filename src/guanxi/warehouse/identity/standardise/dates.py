"""Dates of birth and of founding: which of them can be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

# What systems write where nobody knew.
DEFAULTS = ("1899-12-30", "1899-12-31", "1900-01-01", "1901-01-01")


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the macro ``date_validity(d, today)``: ``valid``, ``missing``, ``placeholder`` or ``range`` (before 1870,
    or still to come)."""
    defaults = ", ".join(f"DATE '{day}'" for day in DEFAULTS)
    connection.execute(f"""
        CREATE OR REPLACE TEMP MACRO date_validity(d, today) AS CASE
            WHEN d IS NULL THEN 'missing' WHEN d IN ({defaults}) THEN 'placeholder'
            WHEN d > today OR d < DATE '1870-01-01' THEN 'range' ELSE 'valid' END
    """)
