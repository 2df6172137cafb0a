"""What kind of value an expression is, and which values it can have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeGuard

from guanxi.warehouse.rules.findings import CellError
from guanxi.warehouse.rules.language import (
    COMPARISONS,
    Among,
    Apply,
    Compare,
    Expression,
    Name,
    Range,
    Test,
    Value,
    shown,
)

NUMBER, TEXT, FLAG = "number", "text", "flag"
NEEDED = {NUMBER: "need_number", TEXT: "need_text", FLAG: "need_flag"}


@dataclass(frozen=True, slots=True)
class Field:
    """A value by name: its kind, whether it may be empty, its decimals (None: any number), and, where they are
    known, all values that it can have. ``product``: it was multiplied, and has all the digits that engines hold."""

    name: str
    kind: str
    nullable: bool = False
    decimals: int | None = None
    values: tuple[Decimal | str | bool, ...] | None = None
    product: bool = False


def kind_of(value: Decimal | str | bool | None) -> str:
    """The kind of a literal; '' for empty."""
    if value is None:
        return ""
    return FLAG if isinstance(value, bool) else TEXT if isinstance(value, str) else NUMBER


def check_cell(tests: tuple[Test, ...], subject: Field, names: Mapping[str, Field]) -> None:
    """Raises :class:`CellError` where a condition does not fit the field that it stands under."""
    alone = any(
        (isinstance(test, Compare) and test.sign == "!=") or (isinstance(test, Among) and test.negated)
        for test in tests
    )
    if alone and len(tests) > 1:
        raise CellError("null_first")
    if len(sides(tests)) > 1:
        raise CellError("mixed")
    for position, test in enumerate(tests):
        if asks_empty(test):
            if position or test.sign not in {"==", "!="}:
                raise CellError("null_first")
            if not subject.nullable:
                raise CellError("never_empty", subject.name)
            continue
        kinds = _kinds(test, names)
        wrong = kinds - {subject.kind}
        ordered = isinstance(test, Range) or (isinstance(test, Compare) and test.sign not in {"==", "!="})
        if wrong or (ordered and subject.kind != NUMBER):
            raise CellError(NEEDED[subject.kind])


def asks_empty(test: Test) -> TypeGuard[Compare]:
    """Whether a test is about empty itself (``null``, ``!= null``)."""
    return isinstance(test, Compare) and isinstance(test.against, Value) and test.against.value is None


def side(test: Test) -> str:
    """The expression that a test holds the cell's value against; '' for plain values."""
    return shown(test.against) if isinstance(test, Compare) and not isinstance(test.against, Value) else ""


def sides(tests: tuple[Test, ...]) -> set[str]:
    """What a cell holds its value against. Empty is empty on every side."""
    return {side(test) for test in tests if not asks_empty(test)}


def _kinds(test: Test, names: Mapping[str, Field]) -> set[str]:
    if isinstance(test, Range):
        return {NUMBER}
    if isinstance(test, Among):
        return {kind_of(value.value) for value in test.values}
    return {infer(test.against, names).kind}


def infer(found: Expression, names: Mapping[str, Field]) -> Field:
    """The field that an expression makes, without a name. Raises :class:`CellError`."""
    if isinstance(found, Value):
        if found.value is None:
            raise CellError("need_value")
        return Field("", kind_of(found.value), values=(found.value,))
    if isinstance(found, Name):
        known = names.get(found.name)
        if known is None:
            raise CellError("unknown_name", found.name)
        if known.nullable:
            raise CellError("null_arithmetic", found.name)
        return known
    parts = [infer(part, names) for part in found.parts]
    return _applied(found, parts)


def _applied(found: Apply, parts: list[Field]) -> Field:
    what = found.what
    if what in {"and", "or", "not"}:
        _all(parts, FLAG)
        return Field("", FLAG, values=(False, True))
    if what in COMPARISONS:
        kind = NUMBER if what not in {"==", "!="} else parts[0].kind
        _all(parts, kind)
        return Field("", FLAG, values=(False, True))
    if what == "?":
        _all(parts[:1], FLAG)
        _all(parts[1:], parts[1].kind)
        return Field("", parts[1].kind, values=_united(parts[1:]), product=any(part.product for part in parts[1:]))
    _all(parts, NUMBER)
    if what == "*" and not any(isinstance(part, Value) for part in found.parts):
        raise CellError("not_linear")
    if what == "*" and all(_deep(part) for part in found.parts):
        raise CellError("not_linear")
    # A step before may have multiplied: its value is a name here.
    product = any(part.product for part in parts)
    if what == "*" and product:
        raise CellError("product_again")
    values = _united(parts) if what in {"max", "min"} else None
    return Field("", NUMBER, values=values, product=product or what == "*")


def _deep(part: Expression) -> bool:
    """Whether a factor is itself a product: more digits than the engines hold."""
    return isinstance(part, Value) or (isinstance(part, Apply) and any(p == "*" for p in _operators(part)))


def _operators(found: Expression) -> list[str]:
    if not isinstance(found, Apply):
        return []
    return [found.what, *(what for part in found.parts for what in _operators(part))]


def _all(parts: list[Field], kind: str) -> None:
    if any(part.kind != kind for part in parts):
        raise CellError(NEEDED[kind])


def _united(parts: list[Field]) -> tuple[Decimal | str | bool, ...] | None:
    found: list[Decimal | str | bool] = []
    for part in parts:
        if part.values is None:
            return None
        found += [value for value in part.values if value not in found]
    return tuple(found)
