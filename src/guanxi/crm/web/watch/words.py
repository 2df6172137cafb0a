"""What stands out about somebody, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guanxi.crm.audit.models import Action
from guanxi.crm.watch.measure import Finding, Measure
from guanxi.crm.watch.queries import Period
from guanxi.crm.web.display import Display

LABELS: dict[Measure, str | Promise] = {
    Measure.REVEALS: gettext_lazy("Values shown in full"),
    Measure.OUTSIDE: gettext_lazy("Customers not of the own book"),
    Measure.EXPORTS: gettext_lazy("Exports"),
    Measure.ODD: gettext_lazy("At odd hours"),
    Measure.REFUSED: gettext_lazy("Access refused"),
}
# The audit log narrowed to the entries that a number counts.
NARROWED: dict[Measure, tuple[tuple[str, str], ...]] = {
    Measure.REVEALS: (("action", Action.REVEAL.value),),
    Measure.OUTSIDE: (("only", "outside"),),
    Measure.EXPORTS: (("action", Action.EXPORT.value),),
    Measure.ODD: (("only", "odd"),),
    Measure.REFUSED: (("only", "refused"),),
}
GRAVE = 6.0


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that stands out as the page says it, with the address of the very entries."""

    label: str
    count: str
    text: str
    url: str
    grave: bool


def entries_url(staff_id: str, period: Period, measure: Measure | None = None) -> str:
    """The audit log narrowed to a person, a period and what a number counts."""
    days = (("day_since", period.first.isoformat()), ("day_until", period.last.isoformat()))
    narrowed = NARROWED[measure] if measure else ()
    return f"{reverse('audit')}?{urlencode((('person', staff_id), *days, *narrowed))}"


def reason_of(one: Finding, staff_id: str, period: Period, display: Display) -> Reason:
    """A finding in words: how many, what is usual, how far off."""
    parts = []
    if one.usual_others is not None:
        parts.append(
            _("others in the same role: %(count)s in the middle") % {"count": display.count(round(one.usual_others))}
        )
    if one.usual_own is not None:
        parts.append(_("this person before: %(count)s") % {"count": display.count(round(one.usual_own))})
    count = display.count(one.count)
    return Reason(
        label=str(LABELS[one.measure]),
        count=count,
        text="; ".join(parts),
        url=entries_url(staff_id, period, one.measure),
        grave=one.score >= GRAVE,
    )


def days_word(days: int) -> str:
    """A period in words."""
    return ngettext("the last %(days)s day", "the last %(days)s days", days) % {"days": days}
