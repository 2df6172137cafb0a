"""What follows from what a person said: which word is the last one, and what holds after two customers become one.

Nothing here reads or writes the database; the property tests of ``tests/consent`` hold these functions to their laws.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from guanxi.crm.consent.codes import Decision, LimitKind, Why

FOR_EVER = date.max


@dataclass(frozen=True, slots=True)
class Will:
    """What a person said about one purpose and channel, ``at`` a moment; ``valid_until`` is the last day it holds."""

    decision: str
    at: datetime
    valid_until: date | None = None

    @property
    def withdrawn(self) -> bool:
        """Whether it is a withdrawal."""
        return self.decision == Decision.WITHDRAWN


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a person may be contacted or the data used, and why; ``since`` and ``until`` where something was said."""

    allowed: bool
    why: Why
    since: datetime | None = None
    until: date | None = None

    @property
    def since_day(self) -> date | None:
        """The day, at the bank, since which it is so."""
        return None if self.since is None else timezone.localdate(self.since)


def overrides(new: Will, current: Will) -> bool:
    """Whether ``new`` is the person's last word: the later one; of two at the same moment the withdrawal."""
    return (new.at, new.withdrawn) >= (current.at, current.withdrawn)


def merged(one: Will | None, other: Will | None) -> Will | None:
    """What holds when two customers turn out to be the same person: a withdrawal of either, else the later consent.

    Of two consents of the same moment the one that ends first. The order of the two does not matter, nor, among three,
    which are merged first.
    """
    if one is None or other is None:
        return one or other
    if one.withdrawn or other.withdrawn:
        return max((will for will in (one, other) if will.withdrawn), key=lambda will: will.at)
    return max((one, other), key=lambda will: (will.at, -(will.valid_until or FOR_EVER).toordinal()))


def judged(will: Will | None, limits: frozenset[str], on: date) -> Answer:
    """The answer for a day: a limit stops everything, then the last word decides."""
    if LimitKind.ERASURE in limits:
        return Answer(False, Why.ERASED)
    if LimitKind.RESTRICTION in limits:
        return Answer(False, Why.RESTRICTED)
    if will is None:
        return Answer(False, Why.NOT_ASKED)
    if will.withdrawn:
        return Answer(False, Why.WITHDRAWN, will.at)
    if will.valid_until is not None and will.valid_until < on:
        return Answer(False, Why.EXPIRED, will.at, will.valid_until)
    return Answer(True, Why.GIVEN, will.at, will.valid_until)
