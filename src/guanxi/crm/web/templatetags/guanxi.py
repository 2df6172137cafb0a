"""Tags for figures, dates, tiers and icons. Figures are written by the reader's :class:`Display`.

``{% money figure.deposit %}``, ``{% change figure.change %}``, ``{% day figure.opened_on %}``, ``{% icon "search" %}``,
``{% tier figure.tier figure.sub_tier %}``.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guanxi.crm.web.display import Display
from guanxi.crm.web.icons import icon as make_icon
from guanxi.crm.web.tiers import tier_mark

register = template.Library()


def _display(context: Context) -> Display:
    return context["request"].display


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """An icon of Tabler's set; with ``label`` it is said aloud."""
    return make_icon(name, css, str(label))


@register.simple_tag
def skeleton(rows: int) -> SafeString:
    """What stands where rows are still on their way, of the right size."""
    return _skeleton(rows, get_language() or "")


@lru_cache(maxsize=64)
def _skeleton(rows: int, _language: str) -> SafeString:
    return format_html(
        '<div class="gx-skeleton" role="status" aria-label="{}">{}</div>',
        _("Loading"),
        mark_safe("<i></i>" * rows),  # noqa: S308
    )


@register.simple_tag(takes_context=True)
def money(context: Context, value: Decimal | None) -> str:
    """An amount of CNY in the chosen unit."""
    return _display(context).money(value)


@register.simple_tag(takes_context=True)
def exact(context: Context, value: Decimal | None, currency: str = "CNY") -> str:
    """An amount to the cent with its currency."""
    return _display(context).exact(value, currency)


@register.simple_tag(takes_context=True)
def unit(context: Context) -> str:
    """The name of the chosen unit."""
    return _display(context).unit


@register.simple_tag(takes_context=True)
def change(context: Context, value: Decimal | None) -> SafeString:
    """A change of an amount: arrow, sign and colour."""
    return _display(context).change(value)


@register.simple_tag(takes_context=True)
def change_rate(context: Context, value: Decimal | None) -> SafeString:
    """A relative change: arrow, sign and colour."""
    return _display(context).change_rate(value)


@register.simple_tag(takes_context=True)
def change_count(context: Context, value: int | None) -> SafeString:
    """A change of a number of things: arrow, sign and colour."""
    return _display(context).change_count(value)


@register.simple_tag(takes_context=True)
def percent(context: Context, value: Decimal | None, places: int = 1) -> str:
    """A share as per cent."""
    return _display(context).percent(value, places)


@register.simple_tag(takes_context=True)
def rate(context: Context, value: Decimal | None) -> str:
    """An interest rate a year."""
    return _display(context).rate(value)


@register.simple_tag(takes_context=True)
def count(context: Context, value: int | None) -> str:
    """A number of things."""
    return _display(context).count(value)


@register.simple_tag(takes_context=True)
def day(context: Context, value: datetime.date | None) -> str:
    """A date."""
    return _display(context).day(value)


@register.simple_tag(takes_context=True)
def short_day(context: Context, value: datetime.date | None) -> str:
    """A date without its year."""
    return _display(context).short_day(value)


@register.simple_tag(takes_context=True)
def month(context: Context, value: datetime.date | None) -> str:
    """A month."""
    return _display(context).month(value)


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime.datetime | None) -> str:
    """A date and time to the minute."""
    return _display(context).moment(value)


@register.simple_tag
def tier(value: str, sub_tier: str = "") -> SafeString:
    """A tier's fixed mark with its name."""
    return tier_mark(value, sub_tier)


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The page's query string with ``changes``; None takes a parameter away. Begins with ``?``."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.filter
def at(mapping: dict[str, Any], key: str) -> Any:
    """What a mapping holds under a key that a variable names; empty where it holds nothing."""
    return mapping.get(key, "")
