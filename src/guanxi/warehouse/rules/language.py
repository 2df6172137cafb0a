"""The part of the ZEN expression language that means the same in Zen, DuckDB, Spark and PostgreSQL.

Numbers are exact decimals; nothing divides, nothing overflows, nothing depends on the order of evaluation. What lies
outside is refused with the cell named, rather than evaluated in two ways.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from guanxi.warehouse.rules.findings import CellError

TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.(?!\.)\d+)?)|(?P<text>"[^"\\]*"|'[^'\\]*')|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"""
    r"""|(?P<sign>\.\.|==|!=|<=|>=|[-<>+*/()\[\],?:]))"""
)
# More would exhaust the stack of one reader or the other; no cell that people can read comes near.
MOST_TOKENS, MOST_DEPTH = 400, 40
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
RESERVED = ("true", "false", "null", "and", "or", "not", "in", "max", "min", "abs")


@dataclass(frozen=True, slots=True)
class Value:
    """A literal: a number, a text, a flag, or None for empty."""

    value: Decimal | str | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """A value that comes in or that a step before made."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator or function with its arguments; ``?`` is the choice of two."""

    what: str
    parts: tuple[Expression, ...]


type Expression = Value | Name | Apply


@dataclass(frozen=True, slots=True)
class Compare:
    """The cell's own value held against an expression."""

    sign: str
    against: Expression


@dataclass(frozen=True, slots=True)
class Range:
    """The cell's own value lies between two numbers, each within or without."""

    low: Decimal
    with_low: bool
    high: Decimal
    with_high: bool


@dataclass(frozen=True, slots=True)
class Among:
    """The cell's own value is one of a list, or none of it."""

    values: tuple[Value, ...]
    negated: bool


type Test = Compare | Range | Among


def cell(source: str) -> tuple[Test, ...]:
    """What a condition asks for; any of the tests is enough, none asks for nothing. Raises :class:`CellError`."""
    # A dash alone, which other editors show for "any", is an expression to Zen that never fits: it ends too early.
    if not source.strip():
        return ()
    reader = _Reader(source)
    tests = [reader.test()]
    while reader.take(","):
        tests.append(reader.test())
    reader.end()
    return tuple(tests)


def expression(source: str) -> Expression:
    """What an output or a step's value is. Raises :class:`CellError`."""
    reader = _Reader(source)
    found = reader.choice()
    reader.end()
    return found


def names_in(found: Expression) -> set[str]:
    """The names that an expression reads."""
    if isinstance(found, Name):
        return {found.name}
    return set().union(*map(names_in, found.parts)) if isinstance(found, Apply) else set()


def shown(found: Expression) -> str:
    """An expression in one way of writing it."""
    if isinstance(found, Name):
        return found.name
    if isinstance(found, Apply):
        return f"{found.what}({', '.join(map(shown, found.parts))})"
    if isinstance(found.value, str):
        return f'"{found.value}"'
    if found.value is None:
        return "null"
    return str(found.value).lower() if isinstance(found.value, bool) else str(found.value)


