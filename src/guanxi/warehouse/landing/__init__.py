"""The bank's files: their contracts, how they are checked, read, judged and landed."""

from __future__ import annotations

from collections.abc import Sequence

from guanxi.warehouse.landing.contract import Format, Table
from guanxi.warehouse.landing.lines import RowProblem
from guanxi.warehouse.nights import Night

__all__ = ["check_row", "check_rows"]


def check_row(table: Table, text: str, form: Format, night: Night | None = None) -> list[RowProblem]:
    """Everything that a mended line breaks of its contract; see :func:`guanxi.warehouse.landing.row.check_row`."""
    # DuckDB comes with it, which the web server otherwise does without.
    from guanxi.warehouse.landing.row import check_row as check

    return check(table, text, form, night)


def check_rows(table: Table, texts: Sequence[str], form: Format, night: Night | None = None) -> list[list[RowProblem]]:
    """As :func:`check_row`, for many lines of one file; see :func:`guanxi.warehouse.landing.row.check_rows`."""
    from guanxi.warehouse.landing.row import check_rows as check

    return check(table, texts, form, night)
