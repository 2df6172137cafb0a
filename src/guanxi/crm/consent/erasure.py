"""Erasure: what goes, what the law makes the bank keep and until when, and doing it.

While the relationship lasts the bank needs the data to serve it, so only what rests on consent goes: every consent is
withdrawn and every use beyond the contract stops. Once it has ended, the customer is put into the register of
erasures: no list, search or page shows the customer any more, except to those who answer for personal data. The rows
that the nights bring from the bank's files come back each night until the bank takes them out of its files; the
register is what keeps them from being used.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.functional import Promise

from guanxi.crm.consent.case_services import CaseError, add_step, open_and_locked
from guanxi.crm.consent.codes import How, LimitKind
from guanxi.crm.consent.models import Limit, RetentionRule
from guanxi.crm.consent.package import throw_away_of
from guanxi.crm.consent.rights_codes import CaseKind, DataKind, KeptFrom, What
from guanxi.crm.consent.services import Evidence, withdraw_consent
from guanxi.crm.holding.models import Agreement, Event
from guanxi.crm.kernel.personal import registered


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of data: how many rows, whether they are kept, until when (None: as long as the relationship lasts, or
    not at all), on what ground.
    """

    kind: DataKind
    titles: tuple[str | Promise, ...]
    rows: int
    kept: bool
    until: datetime.date | None
    rule: RetentionRule


@dataclass(frozen=True, slots=True)
class Plan:
    """What an erasure would do today. ``ended`` is the day the relationship ended, None while it lasts."""

    parts: tuple[Part, ...]
    ended: datetime.date | None

    @property
    def keep_until(self) -> datetime.date | None:
        """The day after which nothing has to be kept any more; None while the relationship lasts."""
        return max((part.until for part in self.parts if part.until), default=None)


def relation_end(party_id: str) -> datetime.date | None:
    """The day the last agreement was closed; None while one is open, or where there never was one."""
    agreements = Agreement.objects.filter(party_id=party_id)
    if agreements.filter(closed_on__isnull=True).exists():
        return None
    return agreements.aggregate(last=Max("closed_on"))["last"]


def erasure_plan(party_id: str) -> Plan:
    """What would go, what stays, why and until when; as many queries as kinds of rows are registered, and four."""
    ended = relation_end(party_id)
    rules = {rule.kind: rule for rule in RetentionRule.objects.all()}
    last = Event.objects.filter(party_id=party_id).aggregate(last=Max("event_date"))["last"]
    counted: dict[str, tuple[int, tuple[str | Promise, ...]]] = {}
    for held in registered():
        many, titles = counted.get(held.kind, (0, ()))
        counted[held.kind] = (many + held.rows_of(party_id).count(), (*titles, held.title))
    return Plan(
        parts=tuple(
            _part(DataKind(kind), *counted[kind], rule=rules[kind], ended=ended, last=last)
            for kind in DataKind
            if kind in counted and kind in rules
        ),
        ended=ended,
    )


def _part(
    kind: DataKind,
    rows: int,
    titles: tuple[str | Promise, ...],
    *,
    rule: RetentionRule,
    ended: datetime.date | None,
    last: datetime.date | None,
) -> Part:
    if rule.kept_from == KeptFrom.NOT_KEPT:
        return Part(kind, titles, rows, False, None, rule)
    start = last if rule.kept_from == KeptFrom.RECORD else ended
    until = years_after(start, rule.years) if start is not None and ended is not None else None
    return Part(kind, titles, rows, until is None or until >= timezone.localdate(), until, rule)


def years_after(day: datetime.date, years: int) -> datetime.date:
    """The same day some years later; of a 29 February the 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return datetime.date(day.year + years, 3, 1)


def erase(*, case_id: int, staff_id: str) -> Limit:
    """Does what the plan says: consents withdrawn, copies deleted, uses stopped; into the register after the end."""
    with transaction.atomic():
        case = open_and_locked(case_id, CaseKind.ERASURE)
        party_id = case.party_id  # type: ignore[attr-defined]
        plan = erasure_plan(party_id)
        kind = LimitKind.RESTRICTION if plan.ended is None else LimitKind.ERASURE
        if Limit.objects.filter(party_id=party_id, kind=LimitKind.ERASURE, lifted_at__isnull=True).exists():
            raise CaseError(str(LimitKind.ERASURE.label))
        withdraw_consent(party_id=party_id, evidence=Evidence(how=How.CASE, reference=case.number, staff_id=staff_id))
        limit, _made = Limit.objects.get_or_create(
            party_id=party_id,
            kind=kind,
            lifted_at=None,
            defaults={"reason": case.number, "keep_until": plan.keep_until, "set_by_id": staff_id},
        )
        add_step(case, What.ERASED if kind == LimitKind.ERASURE else What.RESTRICTED, staff_id)
        transaction.on_commit(lambda: throw_away_of(party_id))
    return limit
