"""How an expected contribution comes about, in the words and figures that its page shows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from guanxi.crm.sales.contribution import Expected, Margin, expected
from guanxi.crm.sales.models import CurrencyRate, ProductMargin
from guanxi.crm.sales.models.opportunities import CNY
from guanxi.crm.sales.opportunity_moves import unapproved_of
from guanxi.crm.sales.opportunity_queries import Whole


@dataclass(frozen=True, slots=True)
class Explained:
    """A product of an opportunity with the margin published now and what it gives; ``is_newer``: the margin has been
    published anew since the products were saved, so that saving them again would give another figure.
    """

    row: Any
    margin: Margin | None
    source: Any | None
    parts: Expected | None
    amount_cny: Decimal | None
    unapproved: bool

    @property
    def is_newer(self) -> bool:
        """Whether what was stored is not what would be stored now."""
        return self.parts is not None and self.row.contribution != self.parts.total


def explained(whole: Whole) -> tuple[Explained, ...]:
    """Every product of an opportunity with its formula; two queries and those of approvals."""
    if not whole.products:
        return ()
    one = whole.opportunity
    margins = {row.pk: row for row in ProductMargin.objects.filter(pk__in=[line.product_id for line in whole.products])}
    rate: Decimal | None = Decimal(1)
    if one.currency != CNY:
        rate = CurrencyRate.objects.filter(currency=one.currency).values_list("rate", flat=True).first()
    waiting = set(unapproved_of(one))
    found = []
    for line in whole.products:
        source = margins.get(line.product_id)
        amount = None if rate is None else (line.amount * rate).quantize(Decimal("0.01"))
        margin = Margin.of(source) if source is not None else None
        parts = None
        if margin is not None and amount is not None:
            parts = expected(
                margin,
                kind=line.product.kind,
                amount=amount,
                quantity=line.quantity,
                term_days=line.term_days,
                price=line.price,
                is_fee=line.product.fee_rate is not None,
            )
        found.append(Explained(line, margin, source, parts, amount, line.product_id in waiting))
    return tuple(found)
