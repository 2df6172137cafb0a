"""The published price of a product: the rate of the sheet for a currency and term, or the fee rate."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from guanxi.crm.holding.models import ProductRate


def published_price(product: Any, *, currency: str, term_days: int | None, day: datetime.date) -> Decimal | None:
    """What customers are offered by the sheet on a day, as a fraction a year; None where nothing is published.

    The fee rate where the product has one; else the rate of the longest published term that is not longer than the
    one asked for, or the shortest there is. One query, none for fee business.
    """
    if product.fee_rate is not None:
        return product.fee_rate
    rows = (
        ProductRate.objects.filter(product_id=product.pk, currency=currency, valid_from__lte=day)
        .order_by("term_days", "-valid_from")
        .distinct("term_days")
        .values_list("term_days", "annual_rate")
    )
    by_term = dict(rows)
    if not by_term:
        return None
    reached = [term for term in by_term if term <= (term_days or 0)]
    return by_term[max(reached)] if reached else by_term[min(by_term)]
