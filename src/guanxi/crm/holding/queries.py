"""What a party holds: agreements and the roles in them. Events are in ``event_queries``, products in
``catalogue_queries``.

Every function begins at ``visible_to(scope)``; for a party outside it there is nothing. Numbers of accounts and cards
are masked here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from guanxi.crm.holding.codes import AgreementRole, AgreementStatus, RiskGrade
from guanxi.crm.holding.models import Agreement, AgreementKind, AgreementParty, Product
from guanxi.crm.kernel import sensitive
from guanxi.crm.kernel.periods import not_over
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.models import Party

AGREEMENTS_SHOWN = 300
ROLES_SHOWN = 100
BAD_GRADES = frozenset({RiskGrade.SUBSTANDARD, RiskGrade.DOUBTFUL, RiskGrade.LOSS})
KIND_ORDER = {kind: place for place, kind in enumerate(AgreementKind.values)}


@dataclass(frozen=True, slots=True)
class Held:
    """One agreement as the core banking system has it. Amounts in ``currency``; rates a year as fractions.

    ``number`` is that of the account or card, masked, which can be revealed; where there is none (``own_number``), the
    agreement's own.
    """

    id: str
    kind: str
    number: str
    own_number: bool
    product: Product
    dimension: str
    currency: str
    opened_on: date
    closed_on: date | None
    status: str
    amount: Decimal | None
    annual_rate: Decimal | None
    term_days: int | None
    maturity_date: date | None
    auto_renew: bool | None
    repayment: str
    risk_grade: str
    days_overdue: int
    overdue_amount: Decimal | None
    balance: Decimal | None

    @property
    def open(self) -> bool:
        """Whether it still lasts."""
        return self.closed_on is None and self.status != AgreementStatus.CLOSED

    @property
    def owed(self) -> bool:
        """Whether the balance is owed to the bank rather than held there."""
        return self.kind in {AgreementKind.LOAN, AgreementKind.CARD}

    @property
    def bad(self) -> bool:
        """Whether it is graded substandard or worse."""
        return self.risk_grade in BAD_GRADES

    @property
    def tail(self) -> str:
        """The last four characters of the number that the customer knows."""
        return self.number[-4:]


@dataclass(frozen=True, slots=True)
class Holdings:
    """The agreements of one party, open ones first. ``truncated`` says that there are more than are here."""

    agreements: tuple[Held, ...]
    truncated: bool

    def of_dimension(self, dimension: str) -> tuple[Held, ...]:
        """The agreements of one dimension."""
        return tuple(held for held in self.agreements if held.dimension == dimension)

    @property
    def open(self) -> tuple[Held, ...]:
        """Those that still last."""
        return tuple(held for held in self.agreements if held.open)

    @property
    def closed(self) -> tuple[Held, ...]:
        """Those that have ended."""
        return tuple(held for held in self.agreements if not held.open)


def number_shown(row: Agreement) -> str:
    """The number by which the customer knows an agreement, masked; its own where it has no other."""
    return sensitive.shown(Agreement, "account_number", row.account_number) or row.id


def _held(row: Agreement) -> Held:
    return Held(
        id=row.id,
        kind=row.kind,
        number=number_shown(row),
        own_number=not row.account_number,
        product=row.product,
        dimension=row.product.dimension,
        currency=row.currency,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        status=row.status,
        amount=row.amount,
        annual_rate=row.annual_rate,
        term_days=row.term_days or None,
        maturity_date=row.maturity_date,
        auto_renew=row.auto_renew,
        repayment=row.repayment,
        risk_grade=row.risk_grade,
        days_overdue=row.days_overdue or 0,
        overdue_amount=row.overdue_amount,
        balance=row.balance,
    )


def holdings(scope: Scope, party_id: str) -> Holdings:
    """The agreements held by one party, up to ``AGREEMENTS_SHOWN``; one query by index.

    Open before closed; then by kind, largest balance first (balances of different currencies are not compared).
    """
    rows: Any = (
        Agreement.objects.visible_to(scope)
        .filter(party_id=party_id)
        .select_related("product")
        .order_by("-closed_on", "-opened_on", "id")[: AGREEMENTS_SHOWN + 1]
    )
    found = [_held(row) for row in rows]
    kept = sorted(
        found[:AGREEMENTS_SHOWN],
        key=lambda held: (not held.open, KIND_ORDER.get(held.kind, 99), held.currency, -(held.balance or 0), held.id),
    )
    return Holdings(tuple(kept), truncated=len(found) > AGREEMENTS_SHOWN)


def agreement(scope: Scope, party_id: str, agreement_id: str) -> Held:
    """One agreement of one party; one query. Raises ``Agreement.DoesNotExist`` outside the scope or of another."""
    row = Agreement.objects.visible_to(scope).select_related("product").get(pk=agreement_id, party_id=party_id)
    return _held(row)


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role of a party in an agreement. ``other_id`` and ``other_name`` are empty where the scope does not reach."""

    role: str
    agreement_id: str
    agreement_kind: str
    other_id: str
    other_name: str
    number: str
    currency: str
    balance: Decimal | None
    days_overdue: int
    valid_from: date | None
    valid_to: date | None

    @property
    def hidden(self) -> bool:
        """Whether the other party lies outside the scope."""
        return not self.other_id


