"""The vocabulary in which the bank's files are declared.

A :class:`Table` is the contract of one file: its columns with their types, lengths, allowed values, ranges and
references, its key, and whether a day's file holds everything or only what changed. A :class:`Format` is how that
file is written: encoding, delimiter, date format, decimal rule, compression. The reader, the checks, the demo
bank's writer and ``docs/file-interface.md`` are all made from these two, so that none can drift from another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds, whatever the file's way of writing it."""

    TEXT = "text"
    CODE = "code"
    DATE = "date"
    TIMESTAMP = "timestamp"
    DECIMAL = "decimal"
    INTEGER = "integer"
    FLAG = "flag"


class Delivery(StrEnum):
    """Whether a day's file holds every row (``full``) or only the new and changed ones (``increment``)."""

    FULL = "full"
    INCREMENT = "increment"


class Dates(StrEnum):
    """Which dates the ``dated`` column of a normal night's file may hold; on the opening any up to the business date.

    ``past``: any up to the business date. ``since``: after the business date before, up to this one. ``day``: the
    business date itself.
    """

    PAST = "past"
    SINCE = "since"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Reference:
    """The column's value must be the key of a row in ``table``, today's or an earlier day's."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file.

    ``length`` is in characters (text, code) or bytes of a fixed-width file's field through :attr:`width`.
    ``precision`` and ``scale`` belong to decimals. ``low`` and ``high`` bound numbers, both inclusive.
    ``zh`` and ``en`` are its name and meaning for the people who write the file.
    """

    name: str
    kind: Kind
    zh: str
    en: str
    required: bool = False
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    values: tuple[str, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    reference: Reference | None = None
    width: int | None = None

    @property
    def sql_type(self) -> str:
        """The type this column has once it is landed: the same word in DuckDB, Spark and PostgreSQL."""
        match self.kind:
            case Kind.DATE:
                return "DATE"
            case Kind.TIMESTAMP:
                return "TIMESTAMP"
            case Kind.DECIMAL:
                return f"DECIMAL({self.precision},{self.scale})"
            case Kind.INTEGER:
                return "INTEGER"
            case Kind.FLAG:
                return "BOOLEAN"
            case _:
                return "VARCHAR"


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is written. A bank states its own in ``feed.toml``; a file's control file may name its own too.

    ``decimal`` is ``point`` (``-1234.50``) or ``implied`` (``-123450`` with the scale that the contract states).
    ``quote`` is empty where the file's fields are never quoted. ``encoding`` is ``gb18030``, ``utf-8`` (read with or
    without a byte-order mark) or ``utf-8-sig`` (the same, and written with one).
    """

    encoding: str = "gb18030"
    delimiter: str = "|+|"
    quote: str = ""
    date_format: str = "%Y%m%d"
    timestamp_format: str = "%Y%m%d%H%M%S"
    decimal: str = "point"
    header: bool = False
    compression: str = ""
    layout: str = "delimited"

    @property
    def codec(self) -> str:
        """Python's name of the encoding, the byte-order mark aside."""
        return "utf-8" if self.encoding == "utf-8-sig" else self.encoding


@dataclass(frozen=True, slots=True)
class Table:
    """The contract of one file.

    Grain: one row for each value of ``key``. ``total`` is the column whose sum the control file states.
    ``dated`` is the column that must not lie after the business date; ``dates`` says which dates it may hold.
    """

    name: str
    zh: str
    en: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    delivery: Delivery
    total: str | None = None
    dated: str | None = None
    dates: Dates = Dates.PAST
    optional: bool = False
    format: Format = field(default_factory=Format)

    def column(self, name: str) -> Column:
        """The column called ``name``; raises ``KeyError`` where the contract has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    @property
    def references(self) -> tuple[tuple[Column, Reference], ...]:
        """The columns that point at another table, with what they point at."""
        return tuple((column, column.reference) for column in self.columns if column.reference)


def text(
    name: str, zh: str, en: str, length: int, *, required: bool = False, references: str = "", width: int | None = None
) -> Column:
    """A text column; ``references`` is ``table.column``."""
    return Column(name, Kind.TEXT, zh, en, required, length=length, reference=_reference(references), width=width)


def code(name: str, zh: str, en: str, values: tuple[str, ...], *, required: bool = False) -> Column:
    """A column that holds one of a closed list of words."""
    return Column(name, Kind.CODE, zh, en, required, length=max(map(len, values)), values=values)


def date(name: str, zh: str, en: str, *, required: bool = False, width: int | None = None) -> Column:
    """A calendar date, between 1900-01-01 and 2199-12-31."""
    return Column(name, Kind.DATE, zh, en, required, width=width)


def timestamp(name: str, zh: str, en: str, *, required: bool = False) -> Column:
    """A moment, in the bank's own time zone, to the second."""
    return Column(name, Kind.TIMESTAMP, zh, en, required)


def money(name: str, zh: str, en: str, *, required: bool = False, low: str | None = None) -> Column:
    """An amount with two decimals; never a float, from file to screen."""
    return Column(
        name, Kind.DECIMAL, zh, en, required, precision=18, scale=2, low=Decimal(low) if low is not None else None
    )


def rate(name: str, zh: str, en: str, *, required: bool = False, low: str = "-1", high: str = "1") -> Column:
    """A rate a year as a fraction (0.031500 is 3.15 %), six decimals."""
    return Column(name, Kind.DECIMAL, zh, en, required, precision=9, scale=6, low=Decimal(low), high=Decimal(high))


def decimal(
    name: str,
    zh: str,
    en: str,
    precision: int,
    scale: int,
    *,
    required: bool = False,
    low: str | None = None,
    high: str | None = None,
    width: int | None = None,
) -> Column:
    """Any other exact number."""
    return Column(
        name,
        Kind.DECIMAL,
        zh,
        en,
        required,
        precision=precision,
        scale=scale,
        low=Decimal(low) if low is not None else None,
        high=Decimal(high) if high is not None else None,
        width=width,
    )


def integer(
    name: str, zh: str, en: str, *, required: bool = False, low: int | None = None, high: int | None = None
) -> Column:
    """A whole number."""
    return Column(
        name,
        Kind.INTEGER,
        zh,
        en,
        required,
        low=Decimal(low) if low is not None else None,
        high=Decimal(high) if high is not None else None,
    )


def flag(name: str, zh: str, en: str, *, required: bool = False) -> Column:
    """Yes or no, written ``1`` or ``0``."""
    return Column(name, Kind.FLAG, zh, en, required)


def change_code() -> Column:
    """What an increment does with the row: ``U`` puts it in the place of the row with its key, ``D`` removes it."""
    return code("change_code", "变更标志", "U new or changed, D removed", ("U", "D"), required=True)


def _reference(word: str) -> Reference | None:
    if not word:
        return None
    table, column = word.split(".")
    return Reference(table, column)
