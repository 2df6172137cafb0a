"""What can be revealed: by the word in the address, the one query that reads it clear."""

from __future__ import annotations

from collections.abc import Callable

from guanxi.crm.consent.reveal_queries import clear_corrected_from, clear_corrected_to
from guanxi.crm.holding.reveal_queries import clear_account, clear_other_account
from guanxi.crm.identity.reveal_queries import clear_field
from guanxi.crm.kernel.masks import Secret
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.sensitive import Clear
from guanxi.crm.party.reveal_queries import clear_contact, clear_document, clear_income

THINGS: dict[str, Callable[[Scope, str, str], Clear | None]] = {
    "contact": clear_contact,
    "document": clear_document,
    "income": clear_income,
    "account": clear_account,
    "other-account": clear_other_account,
    "record": clear_field,
    "corrected-from": clear_corrected_from,
    "corrected-to": clear_corrected_to,
}
DIALLED = frozenset("+0123456789")


def href_of(clear: Clear) -> str:
    """What a tap on a clear value opens, the dialler or the mail program; empty for what opens nothing."""
    if clear.kind is Secret.PHONE:
        return "tel:" + "".join(sign for sign in clear.value if sign in DIALLED)
    return f"mailto:{clear.value}" if clear.kind is Secret.EMAIL else ""
