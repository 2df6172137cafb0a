"""What may be offered to a customer: products on sale that fit their line and their appetite for risk."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from guanxi.crm.holding.catalogue_queries import CatalogueEntry, catalogue
from guanxi.crm.holding.models import AgreementKind
from guanxi.crm.holding.queries import Holdings
from guanxi.crm.insight.models import Tier
from guanxi.crm.kernel.scope import KIND_OF_LINE
from guanxi.crm.web.customer.frame import Frame
from guanxi.crm.web.display import Display

SHOWN = 6
# Kinds for which the law asks that the product's risk be no higher than the customer's appetite for it.
SUITED = frozenset({AgreementKind.WEALTH, AgreementKind.FUND, AgreementKind.INSURANCE})
BORROWED = frozenset({AgreementKind.LOAN, AgreementKind.CARD})


@dataclass(frozen=True, slots=True)
class Offer:
    """A product that may be offered, with the rates that it has today (None where it has none)."""

    name: str
    kind: str
    risk_level: str
    lowest: Decimal | None
    highest: Decimal | None


@dataclass(frozen=True, slots=True)
class Offers:
    """What may be offered, kinds that the customer does not have first; ``none`` says why nothing may."""

    rows: tuple[Offer, ...]
    none: str = ""
    note: str = ""


def allowed_offers(frame: Frame, display: Display, held: Holdings) -> Offers:
    """The offers of one customer; two queries, none where nothing may be offered."""
    if frame.ban.limit is not None:
        return Offers((), none=_("The customer had the use of their data restricted: nothing is offered."))
    if frame.party.restricted or (frame.worth and frame.worth.tier == Tier.RESTRICTED):
        return Offers((), none=_("Business is restricted: no new agreement without the risk department's consent."))
    lines = {line for line, kind in KIND_OF_LINE.items() if kind == frame.party.kind}
    mine = {one.kind for one in held.open}
    fitting = [entry for entry in catalogue(day=frame.day) if _fits(entry, frame, lines)]
    fitting.sort(key=lambda entry: (entry.product.kind in mine, -(entry.highest or 0), entry.product.id))
    shown: list[Offer] = []
    seen: dict[str, int] = {}
    for entry in fitting:
        product = entry.product
        if seen.get(product.kind, 0) >= 2:
            continue
        seen[product.kind] = seen.get(product.kind, 0) + 1
        name = product.name if display.is_chinese or not product.name_en else product.name_en
        shown.append(Offer(name, product.kind, product.risk_level, entry.lowest, entry.highest))
    note = ""
    if frame.ban.everywhere or not frame.ban.open:
        note = _("No consent to marketing: advise when asked, send nothing.")
    return Offers(tuple(shown[:SHOWN]), note=note, none="" if shown else _("Nothing on sale fits this customer."))


def _fits(entry: CatalogueEntry, frame: Frame, lines: set[str]) -> bool:
    product = entry.product
    if not product.on_sale or product.kind == AgreementKind.E_BANKING:
        return False
    if product.line and product.line not in {*lines, "both"}:
        return False
    if product.kind in BORROWED and frame.worth is not None and frame.worth.days_overdue:
        return False
    if product.kind in SUITED and product.risk_level:
        # R3 is for C3 and above; whoever was never asked gets the lowest alone.
        appetite = frame.party.investment_risk[1:] or "1"
        return product.risk_level[1:] <= appetite
    return True
