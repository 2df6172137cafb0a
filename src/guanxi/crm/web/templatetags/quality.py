"""Tags of the screens about the nights: durations, sizes, states, bars, and lines with odd bytes.

Bars are drawn with SVG attributes, since the pages allow no inline style.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from guanxi.crm.quality import lines
from guanxi.crm.quality.lines import Piece
from guanxi.crm.web.icons import icon
from guanxi.crm.web.quality import words

register = template.Library()

SLOT, BAR, HEIGHT = 7, 5, 20


@dataclass(frozen=True, slots=True)
class Mark:
    """How a state looks: its tone (never alone) and its icon."""

    tone: str
    icon: str


MARKS = {
    "done": Mark("good", icon="circle-check"),
    "running": Mark("info", icon="loader"),
    "stopped": Mark("bad", icon="alert-octagon"),
    "pass": Mark("good", icon="circle-check"),
    "warn": Mark("warn", icon="alert-triangle"),
    "fail": Mark("bad", icon="alert-octagon"),
    "error": Mark("bad", icon="alert-octagon"),
    "waiting": Mark("warn", icon="clock"),
    "mended": Mark("info", icon="tool"),
    "accepted": Mark("good", icon="circle-check"),
    "dismissed": Mark("", icon="circle-minus"),
    "failed": Mark("bad", icon="alert-octagon"),
    "lost": Mark("bad", icon="plug-connected-x"),
    "abandoned": Mark("bad", icon="plug-connected-x"),
}
UNKNOWN = Mark("", icon="circle-minus")


@register.simple_tag
def state(status: str, label: str = "") -> SafeString:
    """A state as a badge: tone, icon and word together."""
    mark = MARKS.get(status, UNKNOWN)
    tone = f"gx-badge-{mark.tone}" if mark.tone else ""
    return format_html('<span class="gx-badge {}">{}{}</span>', tone, icon(mark.icon), label or test_word(status))


@register.filter
def test_word(status: str) -> str:
    """What became of a data test, in a word."""
    return words.word(words.TEST_STATUSES, status)


@register.filter
def rule_word(rule: str) -> str:
    """What a rule of landing says of a row."""
    return words.word(words.RULES, rule)


@register.filter
def step_word(name: str) -> str:
    """A step of the night's job."""
    return words.word(words.STEPS, name)


@register.filter
def severity_word(severity: str) -> str:
    """Whether a test warns or stops the night."""
    return words.word(words.SEVERITIES, severity)


@register.filter
def table_word(name: str) -> str:
    """A table of the bank's files."""
    return lines.table_label(name)


@register.filter
def column_word(name: str, table: str) -> str:
    """A column of a table of the bank's files."""
    return lines.column_label(table, name)


@register.filter
def column_meaning(column: Any) -> str:
    """What a column means, beside its name."""
    return lines.column_meaning(column)


@register.filter
def column_rule(column: Any) -> str:
    """What a column may hold."""
    return lines.column_rule(column)


@register.filter
def duration(seconds: float | None) -> str:
    """A length of time: 0.4 s, 12 s, 3 min 05 s, 1 h 04 min."""
    if seconds is None:
        return "–"
    if seconds < 10:
        return _("%(seconds)s s") % {"seconds": f"{seconds:.1f}"}
    whole = round(seconds)
    if whole < 60:
        return _("%(seconds)s s") % {"seconds": whole}
    if whole < 3600:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": whole // 60, "seconds": f"{whole % 60:02d}"}
    return _("%(hours)s h %(minutes)s min") % {"hours": whole // 3600, "minutes": f"{whole % 3600 // 60:02d}"}


@register.filter
def size(count: int | None) -> str:
    """A number of bytes: 312 kB, 4.1 MB, 2.3 GB (of 1,000 bytes each step)."""
    if count is None:
        return "–"
    amount = Decimal(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if amount >= 100 or unit == "B" else f"{amount:.1f} {unit}"


@register.filter
def thousands(value: Decimal | None) -> str:
    """An amount to the cent with thousands marks, whatever its currency."""
    return "–" if value is None else f"{value:,.2f}"


@register.filter
def problem_title(trouble: Any) -> str:
    """Why a night stopped, in a few words; landing's own sentence where the rule is not known here."""
    found = words.PROBLEMS.get(trouble.rule)
    return str(found[0]) if found else trouble.message


@register.simple_tag(takes_context=True)
def problem_remedy(context: Context, trouble: Any) -> str:
    """What to do about it: landing's own sentence, which is English, or ours in the page's language."""
    found = words.PROBLEMS.get(trouble.rule)
    if found and context["request"].display.is_chinese:
        return str(found[1])
    return trouble.what_to_do


@register.filter
def test_message(message: str) -> str:
    """What a test said, without dbt's count of results, which stands beside it."""
    return "" if message.startswith("Got ") else message


@register.filter
def rule_name(rule: str) -> str:
    """A reconciliation's rule in words."""
    return words.word(words.RECONCILIATIONS, rule)


@register.simple_tag
def pieces(parts: Iterable[Piece]) -> SafeString:
    """A stretch of a raw line; bytes that cannot be read stand out as hexadecimal."""
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<span class="gq-odd" title="{}">{}</span>', _("bytes that cannot be read"), each.text),)
            if each.odd
            else (each.text,)
            for each in parts
        ),
    )


