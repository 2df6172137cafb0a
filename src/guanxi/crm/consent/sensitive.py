"""Which fields of requests are secrets: a correction holds the very value that is wrong and the right one."""

from __future__ import annotations

from guanxi.crm.consent.corrections import Correctable
from guanxi.crm.consent.models import CaseStep, ConsentEvent, Correction, RightsCase
from guanxi.crm.kernel.masks import Secret
from guanxi.crm.kernel.sensitive import Sensitive, register
from guanxi.crm.party.sensitive import CONTACTS, IDENTIFIERS

KINDS: dict[str, Secret | None] = {
    **dict.fromkeys(Correctable.values),
    Correctable.ANNUAL_INCOME: Secret.INCOME,
    **{f"contact:{kind}": secret for kind, secret in CONTACTS.items()},
    **{f"identifier:{kind}": secret for kind, secret in IDENTIFIERS.items()},
}
CASE = "case__party_id"


def declare() -> None:
    """Declares them; called when the application is ready."""
    register(
        Sensitive(model=Correction, field="old_value", kind=Secret.WHOLE, by="field", kinds=KINDS, person=CASE),
        Sensitive(model=Correction, field="new_value", kind=Secret.WHOLE, by="field", kinds=KINDS, person=CASE),
        Sensitive(model=RightsCase, field="proof_reference", kind=Secret.WORDS),
        Sensitive(model=RightsCase, field="details", kind=Secret.WORDS),
        Sensitive(model=RightsCase, field="outcome", kind=Secret.WORDS),
        Sensitive(model=ConsentEvent, field="note", kind=Secret.WORDS),
        Sensitive(model=CaseStep, field="note", kind=Secret.WORDS, person=CASE),
    )
