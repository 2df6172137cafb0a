"""Charts: what Python says of one, and what its figure carries to the browser.

A chart's title says the finding; its figures travel as exact decimals in text, in CNY (or as fractions, for rates),
and are drawn in the reader's unit. ``web/charts/figure.html`` shows one: include it with ``chart``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from guanxi.crm.web.display import Display

Kind = Literal["steps", "stacked", "ladder", "treemap", "waterfall"]
Measure = Literal["money", "rate", "count"]


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one kind of bar. ``colour`` is its place in the palette, the same for the same thing everywhere."""

    name: str
    values: Sequence[Decimal | None]
    colour: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart. ``at`` are dates (YYYY-MM-DD) for ``steps``, else one for each of ``labels``.

    ``finding`` is its title, ``what`` says what is drawn, ``axis`` what stands at the head of its table's first column.
    Of a treemap's fields, one for each of ``labels``: ``tones`` from -2 (fell much) to 2 (grew much), ``notes`` stand
    below the label, ``links`` lead on. ``total`` is marked on stacked bars, which may reach below zero. A ``waterfall``
    of one series begins each bar where the one before ended. ``open_end`` marks the last bar as not complete yet.
    """

    id: str
    kind: Kind
    finding: str
    what: str
    at: Sequence[str]
    labels: Sequence[str]
    series: Sequence[Series]
    measure: Measure = "money"
    total: Series | None = None
    open_end: bool = False
    axis: str = ""
    tones: Sequence[int] = ()
    notes: Sequence[str] = ()
    links: Sequence[str] = ()

    def visible(self, display: Display) -> bool:
        """Whether any of its figures is more than nothing in the reader's unit."""
        values = (value for series in self.series for value in series.values if value is not None)
        if self.measure == "count":
            return any(values)
        return any(self.measure == "rate" or shows(value, display) for value in values)

    def payload(self, display: Display) -> dict[str, Any]:
        """What the browser draws from."""
        return {
            "kind": self.kind,
            "finding": self.finding,
            "what": self.what,
            "at": list(self.at),
            "labels": list(self.labels),
            "series": [_series(series) for series in self.series],
            "total": _series(self.total) if self.total else None,
            "measure": self.measure,
            "openEnd": self.open_end,
            "shift": {"money": display.shift, "rate": -2, "count": 0}[self.measure],
            "unit": {"money": display.unit, "rate": "%", "count": ""}[self.measure],
            "chinese": display.is_chinese,
            **({"axis": self.axis} if self.axis else {}),
            **self._fields(display),
        }

    def _fields(self, display: Display) -> dict[str, Any]:
        if self.kind != "treemap":
            return {}
        return {
            "tones": list(self.tones),
            "notes": list(self.notes),
            "links": list(self.links),
            "redUp": display.red_up,
        }


def shows(amount: Decimal, display: Display) -> bool:
    """Whether an amount is more than nothing as the reader sees it."""
    return bool(display.money(amount).strip("-0.,"))


def _series(series: Series) -> dict[str, Any]:
    return {"name": series.name, "colour": series.colour, "values": list(_text(series.values))}


def _text(values: Iterable[Decimal | None]) -> Iterable[str | None]:
    return (None if value is None else f"{value:f}" for value in values)