@register.simple_tag(takes_context=True)
def outcome_bars(context: Context, outcomes: Iterable[Any], label: str = "") -> SafeString:
    """The outcomes of a test or a model as small bars, oldest first: height by failures, tone by status."""
    bars = [(_bar_tone(each.status), _test_height(each), _outcome_title(context, each)) for each in outcomes]
    return _bars(bars, label)


@register.simple_tag(takes_context=True)
def row_bars(context: Context, nights: Iterable[Any], slots: int, label: str = "") -> SafeString:
    """The rows delivered as small bars, oldest first; unusual ones stand out."""
    display = context["request"].display
    bars = [
        (
            "warn" if each.unusual else "plain",
            each.height,
            _("%(day)s: %(rows)s rows") % {"day": display.day(each.business_date), "rows": f"{each.rows:,}"}
            + (_(" (unusual)") if each.unusual else ""),
        )
        for each in nights
    ]
    return _bars(bars, label, slots)


@register.simple_tag(takes_context=True)
def share_bars(context: Context, nights: Iterable[Any], slots: int, label: str = "") -> SafeString:
    """The share of rows kept aside as small bars, oldest first."""
    display = context["request"].display
    bars = [
        (
            "warn" if each.quarantined else "none",
            each.share_height,
            _("%(day)s: %(rows)s rows kept aside, %(share)s")
            % {
                "day": display.day(each.business_date),
                "rows": f"{each.quarantined:,}",
                "share": display.percent(each.share, 2),
            },
        )
        for each in nights
    ]
    return _bars(bars, label, slots)


@register.simple_tag(takes_context=True)
def count_bars(context: Context, rule: Any, days: Iterable[Any], label: str = "") -> SafeString:
    """Rows kept aside by one rule as small bars, oldest first."""
    display = context["request"].display
    bars = [
        (
            "warn" if count else "none",
            height,
            _("%(day)s: %(rows)s rows") % {"day": display.day(day), "rows": f"{count:,}"},
        )
        for day, count, height in zip(days, rule.counts, rule.heights, strict=True)
    ]
    return _bars(bars, label)


def _bars(bars: list[tuple[str, int, str]], label: str, slots: int = 0) -> SafeString:
    """Small bars on a common base line; each says its figure when pointed at."""
    width = max(len(bars), slots) * SLOT
    empty = max(0, slots - len(bars)) * SLOT
    drawn = format_html_join(
        "",
        '<rect class="gq-bar gq-bar-{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>',
        (
            (tone, empty + SLOT * place, HEIGHT - tall, BAR, tall, title)
            for place, (tone, height, title) in enumerate(bars)
            for tall in [max(1, round(HEIGHT * height / 100))]
        ),
    )
    return format_html(
        '<svg class="gq-bars" width="{}" height="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img"'
        ' aria-label="{}">{}</svg>',
        width,
        HEIGHT,
        width,
        HEIGHT,
        label,
        drawn,
    )


def _bar_tone(status: str) -> str:
    return {"pass": "good", "warn": "warn", "fail": "bad", "error": "bad"}.get(status, "none")


def _test_height(outcome: Any) -> int:
    """Passed nights are a low mark of their own, so that the row shows when the test ran."""
    if outcome.status == "pass":
        return 20
    return max(35, outcome.height) if outcome.status in ("warn", "fail", "error") else 5


def _outcome_title(context: Context, outcome: Any) -> str:
    said = f"{context['request'].display.day(outcome.business_date)}: {test_word(outcome.status)}"
    if outcome.failures:
        said += _(", %(rows)s rows") % {"rows": f"{outcome.failures:,}"}
    return said
