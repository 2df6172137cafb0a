"""The vocabulary in which the published tables are declared.

A :class:`Table` says which dataset of the warehouse fills which table of PostgreSQL, column by column, and how: a
*snapshot* is compared with what was published last and only its changed rows are written, a *daily* table gets a
partition a business date, a *journal* gets the rows of the nights that are not published yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """How a table is kept up."""

    SNAPSHOT = "snapshot"
    DAILY = "daily"
    JOURNAL = "journal"


class Unit(StrEnum):
    """The stretch of time that one partition holds."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Retention(StrEnum):
    """What decides how long a journal's rows are kept; without one they are kept for ever."""

    EVENTS = "events"
    AGREEMENT_MONTHS = "agreement months"
    MOVEMENTS = "movements"


@dataclass(frozen=True, slots=True)
class Column:
    """One published column.

    ``type`` is the word for its type, the same in DuckDB and PostgreSQL. ``source`` is SQL over the dataset's row
    (``part``), its business date (``part_day``) and, where the table is ``named``, the name's pinyin (``names``); a
    ``TIMESTAMPTZ`` is read there as the bank's local time. ``nullable`` is whether NULL is published as NULL; a text
    that is not nullable is published as ``''``. A column that ``follows`` is written with its row but is no reason to
    write it. ``published`` is SQL over PostgreSQL's row (``there``) and the business date it was published for
    (``there_day``), where what stands there is to be read in another way than it stands. A ``sealed`` column is
    encrypted on its way (:mod:`guanxi.sealing`), with the key of its row; no column of a key may be.
    """

    name: str
    type: str
    source: str
    nullable: bool = False
    follows: bool = False
    published: str = ""
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Partition:
    """How a table is cut: by ``column``, a partition a ``unit``; ``listed`` where a partition holds one value only."""

    column: str
    unit: Unit
    listed: bool = False

    def first(self, day: date) -> date:
        """The first day of the unit in which ``day`` lies."""
        match self.unit:
            case Unit.DAY:
                return day
            case Unit.MONTH:
                return day.replace(day=1)
            case _:
                return day.replace(month=1, day=1)

    def after(self, first: date) -> date:
        """The first day of the next unit."""
        match self.unit:
            case Unit.DAY:
                return date.fromordinal(first.toordinal() + 1)
            case Unit.MONTH:
                return date(first.year + first.month // 12, first.month % 12 + 1, 1)
            case _:
                return date(first.year + 1, 1, 1)

    def label(self, first: date) -> str:
        """What the partition's name ends with: ``20240531``, ``202405`` or ``2024``."""
        return first.strftime({Unit.DAY: "%Y%m%d", Unit.MONTH: "%Y%m", Unit.YEAR: "%Y"}[self.unit])

    def day_of(self, label: str) -> date:
        """The first day of the partition whose name ends with ``label``; the inverse of :meth:`label`."""
        return date(int(label[:4]), int(label[4:6] or 1), int(label[6:8] or 1))

    def bounds(self, first: date) -> str:
        """The partition's ``FOR VALUES`` clause."""
        if self.listed:
            return f"FOR VALUES IN ('{first}')"
        return f"FOR VALUES FROM ('{first}') TO ('{self.after(first)}')"

    def condition(self, first: date) -> str:
        """A condition that holds for exactly the partition's rows, in PostgreSQL and in DuckDB."""
        if self.listed:
            return f"{self.column} IS NOT NULL AND {self.column} = DATE '{first}'"
        return (
            f"{self.column} IS NOT NULL AND {self.column} >= DATE '{first}' "
            f"AND {self.column} < DATE '{self.after(first)}'"
        )


@dataclass(frozen=True, slots=True)
class Table:
    """One published table.

    Grain: one row for each value of ``key``. It is filled from ``layer``/``dataset``. ``order`` is the order in which
    rows are written at once. ``named`` names the dataset's columns that hold the kind and the name of a party, where
    the pinyin of that name is published too. ``filled`` is how full its pages are loaded, in per cent: where a tenth
    of the rows changes every night, room for their new versions beside the old ones spares all indexes an entry
    (measured: 250,000 of 2.5 million rows in 1.3 instead of 5 to 6.5 seconds, and the table does not grow).
    """

    name: str
    kind: Kind
    layer: str
    dataset: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    order: tuple[str, ...] = ()
    partition: Partition | None = None
    retention: Retention | None = None
    named: tuple[str, str] | None = None
    filled: int = 100

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of its columns, in the order in which they are written."""
        return tuple(column.name for column in self.columns)

    @property
    def compared(self) -> tuple[str, ...]:
        """The columns whose change makes a row a changed one."""
        return tuple(column.name for column in self.columns if column.name not in self.key and not column.follows)


def text(name: str, source: str = "", *, sealed: bool = False) -> Column:
    """A text that is never NULL in PostgreSQL: what is unknown is published as ``''``."""
    return Column(name, "VARCHAR", f"coalesce(part.{source or name}, '')", sealed=sealed)


def word(name: str, source: str = "") -> Column:
    """A text that is NULL where it is unknown: the key of another table's row."""
    return Column(name, "VARCHAR", f"part.{source or name}", nullable=True)


def day(name: str, source: str = "", *, nullable: bool = True, follows: bool = False) -> Column:
    """A calendar date."""
    return Column(name, "DATE", f"part.{source or name}", nullable=nullable, follows=follows)


def night() -> Column:
    """The business date of the night that wrote the row."""
    return Column("night", "DATE", "part_day")


def whole(name: str, source: str = "", *, small: bool = False, nullable: bool = False) -> Column:
    """A whole number."""
    return Column(name, "SMALLINT" if small else "INTEGER", f"part.{source or name}", nullable=nullable)


def flag(name: str, source: str = "", *, nullable: bool = False) -> Column:
    """Yes or no."""
    return Column(name, "BOOLEAN", f"part.{source or name}", nullable=nullable)


def exact(
    name: str, precision: int, scale: int, source: str = "", *, nullable: bool = False, sealed: bool = False
) -> Column:
    """An exact number."""
    kind = f"DECIMAL({precision},{scale})"
    return Column(name, kind, f"part.{source or name}", nullable=nullable, sealed=sealed)


def figure(name: str) -> Column:
    """An amount of a mart, CNY."""
    return exact(name, 20, 2)


def rate(name: str, *, nullable: bool = True) -> Column:
    """A rate a year as a fraction."""
    return exact(name, 9, 6, nullable=nullable)