class _Reader:
    """A recursive descent over one cell."""

    def __init__(self, source: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        self.at = 0
        self.depth = 0
        position = 0
        source = source.rstrip()
        while position < len(source):
            found = TOKEN.match(source, position)
            if found is None:
                raise CellError("not_understood", source[position:].strip()[:20])
            self.tokens.append((found.lastgroup or "", found[found.lastgroup or 0]))
            position = found.end()
        if len(self.tokens) > MOST_TOKENS:
            raise CellError("too_long")

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, *words: str) -> str:
        kind, word = self.peek()
        if kind in {"sign", "name"} and word in words:
            self.at += 1
            return word
        return ""

    def need(self, word: str) -> None:
        if not self.take(word):
            raise CellError("missing", word)

    def end(self) -> None:
        if self.peek()[0] != "end":
            raise CellError("unexpected", self.peek()[1])

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise CellError("too_long")

    def test(self) -> Test:
        if sign := self.take(*COMPARISONS):
            return Compare(sign, self.sum())
        if self.take("not"):
            self.need("in")
            return Among(self.values(), negated=True)
        if self.take("in"):
            return Among(self.values(), negated=False)
        if opening := self.take("[", "("):
            low = self.number()
            self.need("..")
            high = self.number()
            closing = self.take("]", ")")
            if not closing:
                raise CellError("missing", "]")
            within = Range(low, opening == "[", high, closing == "]")
            if low > high or (low == high and not (within.with_low and within.with_high)):
                raise CellError("empty_range", f"{opening}{low}..{high}{closing}")
            return within
        return Compare("==", self.literal())

    def values(self) -> tuple[Value, ...]:
        self.need("[")
        found = [self.literal()]
        while self.take(","):
            found.append(self.literal())
        self.need("]")
        if any(value.value is None for value in found):
            raise CellError("null_first")
        return tuple(found)

    def number(self) -> Decimal:
        value = self.literal().value
        if not isinstance(value, Decimal):
            raise CellError("need_number")
        return value

    def literal(self) -> Value:
        minus = bool(self.take("-"))
        found = self.atom()
        if not isinstance(found, Value):
            raise CellError("condition")
        if not minus:
            return found
        if not isinstance(found.value, Decimal):
            raise CellError("need_number")
        return Value(-found.value)

    def choice(self) -> Expression:
        self.deeper()
        found = self.either()
        if self.take("?"):
            first = self.choice()
            self.need(":")
            found = Apply("?", (found, first, self.choice()))
        self.depth -= 1
        return found

    def either(self) -> Expression:
        found = self.both()
        while self.take("or"):
            found = Apply("or", (found, self.both()))
        return found

    def both(self) -> Expression:
        found = self.inverse()
        while self.take("and"):
            found = Apply("and", (found, self.inverse()))
        return found

    def inverse(self) -> Expression:
        if not self.take("not"):
            return self.comparison()
        self.need("(")
        inner = self.choice()
        self.need(")")
        return Apply("not", (inner,))

    def comparison(self) -> Expression:
        found = self.sum()
        sign = self.take(*COMPARISONS)
        return Apply(sign, (found, self.sum())) if sign else found

    def sum(self) -> Expression:
        found = self.product()
        while sign := self.take("+", "-"):
            found = Apply(sign, (found, self.product()))
        return found

    def product(self) -> Expression:
        found = self.signed()
        while sign := self.take("*", "/"):
            if sign == "/":
                raise CellError("division")
            found = Apply("*", (found, self.signed()))
        return found

    def signed(self) -> Expression:
        if not self.take("-"):
            return self.atom()
        found = self.atom()
        if isinstance(found, Value) and isinstance(found.value, Decimal):
            return Value(-found.value)
        return Apply("-", (Value(Decimal(0)), found))

    def atom(self) -> Expression:
        kind, word = self.peek()
        self.at += 1
        if kind == "number":
            return Value(_checked(Decimal(word), word))
        if kind == "text":
            if not word[1:-1].isprintable():
                raise CellError("not_understood", ascii(word))
            return Value(word[1:-1])
        if word == "(":
            inner = self.choice()
            self.need(")")
            return inner
        if kind == "name" and word in {"true", "false", "null"}:
            return Value({"true": True, "false": False, "null": None}[word])
        if kind == "name" and word in {"max", "min", "abs"}:
            return self.call(word)
        if kind == "name" and word not in RESERVED:
            return Name(word)
        raise CellError("unexpected", word) if word else CellError("ends_early")

    def call(self, word: str) -> Expression:
        self.deeper()
        self.need("(")
        if word == "abs":
            parts = [self.sum()]
        else:
            self.need("[")
            parts = [self.sum()]
            while self.take(","):
                parts.append(self.sum())
            self.need("]")
        self.need(")")
        self.depth -= 1
        return Apply(word, tuple(parts))


def _checked(value: Decimal, word: str) -> Decimal:
    whole, _, fraction = word.partition(".")
    if len(whole.lstrip("0")) > 12 or len(fraction) > 6:
        raise CellError("digits", word)
    return value
