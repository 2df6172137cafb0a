"""Reads of the requests of persons: one case whole, a customer's cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F

from guanxi.crm.consent.codes import LimitKind
from guanxi.crm.consent.corrections import SEVERAL, Correctable
from guanxi.crm.consent.erasure import Plan, erasure_plan
from guanxi.crm.consent.models import CaseStep, Correction, Limit, Package, RightsCase
from guanxi.crm.consent.rights_codes import CaseKind
from guanxi.crm.kernel import sensitive
from guanxi.crm.kernel.scope import Scope

NEAR = 5
"""So many calendar days before its deadline a case is pressing."""
CASES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a case, its note without long numbers."""

    at: datetime
    what: str
    label: str
    who: str
    note: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction with both values as everybody sees them; ``public`` where nothing of them is hidden."""

    id: int
    label: str
    old_value: str
    new_value: str
    public: bool
    state: str
    state_label: str
    arrived_on: date | None


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of a case without long numbers: the proof of identity, what is asked, the answer."""

    proof: str
    details: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Whole:
    """One case with its steps (newest first) and what its kind needs: corrections, packages, plan, restriction."""

    case: RightsCase
    words: Asked
    steps: tuple[Step, ...]
    corrections: tuple[Corrected, ...]
    packages: tuple[Package, ...]
    plan: Plan | None
    restriction: Limit | None


def rights_case(scope: Scope, number: str) -> RightsCase:
    """One case; raises ``RightsCase.DoesNotExist`` for one of a customer that ``scope`` does not reach. One query."""
    rows = RightsCase.objects.visible_to(scope).select_related("party", "owner", "taken_in_by")
    return rows.get(number=number)


def whole_case(case: RightsCase) -> Whole:
    """A case with all that its page shows; two queries, and those of its kind."""
    party_id = case.party_id  # type: ignore[attr-defined]
    kind, still = CaseKind(case.kind), case.is_open
    return Whole(
        case=case,
        words=words_of(case),
        steps=tuple(_step(one) for one in case.steps.annotate(who=F("staff__name")).order_by("-id")),  # type: ignore[attr-defined]
        corrections=tuple(_corrected(one) for one in _of(case, "corrections", kind is CaseKind.CORRECTION)),
        packages=tuple(_of(case, "packages", kind in (CaseKind.ACCESS, CaseKind.PORTABILITY))),
        plan=erasure_plan(party_id) if kind is CaseKind.ERASURE and still else None,
        restriction=Limit.objects.filter(party_id=party_id, kind=LimitKind.RESTRICTION, lifted_at__isnull=True).first()
        if kind in (CaseKind.RESTRICTION, CaseKind.ERASURE)
        else None,
    )


def words_of(case: RightsCase) -> Asked:
    """What somebody wrote into a case, as everybody may read it."""
    return Asked(
        proof=sensitive.shown(RightsCase, "proof_reference", case.proof_reference),
        details=sensitive.shown(RightsCase, "details", case.details),
        outcome=sensitive.shown(RightsCase, "outcome", case.outcome),
    )


def _step(row: Any) -> Step:
    note = sensitive.shown(CaseStep, "note", row.note)
    return Step(at=row.at, what=row.what, label=row.get_what_display(), who=row.who or "", note=note)


def _corrected(row: Correction) -> Corrected:
    old, new = sensitive.of(Correction, "old_value"), sensitive.of(Correction, "new_value")
    return Corrected(
        id=row.pk,
        label=str(Correctable(row.field).label) if row.field in Correctable.values else row.field,
        old_value=SEVERAL.join(old.shown(value, row.field) for value in row.old_value.split(SEVERAL)),
        new_value=new.shown(row.new_value, row.field),
        public=new.kind_of(row.field) is None,
        state=row.state,
        state_label=row.get_state_display(),  # type: ignore[attr-defined]
        arrived_on=row.arrived_on,
    )


def _of(case: RightsCase, name: str, wanted: bool) -> list[Any]:
    return list(getattr(case, name).order_by("-pk" if name == "corrections" else "-created_at")) if wanted else []


def cases_of(scope: Scope, party_id: str) -> tuple[RightsCase, ...]:
    """The last requests of one party, newest first; one query."""
    return tuple(RightsCase.objects.visible_to(scope).filter(party_id=party_id).order_by("-id")[:CASES_SHOWN])


@dataclass(frozen=True, slots=True)
class Deadline:
    """How a case stands to its deadline. ``days`` are calendar days, negative once it has passed."""

    due_on: date
    days: int
    open: bool

    @property
    def overdue(self) -> bool:
        """Whether it should have been answered."""
        return self.open and self.days < 0

    @property
    def near(self) -> bool:
        """Whether it has to be answered within days."""
        return self.open and 0 <= self.days <= NEAR


def deadline_of(case: RightsCase, today: date) -> Deadline:
    """How a case stands to its deadline today; for a closed one, how it stood when it was closed."""
    at = today if case.closed_at is None else case.closed_at.date()
    return Deadline(case.due_on, case.days_left(at), case.is_open)
