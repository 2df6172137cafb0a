"""The bank's files: their contracts, how they are checked, read, judged and landed."""

from __future__ import annotations

from guanxi.warehouse.landing.contract import Format, Table
from guanxi.warehouse.landing.lines import RowProblem

__all__ = ["check_row"]


def check_row(table: Table, text: str, form: Format) -> list[RowProblem]:
    """Everything that a mended line breaks of its contract; see :func:`guanxi.warehouse.landing.row.check_row`."""
    # DuckDB comes with it, which the web server otherwise does without.
    from guanxi.warehouse.landing.row import check_row as check

    return check(table, text, form)
