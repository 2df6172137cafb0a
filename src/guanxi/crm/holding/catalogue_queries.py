"""The product catalogue: products, their rates over time, and how many of one's customers hold them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from guanxi.crm.holding.models import Agreement, Product, ProductRate
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.models import Party

HOLDERS_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class RateStep:
    """A rate a year, as a fraction, from a day on."""

    valid_from: date
    annual_rate: Decimal


@dataclass(frozen=True, slots=True)
class RateLine:
    """The rates of a product in one currency and term, oldest first. ``term_days`` is 0 for none."""

    currency: str
    term_days: int
    steps: tuple[RateStep, ...]

    def on(self, day: date) -> RateStep | None:
        """The rate in force on a day, or None before the first."""
        return next((step for step in reversed(self.steps) if step.valid_from <= day), None)

    def before(self, day: date) -> RateStep | None:
        """The rate before the one in force on a day."""
        past = [step for step in self.steps if step.valid_from <= day]
        return past[-2] if len(past) > 1 else None

    def announced(self, day: date) -> RateStep | None:
        """The next rate that is to come after a day."""
        return next((step for step in self.steps if step.valid_from > day), None)


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A product with the span of its CNY rates in force on the day asked for (None where it has none)."""

    product: Product
    lowest: Decimal | None
    highest: Decimal | None
    terms: int


def catalogue(*, day: date) -> tuple[CatalogueEntry, ...]:
    """Every product, those on sale first within dimension and kind; two queries (a bank has some hundreds)."""
    rates: dict[str, dict[int, Decimal]] = {}
    rows = (
        ProductRate.objects.filter(currency="CNY", valid_from__lte=day)
        .order_by("product_id", "term_days", "-valid_from")
        .distinct("product_id", "term_days")
        .values_list("product_id", "term_days", "annual_rate")
    )
    for product_id, term_days, annual_rate in rows:
        rates.setdefault(product_id, {})[term_days] = annual_rate
    products = Product.objects.order_by("dimension", "kind", "-on_sale", "name", "id")
    return tuple(
        CatalogueEntry(
            product=product,
            lowest=min(rates[product.id].values(), default=None) if product.id in rates else None,
            highest=max(rates[product.id].values(), default=None) if product.id in rates else None,
            terms=len(rates.get(product.id, {})),
        )
        for product in products
    )


def rate_lines(product_id: str) -> tuple[RateLine, ...]:
    """The rates of one product with their history, CNY first, shortest term first; one query."""
    steps: dict[tuple[str, int], list[RateStep]] = {}
    rows = ProductRate.objects.filter(product_id=product_id).order_by("valid_from")
    for currency, term_days, valid_from, annual_rate in rows.values_list(
        "currency", "term_days", "valid_from", "annual_rate"
    ):
        steps.setdefault((currency, term_days), []).append(RateStep(valid_from, annual_rate))
    return tuple(
        RateLine(currency, term_days, tuple(line))
        for (currency, term_days), line in sorted(steps.items(), key=lambda item: (item[0][0] != "CNY", item[0]))
    )


@dataclass(frozen=True, slots=True)
class Holders:
    """How many customers of a scope hold a product; ``more`` where counting stopped."""

    count: int
    more: bool


# The index on (product, party) gives the holders in order, so that a customer with ten accounts is met once; the
# limit stops the scan early.
_HOLDERS = """
SELECT count(*) FROM (
    SELECT DISTINCT held.party_id FROM ({visible}) AS held LIMIT {limit}
) AS holders
"""


def holders(scope: Scope, product_id: str) -> Holders:
    """The customers of a scope who hold a product now, counted up to ``HOLDERS_COUNTED``; one query."""
    if not Party.objects.visible_to(scope).exists():
        return Holders(0, more=False)
    visible = Agreement.objects.visible_to(scope).filter(product_id=product_id, closed_on__isnull=True)
    sql, parameters = visible.values("party_id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS.format(visible=sql, limit=HOLDERS_COUNTED + 1), parameters)
        count = cursor.fetchone()[0]
    return Holders(min(count, HOLDERS_COUNTED), more=count > HOLDERS_COUNTED)
