"""Filters of a list. Each reads its part of the address, narrows the rows, says itself as a chip, and draws its form.

The canonical form of a filter's value is the pairs of the address, so that a list's address is its state: it can be
kept, sent to a colleague and gone back to.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from html import escape
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from guanxi.crm.web.request import StaffRequest

Pairs = list[tuple[str, str]]
Label = str | Promise
LARGEST = Decimal(10) ** 18
_BOX = {True: "checkbox", False: "radio"}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, as the page says it; ``without`` are the pairs that go when it is taken away."""

    label: str
    without: Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Base of all filters. ``key`` names the parameter."""

    key: str
    label: Label
    template: ClassVar[str] = ""

    def read(self, request: StaffRequest, parameters: QueryDict) -> Any:
        """The value asked for; None or empty where there is none or it makes no sense."""
        raise NotImplementedError

    def pairs(self, value: Any) -> Pairs:
        """The value as pairs of the address."""
        raise NotImplementedError

    def narrow(self, request: StaffRequest, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """The rows that match."""
        raise NotImplementedError

    def chips(self, request: StaffRequest, value: Any) -> list[Chip]:
        """The value as the page says it."""
        raise NotImplementedError

    def form(self, request: StaffRequest, value: Any) -> dict[str, Any]:
        """What the filter's template needs besides ``filter`` and ``value``."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices(Filter):
    """One or several of a few values of a field. ``marks`` draws a value as HTML, else its label stands."""

    field: str
    choices: Sequence[tuple[str, Label]]
    several: bool = True
    marks: Callable[[str], str] | None = None
    conditions: Callable[[list[str]], Q] | None = None
    template: ClassVar[str] = "web/listing/filter_choices.html"

    def read(self, request: StaffRequest, parameters: QueryDict) -> list[str]:
        """The values that are among the choices, in their order."""
        asked = set(parameters.getlist(self.key))
        found = [value for value, _label in self.choices if value in asked]
        return found if self.several else found[:1]

    def pairs(self, value: list[str]) -> Pairs:
        """One pair a value."""
        return [(self.key, one) for one in value]

    def narrow(self, request: StaffRequest, rows: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        """Any of the values."""
        if self.conditions:
            return rows.filter(self.conditions(value))
        return rows.filter(**({self.field: value[0]} if len(value) == 1 else {f"{self.field}__in": value}))

    def chips(self, request: StaffRequest, value: list[str]) -> list[Chip]:
        """One chip a value."""
        labels = dict(self.choices)
        return [Chip(str(labels[one]), [(self.key, one)]) for one in value]

    def form(self, request: StaffRequest, value: list[str]) -> dict[str, Any]:
        """The choices, drawn: a box or a button each."""
        opening = f'<label class="gx-choice"><input class="form-check-input" type="{_BOX[self.several]}"'
        drawn = [
            f'{opening} name="{escape(self.key)}" value="{escape(one)}"{" checked" if one in (value or ()) else ""}>'
            f"<span>{conditional_escape(self.marks(one) if self.marks else str(label))}</span></label>"
            for one, label in self.choices
        ]
        return {"drawn": mark_safe("".join(drawn))}  # noqa: S308


@dataclass(frozen=True, slots=True, kw_only=True)
class Bits(Choices):
    """Rows whose bit field has all chosen bits; the i-th choice is bit 2^i.

    Written as a list of all values with those bits, so that an index on the field serves a rare one and the planner's
    statistics tell it which are rare.
    """

    def narrow(self, request: StaffRequest, rows: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        """All of the bits."""
        order = [one for one, _label in self.choices]
        wanted = sum(1 << order.index(one) for one in value)
        having = [number for number in range(1 << len(order)) if number & wanted == wanted]
        return rows.filter(**{f"{self.field}__in": having})


@dataclass(frozen=True, slots=True)
class Span:
    """An amount from ``low`` to ``high`` CNY; either may be open."""

    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountRange(Filter):
    """An amount between two bounds. The form sends them in the chosen unit and says so; the address holds CNY."""

    field: str
    template: ClassVar[str] = "web/listing/filter_range.html"

    def read(self, request: StaffRequest, parameters: QueryDict) -> Span | None:
        """The bounds in CNY; what is no number counts as open."""
        try:
            shift = max(0, min(8, int(parameters.get(f"{self.key}_in", "0"))))
        except ValueError:
            shift = 0
        low = _amount(parameters.get(f"{self.key}_min", ""), shift)
        high = _amount(parameters.get(f"{self.key}_max", ""), shift)
        return Span(low, high) if low is not None or high is not None else None

    def pairs(self, value: Span) -> Pairs:
        """The bounds that are closed."""
        bounds = ((f"{self.key}_min", value.low), (f"{self.key}_max", value.high))
        return [(name, f"{bound:f}") for name, bound in bounds if bound is not None]

    def narrow(self, request: StaffRequest, rows: QuerySet[Any], value: Span) -> QuerySet[Any]:
        """Both bounds included."""
        if value.low is not None:
            rows = rows.filter(**{f"{self.field}__gte": value.low})
        return rows.filter(**{f"{self.field}__lte": value.high}) if value.high is not None else rows

    def chips(self, request: StaffRequest, value: Span) -> list[Chip]:
        """One chip for both bounds."""
        display = request.display
        low, high = ("" if bound is None else display.plain(bound) for bound in (value.low, value.high))
        words = f"{low} – {high}" if low and high else f"≥ {low}" if low else f"≤ {high}"
        return [Chip(f"{self.label} {words} {display.unit}", self.pairs(value))]

    def form(self, request: StaffRequest, value: Span | None) -> dict[str, Any]:
        """The bounds in the chosen unit."""
        shift = request.display.shift
        bounds = (value.low, value.high) if value else (None, None)
        low, high = ("" if bound is None else f"{bound.scaleb(-shift).normalize():f}" for bound in bounds)
        return {"low": low, "high": high, "shift": shift, "unit": request.display.unit}


def _amount(words: str, shift: int) -> Decimal | None:
    try:
        amount = Decimal(words.strip().replace(",", "").replace("，", "")).scaleb(shift)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < LARGEST else None


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included; either may be open."""

    since: datetime.date | None
    until: datetime.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Days(Filter):
    """Days of the bank's time zone. ``condition`` takes the first moment and the one after the last; None: open."""

    condition: Callable[[datetime.datetime | None, datetime.datetime | None], Q]
    template: ClassVar[str] = "web/listing/filter_days.html"

    def read(self, request: StaffRequest, parameters: QueryDict) -> Period | None:
        """The days asked for; what is no day counts as open."""
        since, until = (_day(parameters.get(f"{self.key}_{end}", "")) for end in ("since", "until"))
        return Period(since, until) if since or until else None

    def pairs(self, value: Period) -> Pairs:
        """The ends that are closed."""
        ends = ((f"{self.key}_since", value.since), (f"{self.key}_until", value.until))
        return [(name, day.isoformat()) for name, day in ends if day is not None]

    def narrow(self, request: StaffRequest, rows: QuerySet[Any], value: Period) -> QuerySet[Any]:
        """Whole days."""
        after = value.until + datetime.timedelta(days=1) if value.until else None
        return rows.filter(self.condition(_midnight(value.since), _midnight(after)))

    def chips(self, request: StaffRequest, value: Period) -> list[Chip]:
        """One chip for both ends."""
        since, until = (request.display.day(day) if day else "" for day in (value.since, value.until))
        words = (
            since
            if since == until
            else f"{since} – {until}"
            if since and until
            else f"≥ {since}"
            if since
            else f"≤ {until}"
        )
        return [Chip(words, self.pairs(value))]

    def form(self, request: StaffRequest, value: Period | None) -> dict[str, Any]:
        """The days as a date field takes them."""
        days = (value.since, value.until) if value else (None, None)
        since, until = (day.isoformat() if day else "" for day in days)
        return {"since": since, "until": until}


def _day(words: str) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(words.strip())
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None


def _midnight(day: datetime.date | None) -> datetime.datetime | None:
    return None if day is None else timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exactly(Filter):
    """A number typed whole."""

    field: str
    template: ClassVar[str] = "web/listing/filter_exactly.html"

    def read(self, request: StaffRequest, parameters: QueryDict) -> str:
        """What was typed, without the spaces around it."""
        return parameters.get(self.key, "").replace("\x00", "").strip()[:40]

    def pairs(self, value: str) -> Pairs:
        """One pair."""
        return [(self.key, value)]

    def narrow(self, request: StaffRequest, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Exactly that."""
        return rows.filter(**{self.field: value})

    def chips(self, request: StaffRequest, value: str) -> list[Chip]:
        """One chip with the field's name."""
        return [Chip(f"{self.label} {value}", [(self.key, value)])]


@dataclass(frozen=True, slots=True)
class Option:
    """Something to pick. ``depth`` indents it, ``note`` stands beside."""

    value: str
    label: str
    depth: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick(Filter):
    """One of many: the choices come when the filter is opened. ``options`` gives those within the person's scope."""

    options: Callable[[StaffRequest], list[Option]]
    name_of: Callable[[StaffRequest, str], str]
    condition: Callable[[StaffRequest, str], Q]
    template: ClassVar[str] = "web/listing/filter_pick.html"

    def read(self, request: StaffRequest, parameters: QueryDict) -> str:
        """The value asked for; whether it exists shows in the rows."""
        return parameters.get(self.key, "")[:40]

    def pairs(self, value: str) -> Pairs:
        """One pair."""
        return [(self.key, value)]

    def narrow(self, request: StaffRequest, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """By the declared condition."""
        return rows.filter(self.condition(request, value))

    def chips(self, request: StaffRequest, value: str) -> list[Chip]:
        """One chip with the name."""
        return [Chip(self.name_of(request, value), [(self.key, value)])]


@dataclass(frozen=True, slots=True)
class Flag:
    """A question with one tap: ``condition`` may look at the request, for its business date."""

    key: str
    label: Label
    condition: Callable[[StaffRequest], Q]
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags(Filter):
    """Quick chips above the list, each a tap."""

    flags: Sequence[Flag]
    template: ClassVar[str] = ""

    def read(self, request: StaffRequest, parameters: QueryDict) -> list[str]:
        """The flags that exist."""
        asked = set(parameters.getlist(self.key))
        return [flag.key for flag in self.flags if flag.key in asked]

    def pairs(self, value: list[str]) -> Pairs:
        """One pair a flag."""
        return [(self.key, one) for one in value]

    def narrow(self, request: StaffRequest, rows: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        """All of them."""
        for flag in self.flags:
            if flag.key in value:
                rows = rows.filter(flag.condition(request))
        return rows

    def chips(self, request: StaffRequest, value: list[str]) -> list[Chip]:
        """None: the quick chips show themselves."""
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Filter):
    """The list's search box. ``matching`` narrows the rows by the words typed."""

    matching: Callable[[StaffRequest, QuerySet[Any], str], QuerySet[Any]]
    placeholder: Label = ""
    template: ClassVar[str] = ""

    def read(self, request: StaffRequest, parameters: QueryDict) -> str:
        """What was typed, without the spaces around it."""
        return parameters.get(self.key, "").strip()[:80]

    def pairs(self, value: str) -> Pairs:
        """One pair."""
        return [(self.key, value)]

    def narrow(self, request: StaffRequest, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """By the declared search."""
        return self.matching(request, rows, value)

    def chips(self, request: StaffRequest, value: str) -> list[Chip]:
        """One chip with the words."""
        return [Chip(_("“%(words)s”") % {"words": value}, [(self.key, value)])]
