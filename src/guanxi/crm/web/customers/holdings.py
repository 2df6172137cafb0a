"""The products a customer holds as one narrow cell: eight places, one a kind, always in the same order."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext_lazy as _

from guanxi.crm.holding.models import AgreementKind

KINDS: tuple[AgreementKind, ...] = (
    AgreementKind.DEMAND_DEPOSIT,
    AgreementKind.TERM_DEPOSIT,
    AgreementKind.LOAN,
    AgreementKind.CARD,
    AgreementKind.WEALTH,
    AgreementKind.INSURANCE,
    AgreementKind.FUND,
    AgreementKind.E_BANKING,
)
NONE = _("none")


def _letter(kind: AgreementKind) -> str:
    letters = {
        AgreementKind.DEMAND_DEPOSIT: pgettext("one character for demand deposit", "D"),
        AgreementKind.TERM_DEPOSIT: pgettext("one character for term deposit", "T"),
        AgreementKind.LOAN: pgettext("one character for loan", "L"),
        AgreementKind.CARD: pgettext("one character for card", "C"),
        AgreementKind.WEALTH: pgettext("one character for wealth product", "W"),
        AgreementKind.INSURANCE: pgettext("one character for insurance", "I"),
        AgreementKind.FUND: pgettext("one character for fund", "F"),
        AgreementKind.E_BANKING: pgettext("one character for e-banking", "E"),
    }
    return letters[kind]


def kinds_held(bits: int) -> list[AgreementKind]:
    """The kinds whose bit is set."""
    return [kind for position, kind in enumerate(KINDS) if bits >> position & 1]


def drawn(bits: int) -> str:
    """The cell's HTML."""
    return _drawn(bits, get_language() or "")


@lru_cache(maxsize=1024)
def _drawn(bits: int, language: str) -> str:
    names = ", ".join(str(kind.label) for kind in kinds_held(bits)) or str(NONE)
    # A character is as wide as its place: full width beside Chinese, and in English by the style's monospace.
    nothing = "・" if language.startswith("zh") else "·"
    places = "".join(_letter(kind) if bits >> position & 1 else nothing for position, kind in enumerate(KINDS))
    return f'<span class="gx-held" role="img" title="{escape(names)}">{escape(places)}</span>'


def written(bits: int) -> str:
    """The kinds in words, for a spreadsheet."""
    return ", ".join(str(kind.label) for kind in kinds_held(bits))
