"""Who belongs together: owners and group of a company, guarantees in a circle, a person's household.

Every function begins at the customer's rows within the scope. Of whoever the scope does not reach there is neither
name nor number nor figure, only the fact that somebody stands there, as in the network of relations. Amounts are CNY;
what is added up is added up once a customer, and only of those who may be seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import chain

from django.db.models import Case, Q, Value, When

from guanxi.crm.insight.models import CustomerFigure, GroupMember, GuaranteeCircle, HouseholdMember, Ownership
from guanxi.crm.kernel.scope import Scope

OWNERS_SHOWN = 30
MEMBERS_SHOWN = 100
EDGES_SHOWN = 200
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Face:
    """A customer as it may be named: a hidden one has neither number nor name nor figures."""

    party_id: str = ""
    name: str = ""
    kind: str = ""
    tier: str = ""
    sub_tier: str = ""
    assets: Decimal = ZERO
    loan: Decimal = ZERO

    @property
    def hidden(self) -> bool:
        """Whether it may not be named."""
        return not self.party_id


HIDDEN = Face()


def faces(scope: Scope, party_ids: Iterable[str], *, day: date, unnamed: Collection[str] = ()) -> dict[str, Face]:
    """Some customers at a business date, those within the scope and not ``unnamed``; one query, none for nobody."""
    ids = {party_id for party_id in party_ids if party_id and party_id not in unnamed}
    if not ids:
        return {}
    rows = (
        CustomerFigure.objects.visible_to(scope)
        .filter(business_date=day, party_id__in=ids)
        .values_list("party_id", "name", "kind", "tier", "sub_tier", "assets", "loan")
    )
    return {row[0]: Face(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner of a company: what it holds directly, through all chains, and with those it controls, as fractions."""

    party: Face
    direct: Decimal
    effective: Decimal
    votes: Decimal
    controls: bool
    beneficial: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A company's owners and its group: whom it is controlled by in the end, and who else is.

    ``controller`` and ``parent`` are None for a company that nobody controls and that controls nobody. ``members`` are
    the companies of the group within the scope; ``assets`` and ``loan`` theirs together, each company once.
    """

    owners: tuple[Owner, ...] = ()
    controller: Face | None = None
    parent: Face | None = None
    members: tuple[Face, ...] = ()
    assets: Decimal = ZERO
    loan: Decimal = ZERO
    more: bool = False

    @property
    def beneficial(self) -> tuple[Owner, ...]:
        """The beneficial owners."""
        return tuple(owner for owner in self.owners if owner.beneficial)


@dataclass(frozen=True, slots=True)
class GroupRows:
    """What stands in the published tables about a company's owners and group, before anybody is named."""

    owners: tuple[Ownership, ...]
    own: GroupMember | None
    member_ids: tuple[str, ...]

    @property
    def party_ids(self) -> set[str]:
        """Everybody who is named here."""
        ends = {self.own.group_id, self.own.parent_id} if self.own else set()
        return {owner.owner_id for owner in self.owners} | ends | set(self.member_ids)


def group_rows(scope: Scope, party_id: str) -> GroupRows:
    """Owners and group of one company, as far as the scope reaches; two queries. Itself comes first of its group."""
    owners = tuple(
        Ownership.objects.visible_to(scope)
        .filter(party_id=party_id)
        .order_by("-effective_share", "-control_share", "owner_id")[:OWNERS_SHOWN]
    )
    group = GroupMember.objects.filter(party_id=party_id).values("group_id")
    itself = Case(When(party_id=party_id, then=Value(0)), default=Value(1))
    members = tuple(
        GroupMember.objects.visible_to(scope)
        .filter(group_id__in=group)
        .order_by(itself, "party_id")[: MEMBERS_SHOWN + 1]
    )
    own = next((row for row in members if row.party_id == party_id), None)
    return GroupRows(owners, own, tuple(row.party_id for row in members))