def roles_in_others(scope: Scope, party_id: str, *, today: date) -> tuple[RoleHeld, ...]:
    """What one party is in the agreements of others (guarantor, joint holder, ...), in force; three queries.

    Of an agreement whose holder is outside the scope nothing but the role is told.
    """
    rows: Any = list(
        AgreementParty.objects.visible_to(scope)
        .filter(not_over(today), party_id=party_id)
        .exclude(role=AgreementRole.HOLDER)
        .order_by("role", "agreement_id")[:ROLES_SHOWN]
    )
    # Not joined: the database itself hides the agreements of others, and the row would go with them.
    seen = Agreement.objects.visible_to(scope).in_bulk([row.agreement_id for row in rows]) if rows else {}
    held = [(row, seen.get(row.agreement_id)) for row in rows]
    held = [(row, agreement) for row, agreement in held if agreement is None or agreement.party_id != party_id]
    names = _names(scope, {agreement.party_id for _row, agreement in held if agreement})
    return tuple(_role(row, agreement, agreement.party_id if agreement else "", names) for row, agreement in held)


def others_in_own(scope: Scope, party_id: str, *, today: date) -> tuple[RoleHeld, ...]:
    """Who has a role in the agreements of one party (guarantors, joint holders, ...), in force; two queries."""
    own = Agreement.objects.visible_to(scope).filter(party_id=party_id)
    rows: Any = (
        AgreementParty.objects.filter(not_over(today), agreement__in=own)
        .exclude(party_id=party_id)
        .select_related("agreement")
        .order_by("role", "agreement_id", "party_id")[:ROLES_SHOWN]
    )
    rows = list(rows)
    names = _names(scope, {row.party_id for row in rows})
    return tuple(_role(row, row.agreement, row.party_id, names, own=True) for row in rows)


def _names(scope: Scope, ids: Iterable[str]) -> dict[str, str]:
    ids = list(ids)
    return dict(Party.objects.visible_to(scope).filter(id__in=ids).values_list("id", "name")) if ids else {}


def _role(
    row: AgreementParty, held: Agreement | None, other: str, names: dict[str, str], *, own: bool = False
) -> RoleHeld:
    shown = held if held is not None and (own or other in names) else None
    return RoleHeld(
        role=row.role,
        agreement_id=shown.id if shown else "",
        agreement_kind=shown.kind if shown else "",
        other_id=other if other in names else "",
        other_name=names.get(other, ""),
        number=number_shown(shown) if shown else "",
        currency=shown.currency if shown else "",
        balance=shown.balance if shown else None,
        days_overdue=(shown.days_overdue or 0) if shown else 0,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
