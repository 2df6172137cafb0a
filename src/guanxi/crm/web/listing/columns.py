"""Columns of a list: a heading, the fields it reads, how a cell is drawn, what a spreadsheet gets.

A cell's drawing is made once a page for the reader's :class:`Display` and then called for each row with the values of
its fields; it returns HTML that is safe. Fifty rows of twelve cells cost half a millisecond so.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

from django.utils.functional import Promise

from guanxi.crm.web.display import NOTHING, Display
from guanxi.crm.web.tiers import tier_label, tier_mark

Draw = Callable[..., str]
EMPTY = f'<span class="gx-dim">{NOTHING}</span>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. ``draw`` makes the cell's drawing for a reader; ``value`` makes the spreadsheet's cell.

    Both get the row's values of ``fields``, in their order. ``sort`` names one of the listing's sorts. ``unit``: the
    heading says the chosen unit. ``shown``: whether it is shown to somebody who has not chosen columns. ``fixed``: the
    first column, the row's heading, which cannot be hidden.
    """

    key: str
    label: str | Promise
    fields: tuple[str, ...]
    draw: Callable[[Display], Draw]
    value: Callable[[Display], Callable[..., Any]]
    sort: str = ""
    number: bool = False
    unit: bool = False
    shown: bool = True
    fixed: bool = False
    excel_width: int = 14
    excel_format: str = ""


def text(key: str, label: str | Promise, *, field: str = "", css: str = "", **options: Any) -> Column:
    """A column of text."""
    opening, closing = (f'<span class="{css}">', "</span>") if css else ("", "")

    def draw(_display: Display) -> Draw:
        return lambda value: f"{opening}{escape(value)}{closing}" if value else EMPTY

    return Column(key=key, label=label, fields=(field or key,), draw=draw, value=_as_it_is, **options)


def money(key: str, label: str | Promise, *, field: str = "", **options: Any) -> Column:
    """A column of CNY amounts in the chosen unit; in a spreadsheet always to the cent."""

    def draw(display: Display) -> Draw:
        written = display.money
        return lambda value: written(value) if value else _nil(value)

    return Column(
        key=key,
        label=label,
        fields=(field or key,),
        draw=draw,
        value=_as_it_is,
        number=True,
        unit=True,
        excel_format="#,##0.00",
        **options,
    )


def _nil(value: Decimal | None) -> str:
    return EMPTY if value is None else '<span class="gx-dim">0</span>'


def difference(key: str, label: str | Promise, *, fields: tuple[str, str], **options: Any) -> Column:
    """A column of changes: the first field less the second, with arrow, sign and colour."""

    def draw(display: Display) -> Draw:
        def drawn(now: Decimal | None, before: Decimal | None) -> str:
            return EMPTY if now is None or before is None else display.change(now - before)

        return drawn

    def value(_display: Display) -> Callable[..., Any]:
        return lambda now, before: None if now is None or before is None else now - before

    return Column(
        key=key,
        label=label,
        fields=fields,
        draw=draw,
        value=value,
        number=True,
        unit=True,
        excel_format="#,##0.00",
        **options,
    )


def day(key: str, label: str | Promise, *, field: str = "", **options: Any) -> Column:
    """A column of dates."""

    def draw(display: Display) -> Draw:
        written = display.day
        return lambda value: f'<span class="gx-code">{written(value)}</span>' if value else EMPTY

    return Column(
        key=key, label=label, fields=(field or key,), draw=draw, value=_as_it_is, excel_format="yyyy-mm-dd", **options
    )


def count(key: str, label: str | Promise, *, field: str = "", css: str = "", **options: Any) -> Column:
    """A column of numbers of things; nought is dim, others may have a colour."""
    opening, closing = (f'<span class="{css}">', "</span>") if css else ("", "")

    def draw(_display: Display) -> Draw:
        return lambda value: f"{opening}{value:,}{closing}" if value else '<span class="gx-dim">0</span>'

    return Column(
        key=key,
        label=label,
        fields=(field or key,),
        draw=draw,
        value=_as_it_is,
        number=True,
        excel_format="0",
        **options,
    )


def tier(key: str, label: str | Promise, *, fields: tuple[str, str], **options: Any) -> Column:
    """The tier's mark."""

    def draw(_display: Display) -> Draw:
        return tier_mark

    def value(_display: Display) -> Callable[..., Any]:
        return lambda tier, sub_tier: str(tier_label(tier, sub_tier))

    return Column(key=key, label=label, fields=fields, draw=draw, value=value, excel_width=10, **options)


def _as_it_is(_display: Display) -> Callable[[Any], Any]:
    return lambda value: value


def spreadsheet(value: Any) -> Any:
    """A value as a spreadsheet takes it: a moment without its zone, text that can be no formula stays text."""
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None)
    return value
