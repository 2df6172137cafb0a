"""What the published marts say about each product and currency, summed once a publication by a job."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.holding.models import Product


class ProductMargin(models.Model):
    """Grain: one row a product: sums over all its agreements in one month, as published, CNY.

    ``month`` is the month summed over, the last closed one (``running``: the running month, before the first is
    closed). ``balance_days`` is the sum of balances at each day's end, ``interest_sum`` that of balance times spread,
    ``priced_days`` that of the balances with a customer's rate and ``rate_sum`` of those balances times the rate;
    ``agreement_days`` counts an agreement once a day. What they mean: ``sales/contribution.py``.
    """

    product = models.OneToOneField(Product, models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="+")
    night = models.DateField(_("published for"))
    month = models.DateField(_("month"))
    running = models.BooleanField(_("running month"), default=False)
    agreements = models.IntegerField(_("agreements"))
    agreement_days = models.BigIntegerField(_("days of agreements"))
    day_basis = models.SmallIntegerField(_("day basis"))
    balance_days = models.DecimalField(_("sum of daily balances"), max_digits=30, decimal_places=2)
    interest_sum = models.DecimalField(_("sum of balance times spread"), max_digits=38, decimal_places=8)
    priced_days = models.DecimalField(_("sum of daily balances with a rate"), max_digits=30, decimal_places=2)
    rate_sum = models.DecimalField(_("sum of balance times rate"), max_digits=38, decimal_places=8)
    fees = models.DecimalField(_("fees"), max_digits=24, decimal_places=2)
    cost = models.DecimalField(_("cost to serve"), max_digits=24, decimal_places=2)
    expected_loss = models.DecimalField(_("expected loss"), max_digits=24, decimal_places=2)

    class Meta:
        verbose_name = _("margin of a product")
        verbose_name_plural = _("margins of products")

    def __str__(self) -> str:
        return f"{self.product_id} {self.month:%Y-%m}"  # type: ignore[attr-defined]


class CurrencyRate(models.Model):
    """Grain: one row a currency: CNY for one unit, as published balances say: in CNY over in their own currency."""

    currency = models.CharField(_("currency"), max_length=3, primary_key=True)
    night = models.DateField(_("published for"))
    rate = models.DecimalField(_("CNY for one"), max_digits=14, decimal_places=6)

    class Meta:
        verbose_name = _("rate of a currency")
        verbose_name_plural = _("rates of currencies")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="currency_rate_is_positive")
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate}"
