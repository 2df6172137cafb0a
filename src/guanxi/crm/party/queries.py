"""Who a party is: profile, documents, contacts. Relations are in ``relation_queries``.

What is a secret is masked here, as ``party/sensitive.py`` declares it: no clear value leaves this room but through
``reveal_queries``. Every function begins at ``visible_to(scope)``: for a party outside it, the profile raises
``Party.DoesNotExist`` and the others return nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from guanxi.crm.audit.digest import mark_of
from guanxi.crm.kernel import sensitive
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.models import Institution, Staff
from guanxi.crm.party.codes import ContactKind
from guanxi.crm.party.models import ContactPoint, LinkedParty, Party, PartyIdentifier, PartyKind

PHONES = frozenset({ContactKind.MOBILE, ContactKind.LANDLINE})


@dataclass(frozen=True, slots=True)
class PartyProfile:
    """One party with the names of who looks after it. Amounts in CNY; of the income only its band."""

    id: str
    kind: str
    name: str
    name_en: str
    gender: str
    birth_date: date | None
    nationality: str
    education: str
    occupation: str
    annual_income: str
    industry_code: str
    organisation_scale: str
    registered_capital: Decimal | None
    employees: int | None
    established_on: date | None
    institution: Institution
    manager: Staff | None
    opened_on: date
    investment_risk: str
    aml_risk: str
    restricted: bool
    status: str

    @property
    def is_organisation(self) -> bool:
        """Whether it is an organisation rather than a person."""
        return self.kind == PartyKind.ORGANISATION

    def age(self, today: date) -> int | None:
        """Full years of a person on ``today``, or None where the date of birth is not known."""
        if self.birth_date is None:
            return None
        had_birthday = (today.month, today.day) >= (self.birth_date.month, self.birth_date.day)
        return today.year - self.birth_date.year - (not had_birthday)


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a party with its number as everybody sees it; ``key`` names it where it is to be revealed."""

    kind: str
    key: str
    masked: str
    public: bool
    valid_from: date | None
    valid_to: date | None
    is_primary: bool

    def expired(self, today: date) -> bool:
        """Whether its validity had ended by ``today``."""
        return self.valid_to is not None and self.valid_to < today


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach a party, as everybody sees it; ``key`` names it where it is to be revealed."""

    kind: str
    key: str
    value: str
    public: bool
    is_primary: bool

    @property
    def is_phone(self) -> bool:
        """Whether it can be called."""
        return self.kind in PHONES


def party_profile(scope: Scope, party_id: str) -> PartyProfile:
    """The profile of one party; one query. Raises ``Party.DoesNotExist`` for one that ``scope`` does not reach."""
    party = Party.objects.visible_to(scope).select_related("institution", "manager").get(pk=party_id)
    return PartyProfile(
        id=party.id,
        kind=party.kind,
        name=party.name,
        name_en=party.name_en,
        gender=party.gender,
        birth_date=party.birth_date,
        nationality=party.nationality,
        education=party.education,
        occupation=party.occupation,
        annual_income=sensitive.shown(Party, "annual_income", party.annual_income),
        industry_code=party.industry_code,
        organisation_scale=party.organisation_scale,
        registered_capital=party.registered_capital,
        employees=party.employees,
        established_on=party.established_on,
        institution=party.institution,
        manager=party.manager,
        opened_on=party.opened_on,
        investment_risk=party.investment_risk,
        aml_risk=party.aml_risk,
        restricted=party.restricted,
        status=party.status,
    )


def document_key(row: PartyIdentifier) -> str:
    """A name for one document that tells nothing of its number."""
    return mark_of(f"document {row.party_id} {row.kind} {row.number}")  # type: ignore[attr-defined]


def contact_key(row: ContactPoint) -> str:
    """A name for one contact within its party."""
    return f"{row.kind}-{row.sequence_no}"


def documents(scope: Scope, party_id: str) -> tuple[Document, ...]:
    """The documents of one party, the primary one first; one query."""
    number = sensitive.of(PartyIdentifier, "number")
    rows = PartyIdentifier.objects.visible_to(scope).filter(party_id=party_id)
    rows = rows.order_by("-is_primary", "kind", "sequence_no")
    return tuple(
        Document(
            kind=row.kind,
            key=document_key(row),
            masked=number.shown(row.number, row.kind),
            public=number.kind_of(row.kind) is None,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            is_primary=row.is_primary,
        )
        for row in rows
    )


def contacts(scope: Scope, party_id: str) -> tuple[Contact, ...]:
    """The ways to reach one party, in the order of ``ContactKind``, first choices first; one query."""
    value = sensitive.of(ContactPoint, "value")
    rank = {kind: place for place, kind in enumerate(ContactKind.values)}
    rows = ContactPoint.objects.visible_to(scope).filter(party_id=party_id)
    return tuple(
        Contact(
            kind=row.kind,
            key=contact_key(row),
            value=value.shown(row.value, row.kind),
            public=value.kind_of(row.kind) is None,
            is_primary=row.is_primary,
        )
        for row in sorted(rows, key=lambda row: (rank.get(row.kind, len(rank)), not row.is_primary, row.sequence_no))
    )


def phone_keys(scope: Scope, party_ids: Iterable[str]) -> dict[str, str]:
    """By party, the name of the number to call, of those who have one; one query that opens no number."""
    rows = ContactPoint.objects.visible_to(scope).filter(party_id__in=list(party_ids), kind__in=sorted(PHONES))
    rank = {kind: place for place, kind in enumerate(ContactKind.values)}
    found: dict[str, tuple[tuple[int, bool, int], str]] = {}
    for party_id, kind, sequence, primary in rows.values_list("party_id", "kind", "sequence_no", "is_primary"):
        place = (rank.get(kind, len(rank)), not primary, sequence)
        if party_id not in found or place < found[party_id][0]:
            found[party_id] = (place, f"{kind}-{sequence}")
    return {party_id: key for party_id, (_place, key) in found.items()}


def linked_across(scope: Scope, *, at_most: int) -> int:
    """How many customers ``scope`` sees across the wall, counted up to ``at_most``; one query over an index."""
    sides = Q(kind=PartyKind.PERSON, institution_id__in=scope.retail_links)
    sides |= Q(kind=PartyKind.ORGANISATION, institution_id__in=scope.corporate_links)
    return LinkedParty.objects.filter(sides).order_by()[:at_most].count()


def institutions_linked_to(party_id: str) -> tuple[str, ...]:
    """The institutions that have a customer of the other line to whom this one is related, sorted; one query."""
    rows = LinkedParty.objects.filter(party_id=party_id).order_by("institution_id")
    return tuple(rows.values_list("institution_id", flat=True))
