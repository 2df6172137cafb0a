"""Tags of the morning list."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from guanxi.crm.web.tiers import tier_label

register = template.Library()


@register.filter
def points(value: float) -> str:
    """Points or a factor, as short as can be told apart."""
    return f"{value:,.1f}" if value >= 10 else f"{value:.2f}"


@register.simple_tag
def tier_word(tier: str, sub_tier: str = "") -> str:
    """A tier's name alone, for paper."""
    return str(tier_label(tier, sub_tier))


@register.simple_tag(takes_context=True)
def outcome_word(context: Context, one: Any) -> str:
    """An outcome's name alone, in the reader's language."""
    return one.label(context["request"].display.language)
