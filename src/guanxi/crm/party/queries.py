"""Who a party is: profile, documents, contacts. Relations are in ``relation_queries``.

Every function begins at ``visible_to(scope)``: for a party outside it, the profile raises ``Party.DoesNotExist`` and
the others return nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.models import Institution, Staff
from guanxi.crm.party.codes import ContactKind
from guanxi.crm.party.models import ContactPoint, LinkedParty, Party, PartyIdentifier, PartyKind

LATIN_PHONE = frozenset("+0123456789")


@dataclass(frozen=True, slots=True)
class PartyProfile:
    """One party with the names of who looks after it. Amounts in CNY."""

    id: str
    kind: str
    name: str
    name_en: str
    gender: str
    birth_date: date | None
    nationality: str
    education: str
    occupation: str
    annual_income: Decimal | None
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
    """A document of a party: its number is masked but for the last four characters."""

    kind: str
    masked: str
    valid_from: date | None
    valid_to: date | None
    is_primary: bool

    def expired(self, today: date) -> bool:
        """Whether its validity had ended by ``today``."""
        return self.valid_to is not None and self.valid_to < today


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach a party."""

    kind: str
    value: str
    is_primary: bool

    @property
    def href(self) -> str:
        """What a tap on it opens: the dialler or the mail program; empty for what opens nothing."""
        if self.kind in {ContactKind.MOBILE, ContactKind.LANDLINE}:
            return "tel:" + "".join(character for character in self.value if character in LATIN_PHONE)
        return f"mailto:{self.value}" if self.kind == ContactKind.EMAIL else ""


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
        annual_income=party.annual_income,
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


def mask(number: str) -> str:
    """A number of which only the last four characters show; one of four or fewer does not show at all."""
    shown = number[-4:] if len(number) > 4 else ""
    return "*" * (len(number) - len(shown)) + shown


def documents(scope: Scope, party_id: str) -> tuple[Document, ...]:
    """The documents of one party, the primary one first; one query."""
    rows = PartyIdentifier.objects.visible_to(scope).filter(party_id=party_id).order_by("-is_primary", "kind", "number")
    return tuple(
        Document(
            kind=row.kind,
            masked=mask(row.number),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            is_primary=row.is_primary,
        )
        for row in rows
    )


def contacts(scope: Scope, party_id: str) -> tuple[Contact, ...]:
    """The ways to reach one party, in the order of ``ContactKind``, first choices first; one query."""
    rank = {kind: place for place, kind in enumerate(ContactKind.values)}
    rows = ContactPoint.objects.visible_to(scope).filter(party_id=party_id)
    return tuple(
        Contact(kind=row.kind, value=row.value, is_primary=row.is_primary)
        for row in sorted(rows, key=lambda row: (rank.get(row.kind, len(rank)), not row.is_primary, row.sequence_no))
    )


def institutions_linked_to(party_id: str) -> tuple[str, ...]:
    """The institutions that have a customer of the other line to whom this one is related, sorted; one query."""
    rows = LinkedParty.objects.filter(party_id=party_id).order_by("institution_id")
    return tuple(rows.values_list("institution_id", flat=True))
