"""The maturity ladder: what one customer holds and owes, by when it ends."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanxi.crm.holding.queries import Held, Holdings
from guanxi.crm.insight.customer_queries import Standing

STEPS: tuple[tuple[int, str | Promise], ...] = (
    (30, _("within 30 days")),
    (90, _("31 to 90 days")),
    (180, _("91 to 180 days")),
    (365, _("181 to 365 days")),
    (100_000, _("later")),
)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Step:
    """What ends within one stretch of time, CNY; ``next`` is what ends first in it."""

    label: str | Promise
    held: Decimal
    owed: Decimal
    agreements: int
    next: Held | None


def ladder(held: Holdings, standings: Mapping[str, Standing], *, day: datetime.date) -> tuple[Step, ...]:
    """The steps with anything in them; what ended before ``day`` is left out. Costs no query."""
    due = sorted(
        (one for one in held.open if one.maturity_date and one.maturity_date >= day and one.id in standings),
        key=lambda one: (one.maturity_date or day, one.id),
    )
    made, before = [], -1
    for days, label in STEPS:
        here = [one for one in due if one.maturity_date and before < (one.maturity_date - day).days <= days]
        before = days
        if here:
            made.append(
                Step(
                    label,
                    sum((standings[one.id].balance for one in here if not one.owed), ZERO),
                    sum((standings[one.id].balance for one in here if one.owed), ZERO),
                    len(here),
                    here[0],
                )
            )
    return tuple(made)
