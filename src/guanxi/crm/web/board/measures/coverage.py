"""Coverage: premier customers whom nobody has reached for thirty days."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.effort.queries import NO_CONTACT_DAYS, Coverage, coverage_of
from guanxi.crm.web.board.measures.base import BAD, CALM, WARN, Asked, Cell, Column, Measure
from guanxi.crm.web.display import Display


def since(today: datetime.date) -> datetime.datetime:
    """The moment before which a last contact lies too far back."""
    day = today - datetime.timedelta(days=NO_CONTACT_DAYS)
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _read(asked: Asked) -> Mapping[str, Coverage]:
    return coverage_of(asked.scope, asked.staff, since=since(asked.today))


def _together(one: Coverage, other: Coverage) -> Coverage:
    return Coverage(one.premier + other.premier, one.quiet + other.quiet)


def _draw(display: Display, found: Coverage) -> Cell:
    tone = BAD if found.quiet * 2 > found.premier else WARN if found.quiet else CALM
    small = _("of %(number)s") % {"number": display.count(found.premier)} if found.premier else ""
    return Cell(display.count(found.quiet), found.quiet, small, tone)


COVERAGE = Measure(
    name="coverage",
    read=_read,
    none=Coverage(),
    combine=_together,
    columns=(
        Column(
            key="quiet",
            label=gettext_lazy("Premier without contact"),
            draw=_draw,
            sheet=lambda found: found.quiet,
            hint=gettext_lazy(
                "Premier customers whom nobody has reached for 30 days; a call without answer does not count"
            ),
        ),
    ),
)
