"""The words of one customer, one number, in templates."""

from __future__ import annotations

from django import template
from django.template import Context

from guanxi.crm.web.identity.words import validity_word, value_word

register = template.Library()
register.filter("validity_word", validity_word)


@register.simple_tag(takes_context=True)
def record_value(context: Context, field: str, value: str) -> str:
    """A value of a record in words where the bank's files give a code: education, a risk, an institution's number."""
    return value_word(field, value, context["request"].display)
