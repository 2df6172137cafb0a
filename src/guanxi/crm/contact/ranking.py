"""How rows of the morning list are ranked: pure arithmetic, every term of which the page can show.

A reason's points are weight x money x urgency x usefulness; a customer's are the sum of their reasons' points.

* *weight* is the setting in force (:class:`~guanxi.crm.contact.models.ReasonSetting`, or the program's own).
* *money* is ``1 + log10(1 + amount / 10,000 CNY)``: 1 without money, 2 at 90,000, 3 at 990,000, 4 at ten million. Ten
  times the money is one more, so that one large customer does not push everybody else off the list.
* *urgency* is 1 on the reason's day and halves with each half-life before and after it; one that grows gains a tenth
  for each day that it is late, up to twice.
* *usefulness* is what the person taught, measured: of the last :data:`MEMORY` what they did on account of this kind of
  reason against what they called not useful, as the mean of a Beta posterior over that of its prior Beta(4, 2). Without
  any evidence it is 1; one "not useful" makes it 0.86, ten in a row 0.38; it stays between 0 and 1.5.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from guanxi.crm.insight.reasons.base import Found, Reason

MEMORY = datetime.timedelta(days=180)
MONEY_UNIT = 10_000
PRIOR_USEFUL, PRIOR_USELESS = 4, 2
LATE_STEP, LATE_MOST = 0.1, 2.0


@dataclass(frozen=True, slots=True)
class Setting:
    """How much a kind of reason weighs; ``version`` 0 is the program's own."""

    weight: float
    lead_days: int
    keep_days: int
    half_life: int
    is_shown: bool = True
    version: int = 0

    @classmethod
    def of(cls, reason: Reason) -> Setting:
        """What holds while no administrator has said otherwise."""
        return cls(float(reason.weight), reason.lead_days, reason.keep_days, reason.half_life)


@dataclass(frozen=True, slots=True)
class Taught:
    """How often one person acted on a kind of reason, and how often they called it not useful."""

    useful: int = 0
    useless: int = 0

    @property
    def factor(self) -> float:
        """The mean of the Beta posterior over that of the prior."""
        prior = PRIOR_USEFUL / (PRIOR_USEFUL + PRIOR_USELESS)
        seen = PRIOR_USEFUL + PRIOR_USELESS + self.useful + self.useless
        return (PRIOR_USEFUL + self.useful) / seen / prior


@dataclass(frozen=True, slots=True)
class Term:
    """One reason of a row with the terms of its points. ``days`` from the day that is shown to the reason's own."""

    found: Found
    reason: Reason
    setting: Setting
    taught: Taught
    days: int
    money: float
    urgency: float

    @property
    def usefulness(self) -> float:
        """What the person taught; 1 for reasons that nobody teaches."""
        return self.taught.factor if self.reason.taught else 1.0

    @property
    def points(self) -> float:
        """The product of the terms."""
        return self.setting.weight * self.money * self.urgency * self.usefulness


@dataclass(frozen=True, slots=True)
class Ranked:
    """One customer with every reason, the weightiest first."""

    party_id: str
    terms: tuple[Term, ...]
    points: float = field(default=0.0)

    @property
    def amount(self) -> Decimal:
        """The most money that any one of the reasons is about: they may be about the same money."""
        return max((term.found.amount for term in self.terms), default=Decimal(0))


def money(amount: Decimal) -> float:
    """How much an amount counts."""
    return 1 + math.log10(1 + max(0.0, float(amount)) / MONEY_UNIT)


def urgency(days: int, half_life: int, *, grows: bool = False) -> float:
    """How much a day counts that lies ``days`` ahead (behind: negative)."""
    if grows and days <= 0:
        return min(LATE_MOST, 1 + LATE_STEP * -days)
    return 0.5 ** (abs(days) / half_life) if half_life else 1.0


def ranked(
    found: Iterable[Found],
    *,
    reasons: Mapping[str, Reason],
    settings: Mapping[str, Setting],
    taught: Mapping[str, Taught],
    today: datetime.date,
    as_of: datetime.date,
) -> list[Ranked]:
    """Rows, the weightiest first: one a customer, of the reasons whose days are told of. Live reasons count their days
    from ``today``, published ones from ``as_of``. Equal rows stand in the order of the customers' numbers.
    """
    rows: dict[str, list[Term]] = {}
    for one in found:
        reason = reasons[one.reason]
        setting = settings.get(one.reason) or Setting.of(reason)
        days = (one.day - (today if reason.found else as_of)).days
        if not setting.is_shown or not -setting.keep_days <= days <= setting.lead_days:
            continue
        term = Term(
            found=one,
            reason=reason,
            setting=setting,
            taught=taught.get(one.reason) or Taught(),
            days=days,
            money=money(one.amount),
            urgency=urgency(days, setting.half_life, grows=reason.grows),
        )
        rows.setdefault(one.party_id, []).append(term)
    made = []
    for party_id, terms in rows.items():
        terms.sort(key=lambda term: (-term.points, term.found.reason, term.found.day, term.found.ref))
        made.append(Ranked(party_id, tuple(terms), math.fsum(term.points for term in terms)))
    return sorted(made, key=lambda row: (-round(row.points, 9), row.party_id))
