"""Clear values of parties, one at a time: what a reveal reads. Nothing else on the site calls these.

Every function begins at ``visible_to(scope)`` with the scope of the verb *reveal*, and returns None for what is not
there or lies outside it.
"""

from __future__ import annotations

from guanxi.crm.kernel import sensitive
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.sensitive import Clear
from guanxi.crm.party.codes import ContactKind, IdentifierKind, word
from guanxi.crm.party.models import ContactPoint, Party, PartyIdentifier
from guanxi.crm.party.queries import contact_key, document_key


def clear_contact(scope: Scope, party_id: str, key: str) -> Clear | None:
    """A phone number, an address, by its key; one query."""
    for row in ContactPoint.objects.visible_to(scope).filter(party_id=party_id):
        if contact_key(row) == key:
            return sensitive.of(ContactPoint, "value").clear(row.value, row.kind, word(ContactKind, row.kind))
    return None


def clear_document(scope: Scope, party_id: str, key: str) -> Clear | None:
    """A document's number, by its key; one query."""
    for row in PartyIdentifier.objects.visible_to(scope).filter(party_id=party_id):
        if document_key(row) == key:
            return sensitive.of(PartyIdentifier, "number").clear(row.number, row.kind, word(IdentifierKind, row.kind))
    return None


def clear_income(scope: Scope, party_id: str, _key: str) -> Clear | None:
    """The income a year in CNY; one query."""
    party = Party.objects.visible_to(scope).filter(pk=party_id).only("id", "annual_income").first()
    amount = party.annual_income if party else None
    entry = sensitive.of(Party, "annual_income")
    return None if amount is None else entry.clear(amount, text=f"CNY {amount:,.2f}")
