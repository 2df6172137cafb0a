"""Which fields of parties are secrets, and how each kind is masked.

Public by law, therefore shown: an organisation's unified social credit code and organisation code, and its registered
address. All three stand in the state's own register of enterprises, which anybody may read.
"""

from __future__ import annotations

from guanxi.crm.kernel.masks import Secret
from guanxi.crm.kernel.sensitive import Sensitive, not_secret, register
from guanxi.crm.party.codes import ContactKind, IdentifierKind
from guanxi.crm.party.models import ContactPoint, Party, PartyIdentifier, SearchToken

IDENTIFIERS: dict[str, Secret | None] = {
    IdentifierKind.RESIDENT_ID: Secret.RESIDENT_NUMBER,
    IdentifierKind.PASSPORT: Secret.DOCUMENT_NUMBER,
    IdentifierKind.HK_MACAU_PERMIT: Secret.DOCUMENT_NUMBER,
    IdentifierKind.TAIWAN_PERMIT: Secret.DOCUMENT_NUMBER,
    IdentifierKind.MILITARY_ID: Secret.DOCUMENT_NUMBER,
    IdentifierKind.UNIFIED_CREDIT_CODE: None,
    IdentifierKind.ORGANISATION_CODE: None,
    IdentifierKind.OTHER: Secret.DOCUMENT_NUMBER,
}
CONTACTS: dict[str, Secret | None] = {
    ContactKind.MOBILE: Secret.PHONE,
    ContactKind.LANDLINE: Secret.PHONE,
    ContactKind.EMAIL: Secret.EMAIL,
    ContactKind.WECHAT: Secret.HANDLE,
    ContactKind.HOME_ADDRESS: Secret.ADDRESS,
    ContactKind.WORK_ADDRESS: Secret.ADDRESS,
    ContactKind.REGISTERED_ADDRESS: None,
}


def declare() -> None:
    """Declares them; called when the application is ready."""
    register(
        Sensitive(model=PartyIdentifier, field="number", kind=Secret.DOCUMENT_NUMBER, by="kind", kinds=IDENTIFIERS),
        Sensitive(model=ContactPoint, field="value", kind=Secret.WHOLE, by="kind", kinds=CONTACTS),
        Sensitive(model=Party, field="annual_income", kind=Secret.INCOME, person="id"),
    )
    not_secret(
        Party,
        "needed at a glance to serve somebody rightly (age, birthday); identity numbers are masked so that it helps "
        "nobody to complete them",
        "birth_date",
    )
    not_secret(
        SearchToken,
        "looked up with = and never shown; what protects it lies in the table",
        "token",
    )
