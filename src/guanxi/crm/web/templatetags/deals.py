"""Tags for opportunities: names in the reader's language, states, ages."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

from guanxi.crm.sales.opportunity_codes import State
from guanxi.crm.sales.opportunity_queries import days_in_stage, stands_long
from guanxi.crm.web.icons import icon
from guanxi.crm.web.listing.filters import Option
from guanxi.crm.web.opportunities.words import age_mark, days_words, state_mark

register = template.Library()


@register.simple_tag(takes_context=True)
def label(context: Context, named: Any) -> str:
    """The name of a stage, pipeline or reason in the reader's language."""
    return named.label(context["request"].display.language) if named else ""


@register.simple_tag(takes_context=True)
def product_label(context: Context, product: Any) -> str:
    """A product's name in the reader's language."""
    display = context["request"].display
    return product.name if display.is_chinese else product.name_en or product.name


@register.simple_tag
def deal_state(state: str) -> SafeString:
    """A state's badge."""
    return state_mark(state)


@register.simple_tag
def stage_age(row: Any) -> SafeString:
    """How long an opportunity has stood in its stage."""
    return age_mark(days_in_stage(row), is_long=stands_long(row))


@register.simple_tag
def days(number: int) -> str:
    """A number of days in words."""
    return days_words(number)


@register.simple_tag
def typed(form: Any, name: str, value: str) -> str:
    """``selected`` where a value is what a form's field holds."""
    return " selected" if str(form.get(name, "")) == value else ""


@register.simple_tag(takes_context=True)
def stage_buttons(context: Context, stages: Iterable[Any], here: Any) -> SafeString:
    """Buttons that move an opportunity from one stage to each of the others: drawn once a column, not once a card."""
    language = context["request"].display.language
    ends = {State.WON: icon("circle-check"), State.LOST: icon("circle-x")}
    back, on = icon("arrow-left"), icon("arrow-right")
    parts = []
    for stage in stages:
        if stage.id != here.id:
            sign = ends.get(stage.state, back if stage.position < here.position else on)
            words = f"{sign}{escape(stage.label(language))}"
            parts.append(f'<button type="submit" name="stage" value="{stage.id}">{words}</button>')
    return mark_safe("".join(parts))  # noqa: S308


@register.simple_tag
def picks(options: Iterable[Option], chosen: str) -> SafeString:
    """The choices of a list, each with its note: some hundreds where the head office picks a manager."""
    return mark_safe(  # noqa: S308
        "".join(
            f'<option value="{escape(one.value)}"{" selected" if one.value == chosen else ""}>'
            f"{escape(str(one.label))} · {escape(str(one.note))}</option>"
            for one in options
        )
    )
