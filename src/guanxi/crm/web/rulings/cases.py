"""Pasted cases: lines with commas or tabs between, the first the names of values; each asked of the engine."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from guanxi.warehouse.rules import Book, Version, checked, decide
from guanxi.warehouse.rules.typing import FLAG, NUMBER, Field

MOST = 200


@dataclass(frozen=True, slots=True)
class Case:
    """One line: what went in, what came out, by which rows; or what is wrong with it."""

    number: int
    given: tuple[str, ...]
    answers: tuple[str, ...] = ()
    path: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Tested:
    """All lines, with the heads of what went in and what came out. ``problem`` where there is nothing to ask."""

    heads: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    problem: str = ""


def example(book: Book) -> str:
    """A line of names and one of plain values, to begin with."""
    plain = {NUMBER: "0", FLAG: "false"}
    values = ["" if field.nullable else plain.get(field.kind, str((field.values or ("",))[0])) for field in book.inputs]
    return ",".join(field.name for field in book.inputs) + "\n" + ",".join(values)


def tested(version: Version, pasted: str) -> Tested:
    """The answers to what was pasted. Raises ``RuleError`` for rules that may not decide."""
    book = version.book
    checked(book, version.content)
    lines = [line for line in pasted.splitlines() if line.strip()]
    if len(lines) < 2:
        return Tested(problem=_("Paste a line with the names of the values, and a line for each case."))
    if len(lines) > MOST + 1:
        return Tested(problem=_("At most %(number)s cases at a time.") % {"number": MOST})
    try:
        rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter="\t" if "\t" in lines[0] else ","))
    except csv.Error:
        return Tested(problem=_("This cannot be read as lines of values: look for one that is far too long."))
    heads = [name.strip() for name in rows[0]]
    lacking = [field.name for field in book.inputs if field.name not in heads and not field.nullable]
    if lacking:
        return Tested(problem=_("The first line lacks: %(names)s.") % {"names": ", ".join(lacking)})
    cases = tuple(_case(version, number, heads, row) for number, row in enumerate(rows[1:], 1))
    return Tested(tuple(heads), tuple(field.name for field in book.outputs), cases)


def _case(version: Version, number: int, heads: list[str], row: list[str]) -> Case:
    given = dict(zip(heads, (value.strip() for value in row), strict=False))
    inputs: dict[str, Any] = {}
    for field in version.book.inputs:
        try:
            inputs[field.name] = _value(field, given.get(field.name, ""))
        except ValueError as error:
            return Case(number, tuple(row), problem=str(error))
    answer = decide(version, inputs)
    told = tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in answer.outputs.values())
    return Case(number, tuple(row), told, answer.path)


def _value(field: Field, text: str) -> Any:
    if not text and field.nullable:
        return None
    if field.kind == FLAG:
        if text.lower() in {"true", "1", "yes", "是"}:
            return True
        if text.lower() in {"false", "0", "no", "否", ""}:
            return False
        raise ValueError(_("%(name)s: true or false is needed.") % {"name": field.name})
    if field.kind == NUMBER:
        try:
            number = Decimal(text or "0")
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) >= Decimal(10) ** 13:
            raise ValueError(_("%(name)s: a number is needed.") % {"name": field.name})
        # Rules are whole to the cent: between two cents no row need fit.
        if field.decimals is not None and number != round(number, field.decimals):
            words = {"name": field.name, "number": field.decimals}
            raise ValueError(_("%(name)s: at most %(number)s decimals.") % words)
        return number
    if field.values is not None and text not in field.values:
        allowed = ", ".join(f'"{value}"' for value in field.values)
        raise ValueError(_("%(name)s: one of %(values)s is needed.") % {"name": field.name, "values": allowed})
    return text
