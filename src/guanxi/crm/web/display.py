"""How figures and dates are written for the person who looks: unit, thousands, sign, arrow, colour, locale.

Everything here takes ``Decimal`` and gives text; nothing is ever a float.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from guanxi.crm.web.preferences import Preferences, Theme, UnitChoice

NOTHING = "–"
STALE_DAYS = 4
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Powers of ten by which amounts are divided, decimal places shown, and the unit's name, by language and choice.
UNITS: dict[str, dict[str, tuple[int, int, str]]] = {
    "zh": {"one": (0, 2, "元"), "middle": (4, 2, "万元"), "large": (8, 4, "亿元")},
    "en": {"one": (0, 2, "CNY"), "middle": (3, 1, "CNY thousand"), "large": (6, 2, "CNY million")},
}


@dataclass(frozen=True, slots=True)
class Display:
    """The way one person reads figures. ``red_up``: red means more, as on Chinese markets."""

    language: str
    theme: Theme
    unit_choice: UnitChoice
    red_up: bool
    shift: int
    places: int
    unit: str
    version: int = 0

    @classmethod
    def of(cls, *, language: str, preferences: Preferences, version: int = 0) -> Self:
        """By language and preferences; the meaning of red follows the language unless it was chosen.

        ``version`` is the publication whose names of institutions and staff are shown.
        """
        short = "zh" if language.startswith("zh") else "en"
        shift, places, unit = UNITS[short][preferences.unit]
        red_up = preferences.colours == "red_up" or (preferences.colours == "auto" and short == "zh")
        return cls(
            language=language,
            theme=preferences.theme,
            unit_choice=preferences.unit,
            red_up=red_up,
            shift=shift,
            places=places,
            unit=unit,
            version=version,
        )

    @property
    def is_chinese(self) -> bool:
        """Whether the page is in Chinese."""
        return self.language.startswith("zh")

    def units(self) -> list[tuple[str, str]]:
        """The units to choose from, as (choice, name)."""
        return [(choice, unit[2]) for choice, unit in UNITS["zh" if self.is_chinese else "en"].items()]

    def money(self, value: Decimal | None) -> str:
        """An amount of CNY in the chosen unit, with thousands marks, without the unit's name."""
        if value is None:
            return NOTHING
        return f"{_rounded(value.scaleb(-self.shift), self.places):,}"

    def plain(self, value: Decimal) -> str:
        """An amount in the chosen unit with as few digits as it has: 1,000,000 is 100 in 万元."""
        return f"{value.scaleb(-self.shift).normalize():,f}"

    def exact(self, value: Decimal | None, currency: str = "CNY") -> str:
        """An amount to the cent in its own currency, for where the exact figure is wanted."""
        if value is None:
            return NOTHING
        name = "元" if currency == "CNY" and self.is_chinese else currency
        figure = f"{_rounded(value, 2):,}"
        return f"{figure} {name}"

    def change(self, value: Decimal | None) -> SafeString:
        """A change of an amount in the chosen unit: arrow, sign and colour together, and words for who cannot see."""
        return self._signed(value, None if value is None else self.money(abs(value)))

    def change_rate(self, value: Decimal | None) -> SafeString:
        """A relative change (0.1 is ten per cent) with arrow, sign and colour."""
        return self._signed(value, None if value is None else self.percent(abs(value)))

    def change_count(self, value: int | None) -> SafeString:
        """A change of a number of things with arrow, sign and colour."""
        return self._signed(None if value is None else Decimal(value), None if value is None else f"{abs(value):,}")

    @staticmethod
    def _signed(value: Decimal | None, figure: str | None) -> SafeString:
        if value is None or figure is None:
            return format_html('<span class="gx-flat">{}</span>', NOTHING)
        if not value or not figure.strip("0.,%"):
            return mark_safe('<span class="gx-flat">0</span>')
        if value > 0:
            return format_html('<span class="gx-up"><i aria-hidden="true">▲</i>+{}</span>', figure)
        return format_html('<span class="gx-down"><i aria-hidden="true">▼</i>-{}</span>', figure)

    def percent(self, value: Decimal | None, places: int = 1) -> str:
        """A share or relative change as per cent: 0.1234 is 12.3%."""
        return NOTHING if value is None else f"{_rounded(value * 100, places):,}%"

    def rate(self, value: Decimal | None) -> str:
        """An interest rate a year, to the basis point and finer where it is."""
        if value is None:
            return NOTHING
        figure = (value * 100).normalize()
        exponent = figure.as_tuple().exponent
        places = max(2, -exponent if isinstance(exponent, int) else 2)
        return f"{_rounded(figure, places):,}%"

    def count(self, value: int | None) -> str:
        """A number of things with thousands marks."""
        return NOTHING if value is None else f"{value:,}"

    def day(self, value: datetime.date | None) -> str:
        """A date: 2026-11-20, in English 20 Nov 2026."""
        if value is None:
            return NOTHING
        if self.is_chinese:
            return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
        return f"{value.day} {MONTHS[value.month - 1]} {value.year}"

    def short_day(self, value: datetime.date | None) -> str:
        """A date of this year: 11-20, in English 20 Nov."""
        if value is None:
            return NOTHING
        return f"{value.month:02d}-{value.day:02d}" if self.is_chinese else f"{value.day} {MONTHS[value.month - 1]}"

    def month(self, value: datetime.date | None) -> str:
        """A month: 2026年11月, in English Nov 2026."""
        if value is None:
            return NOTHING
        return f"{value.year}年{value.month}月" if self.is_chinese else f"{MONTHS[value.month - 1]} {value.year}"

    def moment(self, value: datetime.datetime | None) -> str:
        """A date and time of the bank's own time zone, to the minute."""
        if value is None:
            return NOTHING
        here = localtime(value)
        return f"{self.day(here.date())} {here.hour:02d}:{here.minute:02d}"

    def is_stale(self, business_date: datetime.date | None) -> bool:
        """Whether a business date is older than a long weekend, so that a night must have failed."""
        return business_date is not None and (localdate() - business_date).days > STALE_DAYS

    def weekday(self, value: datetime.date) -> str:
        """The day of the week, short."""
        return (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))[value.weekday()]


def _rounded(value: Decimal, places: int) -> Decimal:
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)  # no "-0.00"
