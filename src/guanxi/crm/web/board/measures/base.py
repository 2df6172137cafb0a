"""What a board shows of each manager: a measure reads one thing for many people at once and draws it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from operator import add
from typing import Any

from django.utils.functional import Promise

from guanxi.crm.kernel.scope import Scope
from guanxi.crm.web.display import Display

# A cell's colour: something is wrong, something is on the way to be, nothing is.
BAD, WARN, CALM = "bad", "warn", ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a board is about and when: ``scope`` is how far the reader assigns, ``day`` the business date shown."""

    scope: Scope
    staff: Collection[str]
    day: datetime.date
    today: datetime.date

    @property
    def week(self) -> datetime.date:
        """The Monday of this week."""
        return self.today - datetime.timedelta(days=self.today.weekday())

    @property
    def month(self) -> datetime.date:
        """The first day of this month."""
        return self.today.replace(day=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """What one column says: text, beneath it a smaller one, and a tone. ``number`` is by what it is sorted."""

    text: str
    number: Any = 0
    small: str = ""
    tone: str = CALM


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a measure: ``draw`` writes what the measure read.

    ``page`` False: it stands in the spreadsheet alone. ``sheet`` is what that holds (numbers, plain), with a number
    format in ``excel``. The most pressing is the largest number.
    """

    key: str
    label: str | Promise
    draw: Callable[[Display, Any], Cell]
    sheet: Callable[[Any], Any]
    excel: str = "#,##0"
    hint: str | Promise = ""
    page: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One thing about people: ``read`` gives its value by staff number in a query or two, ``none`` stands where there
    is nothing, and values of several people are added by ``combine``.
    """

    name: str
    columns: tuple[Column, ...]
    read: Callable[[Asked], Mapping[str, Any]]
    none: Any
    combine: Callable[[Any, Any], Any] = add
