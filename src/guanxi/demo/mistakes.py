"""The mistakes that real files have, each made in one line: what is wrong afterwards, and what the line becomes.

A mistake breaks exactly one rule of the contract, the first that is tried, so it can be told beforehand which.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from guanxi.warehouse.landing.contract import Column, Format, Kind, Table


@dataclass(frozen=True, slots=True)
class Broken:
    """A line after a mistake: the lines to write in its place, the rule and column that the quarantine will name.

    ``counts`` says whether the line's total can still be read; ``amount`` is what stands there then, as text.
    """

    lines: tuple[bytes, ...]
    rule: str
    column: str
    counts: bool = True
    amount: str | None = None


Mistake = Callable[[Sequence[str], Table, Format, int], Broken | None]


def half_character(fields: Sequence[str], table: Table, form: Format, draw: int) -> Broken | None:
    """A character that takes two bytes or more loses its last one."""
    text = form.delimiter.join(fields)
    wide = [place for place, character in enumerate(text) if ord(character) > 0x7F]
    for offset in range(len(wide)):
        place = wide[(draw + offset) % len(wide)]
        line = (
            text[:place].encode(form.codec) + text[place].encode(form.codec)[:-1] + text[place + 1 :].encode(form.codec)
        )
        try:
            read = line.decode(form.codec)
        except UnicodeDecodeError:
            return Broken((line,), "encoding", "", counts=False)
        # In GB18030 half a character swallows what follows, which may be a delimiter.
        if len(read.split(form.delimiter)) != len(fields):
            return Broken((line,), "columns", "", counts=False)
    return None


def missing_delimiter(fields: Sequence[str], table: Table, form: Format, draw: int) -> Broken | None:
    """Two fields run together."""
    place = 1 + draw % (len(fields) - 1)
    joined = [*fields[: place - 1], fields[place - 1] + fields[place], *fields[place + 1 :]]
    return Broken((_line(joined, form),), "columns", "", counts=False)


def extra_delimiter(fields: Sequence[str], table: Table, form: Format, draw: int) -> Broken | None:
    """A text holds the delimiter."""
    place = _choose(table, draw, lambda column: column.kind is Kind.TEXT)
    if place is None:
        return None
    text = fields[place]
    middle = len(text) // 2
    return Broken(
        (_line(_with(fields, place, text[:middle] + form.delimiter + text[middle:]), form),),
        "columns",
        "",
        counts=False,
    )


def letters_in_amount(fields: Sequence[str], table: Table, form: Format, draw: int) -> Broken | None:
    """A letter among the digits."""
    return _bad_number(fields, table, form, draw, lambda text: (text or "1200.00")[:1] + "O" + (text or "1200.00")[1:])


def three_decimals(fields: Sequence[str], table: Table, form: Format, draw: int) -> Broken | None:
    """One decimal too many."""
    return _bad_number(fields, table, form, draw, lambda text: (text or "1200.00") + "5")


def impossible_date(fields: Sequence[str], table: Table, form: Format, draw: int) -> Broken | None:
    """The thirtieth of February."""
    place = _choose(table, draw, lambda column: column.kind in (Kind.DATE, Kind.TIMESTAMP))
    if place is None:
        return None
    pattern = form.date_format if table.columns[place].kind is Kind.DATE else form.timestamp_format
    for mark, digits in (("%Y", "2026"), ("%m", "02"), ("%d", "30"), ("%H", "10"), ("%M", "11"), ("%S", "12")):
        pattern = pattern.replace(mark, digits)
    return _replaced(fields, table, form, place=place, text=pattern, rule="type")


def unknown_code(fields: Sequence[str], table: Table, form: Format, draw: int) -> Broken | None:
    """A code that the contract does not list."""
    place = _choose(table, draw, lambda column: column.kind in (Kind.CODE, Kind.FLAG))
    return None if place is None else _replaced(fields, table, form, place=place, text="Z9", rule="value")


def too_long(fields: Sequence[str], table: Table, form: Format, draw: int) -> Broken | None:
    """A text longer than its column."""
    place = _choose(table, draw, lambda column: column.kind is Kind.TEXT and column.reference is None)
    if place is None:
        return None
    column = table.columns[place]
    text = fields[place] + "x" * ((column.length or 0) + 1 - len(fields[place]))
    return _replaced(fields, table, form, place=place, text=text, rule="length")


def duplicate_key(fields: Sequence[str], table: Table, form: Format, draw: int) -> Broken | None:
    """The line stands there twice."""
    line = _line(fields, form)
    return Broken((line, line), "key", table.key[0])


def dangling(fields: Sequence[str], table: Table, form: Format, draw: int) -> Broken | None:
    """A reference to what does not exist."""
    place = _choose(table, draw, lambda column: column.reference is not None)
    if place is None:
        return None
    return _replaced(fields, table, form, place=place, text="99" + fields[place][2:] + "X", rule="reference")


def empty_required(fields: Sequence[str], table: Table, form: Format, draw: int) -> Broken | None:
    """Nothing where something must stand."""
    place = _choose(table, draw, lambda column: column.required)
    return None if place is None else _replaced(fields, table, form, place=place, text="", rule="required")


def negative(fields: Sequence[str], table: Table, form: Format, draw: int) -> Broken | None:
    """An amount below zero where none may be."""
    place = _choose(table, draw, lambda column: column.kind is Kind.DECIMAL and column.low == 0)
    if place is None or form.decimal != "point":
        return None
    text = f"-{fields[place]}" if fields[place].strip("0.") else "-1200.00"
    return _replaced(fields, table, form, place=place, text=text, rule="range")


MISTAKES: tuple[Mistake, ...] = (
    half_character,
    missing_delimiter,
    letters_in_amount,
    dangling,
    unknown_code,
    impossible_date,
    extra_delimiter,
    three_decimals,
    duplicate_key,
    empty_required,
    too_long,
    negative,
)


def _bad_number(
    fields: Sequence[str], table: Table, form: Format, draw: int, spoil: Callable[[str], str]
) -> Broken | None:
    place = _choose(table, draw, lambda column: column.kind is Kind.DECIMAL and column.scale == 2)
    if place is None or form.decimal != "point":
        return None
    return _replaced(fields, table, form, place=place, text=spoil(fields[place]), rule="type")


def _replaced(fields: Sequence[str], table: Table, form: Format, *, place: int, text: str, rule: str) -> Broken:
    column = table.columns[place]
    line = _line(_with(fields, place, text), form)
    if column.name != table.total:
        return Broken((line,), rule, column.name)
    # A number outside its range still counts in the file's total; what is no number does not.
    return Broken((line,), rule, column.name, counts=rule == "range", amount=text)


def _choose(table: Table, draw: int, suits: Callable[[Column], bool]) -> int | None:
    places = [place for place, column in enumerate(table.columns) if suits(column)]
    return places[draw % len(places)] if places else None


def _with(fields: Sequence[str], place: int, text: str) -> list[str]:
    return [*fields[:place], text, *fields[place + 1 :]]


def _line(fields: Sequence[str], form: Format) -> bytes:
    return form.delimiter.join(fields).encode(form.codec)
