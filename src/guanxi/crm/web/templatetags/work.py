"""Tags of activities and tasks: a kind's icon, an outcome's badge, a due day, a priority, a clock."""

from __future__ import annotations

import datetime
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from guanxi.crm.contact.codes import ActivityKind, Result
from guanxi.crm.web.contact.words import KINDS, RESULTS, due_mark, priority_mark
from guanxi.crm.web.icons import icon

register = template.Library()


@register.simple_tag
def kind_icon(kind: str) -> SafeString:
    """The icon of a kind of activity."""
    return icon(KINDS[ActivityKind(kind)].icon)


@register.simple_tag
def whom_url(row: Any, name: str, *more: Any) -> str:
    """A page about the customer of an activity, task or appointment, or about its prospect: ``name`` is ``activities``
    (all that was done with them), ``activity`` or ``attachment``.
    """
    if row.party_id:
        return reverse(f"customer-{name}", args=[row.party_id, *more])
    return reverse("lead" if name == "activities" else f"lead-{name}", args=[row.lead_id, *more])


@register.simple_tag
def kind_label(kind: str) -> str:
    """The name of a kind of activity."""
    return str(ActivityKind(kind).label)


@register.simple_tag(takes_context=True)
def outcome(context: Context, one: Any) -> SafeString:
    """An outcome's badge, in the reader's language."""
    label = one.label(context["request"].display.language)
    return format_html('<span class="gx-badge {}">{}</span>', RESULTS[Result(one.result)], label)


@register.simple_tag(takes_context=True)
def due(context: Context, due_on: datetime.date, today: datetime.date) -> SafeString:
    """A due day as people say it."""
    return due_mark(due_on, today, context["request"].display)


@register.simple_tag
def priority(value: int) -> SafeString:
    """A priority, where it is not the usual one."""
    return priority_mark(value)


@register.simple_tag(takes_context=True)
def weekday(context: Context, day: datetime.date) -> str:
    """The day of the week, short."""
    return context["request"].display.weekday(day)


@register.simple_tag
def clock(at: datetime.datetime) -> str:
    """The time of day at the bank."""
    return f"{localtime(at):%H:%M}"