def group_of(rows: GroupRows, known: dict[str, Face]) -> Group:
    """The same with names and figures of those who are ``known``."""
    members = tuple(
        sorted(
            (known[one] for one in rows.member_ids[:MEMBERS_SHOWN] if one in known),
            key=lambda face: (-face.loan, -face.assets, face.party_id),
        )
    )
    return Group(
        owners=tuple(
            Owner(
                party=known.get(row.owner_id, replace(HIDDEN, kind=row.owner_kind)),
                direct=row.direct_share,
                effective=row.effective_share,
                votes=row.control_share,
                controls=row.controls,
                beneficial=row.is_beneficial,
            )
            for row in rows.owners
        ),
        controller=known.get(rows.own.group_id, HIDDEN) if rows.own else None,
        parent=known.get(rows.own.parent_id, HIDDEN) if rows.own else None,
        members=members,
        assets=sum((face.assets for face in members), ZERO),
        loan=sum((face.loan for face in members), ZERO),
        more=len(rows.member_ids) > MEMBERS_SHOWN,
    )


@dataclass(frozen=True, slots=True)
class Guarantee:
    """``guarantor`` answers for ``amount`` of what ``borrower`` owes; keys into the circle's ``parties``."""

    guarantor: str
    borrower: str
    amount: Decimal
    agreements: int


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle of guarantees. ``parties`` by a key that names them here alone; ``loan`` is what those who may be seen
    owe together, each once, ``hidden`` how many others stand in it.
    """

    parties: dict[str, Face]
    guarantees: tuple[Guarantee, ...]
    loan: Decimal
    hidden: int
    more: bool

    @property
    def seen(self) -> int:
        """How many of it may be seen."""
        return len(self.parties) - self.hidden


def circle_rows(party_id: str) -> tuple[GuaranteeCircle, ...]:
    """The guarantees of the circle in which a customer within the scope stands; one query."""
    own = GuaranteeCircle.objects.filter(Q(party_id=party_id) | Q(guarantor_id=party_id)).values("circle_id")
    return tuple(
        GuaranteeCircle.objects.filter(circle_id__in=own).order_by("guarantor_id", "party_id")[: EDGES_SHOWN + 1]
    )


def circle_of(rows: tuple[GuaranteeCircle, ...], party_id: str, known: dict[str, Face]) -> Circle | None:
    """The same with names and figures of those who are ``known``, ``party_id`` first; None where there is no circle.

    A guarantee between two who may not be named is left out.
    """
    shown = [row for row in rows[:EDGES_SHOWN] if {row.guarantor_id, row.party_id} & {party_id, *known}]
    if not shown:
        return None
    ids = dict.fromkeys([party_id, *chain.from_iterable((row.guarantor_id, row.party_id) for row in shown)])
    keys = {one: f"n{place}" for place, one in enumerate(ids)}
    parties = {key: known.get(one, HIDDEN) for one, key in keys.items()}
    return Circle(
        parties=parties,
        guarantees=tuple(
            Guarantee(keys[row.guarantor_id], keys[row.party_id], row.amount, row.agreements) for row in shown
        ),
        loan=sum((face.loan for face in parties.values()), ZERO),
        hidden=sum(face.hidden for face in parties.values()),
        more=len(rows) > EDGES_SHOWN,
    )


@dataclass(frozen=True, slots=True)
class Housemate:
    """A member of a household, how probable that is, and what speaks for it."""

    party: Face
    probability: Decimal
    by_relation: bool
    by_account: bool
    by_address: bool


@dataclass(frozen=True, slots=True)
class Household:
    """The members of a person's household within the scope, the surest first, and what they hold and owe together."""

    members: tuple[Housemate, ...]
    assets: Decimal
    loan: Decimal


def household_rows(scope: Scope, party_id: str) -> tuple[HouseholdMember, ...]:
    """The household of one person, as far as the scope reaches; one query."""
    visible = HouseholdMember.objects.visible_to(scope)
    own = HouseholdMember.objects.filter(party_id=party_id).values("household_id")
    return tuple(visible.filter(household_id__in=own).order_by("-probability", "party_id")[:MEMBERS_SHOWN])


def household_of(rows: tuple[HouseholdMember, ...], known: dict[str, Face]) -> Household | None:
    """The same with names and figures; None where fewer than two may be seen."""
    members = tuple(
        Housemate(known[row.party_id], row.probability, row.by_relation, row.by_account, row.by_address)
        for row in rows
        if row.party_id in known
    )
    if len(members) < 2:
        return None
    return Household(
        members,
        assets=sum((one.party.assets for one in members), ZERO),
        loan=sum((one.party.loan for one in members), ZERO),
    )
