"""What a reason is, the register of them, and how what they find is read: the published ones all at once."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from django.utils.functional import Promise

from guanxi.crm.insight.models import Alert
from guanxi.crm.kernel.scope import Scope

# Longer than this nobody is taken to look at an old business date: past it, days are counted from there.
LONGEST_PAUSE = datetime.timedelta(days=4)


class Act(StrEnum):
    """What is suggested first."""

    CALL = "call"
    VISIT = "visit"
    TASK = "task"


class Words(Protocol):
    """How figures are written for the person who reads (``web.display.Display``)."""

    @property
    def unit(self) -> str: ...

    def money(self, value: Decimal | None) -> str: ...
    def day(self, value: datetime.date | None) -> str: ...
    def percent(self, value: Decimal | None, places: int = 1) -> str: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose reasons are asked for: a scope, narrowed to some books; ``party_ids`` narrows to some customers.

    ``today`` is the calendar's day, ``business_date`` what is published of; None before the first night.
    """

    scope: Scope
    today: datetime.date
    business_date: datetime.date | None
    party_ids: tuple[str, ...] = ()

    @property
    def as_of(self) -> datetime.date:
        """The day that published days are counted from: today, where the business date is not long ago."""
        if self.business_date is None:
            return self.today
        return max(self.business_date, min(self.today, self.business_date + LONGEST_PAUSE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One reason to act on one customer. Amounts in CNY.

    With ``party_id``, ``reason`` and ``day`` it is this occasion and no other: what somebody says of it ("done") says
    nothing of the next one. ``ref`` is the number of what stands behind it (a task), ``title`` its own words.
    """

    party_id: str
    reason: str
    day: datetime.date
    amount: Decimal = Decimal(0)
    before: Decimal | None = None
    many: int = 1
    ref: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One kind of reason.

    ``why``, ``otherwise`` and ``advice`` say of one that was found, in the reader's way of writing figures: why now,
    what happens if nothing is done, what to do. The rest is how much it weighs until an administrator says otherwise
    (``docs/decisions/0031``): it is told of from ``lead_days`` before its day to ``keep_days`` after it, and loses half
    of its urgency in ``half_life`` days on either side (0: none); one that ``grows`` gains a tenth a day after it. What
    is done stays done, or for ``again_days`` where that is not 0.
    ``found`` reads what is so at this moment, and may be shared by several; without it, it is a published one.
    ``taught``: whether "not useful" makes it rank lower. One that is ``settled`` elsewhere (a task) is done or snoozed
    there; of all others it is marked.
    """

    code: str
    label: str | Promise
    icon: str
    why: Callable[[Found, Words], str]
    otherwise: Callable[[Found, Words], str]
    advice: Callable[[Found, Words], str]
    act: Act
    weight: Decimal
    lead_days: int
    keep_days: int
    half_life: int
    grows: bool = False
    again_days: int = 0
    taught: bool = True
    settled: bool = False
    found: Callable[[Asked], Iterable[Found]] | None = None


_REGISTER: dict[str, Reason] = {}


def register(*reasons: Reason) -> None:
    """Makes reasons known; called when an application is ready. Raises ``ValueError`` where another has the code."""
    for reason in reasons:
        if _REGISTER.setdefault(reason.code, reason) is not reason:
            raise ValueError(f"two reasons have the code {reason.code}")


def registered() -> dict[str, Reason]:
    """Every reason by its code, in the order in which they were registered."""
    return dict(_REGISTER)


def collect(asked: Asked) -> list[Found]:
    """Everything that the register finds: one query for all published reasons, and those of each live one."""
    found = published(asked)
    for source in dict.fromkeys(reason.found for reason in _REGISTER.values() if reason.found is not None):
        found += source(asked)
    return found


def published(asked: Asked) -> list[Found]:
    """The alerts of the business date within the scope; one query by an index of the manager, or of the customer."""
    if asked.business_date is None:
        return []
    rows = Alert.objects.visible_to(asked.scope).filter(business_date=asked.business_date)
    if asked.party_ids:
        rows = rows.filter(party_id__in=asked.party_ids)
    return [
        Found(party_id=party_id, reason=reason, day=day, amount=amount, before=before, many=many)
        for party_id, reason, day, amount, before, many in rows.values_list(
            "party_id", "reason", "due_on", "amount", "amount_before", "many"
        )
        if reason in _REGISTER
    ]


def with_unit(words: Words, amount: Decimal) -> str:
    """An amount with the name of its unit."""
    return f"{words.money(amount)} {words.unit}"
