"""Tags of the industries: growth as the page writes it."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from guanxi.crm.insight.industry_queries import Grown

register = template.Library()


@register.simple_tag(takes_context=True)
def growth(context: Context, grown: Grown, measure: str, since: str) -> SafeString:
    """How much ``assets`` or ``loan`` grew since ``quarter`` or ``year``: arrow, sign and colour."""
    return context["request"].display.change_rate(grown.growth(measure, since))
