"""Sums what the newest publication says about each product: the margins that expected contributions are made of.

A manager sees the agreements of the own book alone; the margin is the bank's, and the same for everybody. So a job of
the house sums it once a publication, and pages read some hundred rows.
"""

from __future__ import annotations

import datetime

from django.db import connection, transaction

from guanxi.crm.insight.models import AgreementMonth
from guanxi.crm.insight.queries import newest_publication
from guanxi.crm.sales.models import CurrencyRate, ProductMargin

_SUMS = """
INSERT INTO sales_productmargin (product_id, night, month, running, agreements, agreement_days, day_basis, balance_days,
    interest_sum, priced_days, rate_sum, fees, cost, expected_loss)
SELECT a.product_id, %(night)s, %(month)s, %(running)s, count(*), sum(f.days),
    mode() WITHIN GROUP (ORDER BY f.day_basis), sum(f.balance_sum), sum(f.interest_sum),
    coalesce(sum(f.balance_sum) FILTER (WHERE f.annual_rate IS NOT NULL), 0),
    coalesce(sum(f.balance_sum * f.annual_rate), 0), sum(f.fees), sum(f.cost), sum(f.expected_loss)
FROM {table} f
JOIN holding_agreement a ON a.id = f.agreement_id
WHERE f.{column} = %(day)s
GROUP BY a.product_id
HAVING sum(f.days) > 0
"""
# An agreement's balance is published twice: in its own currency and in CNY.
_RATES = """
INSERT INTO sales_currencyrate (currency, night, rate)
SELECT a.currency, %(night)s, round(sum(f.balance) / sum(a.balance), 6)
FROM insight_agreementfigure f
JOIN holding_agreement a ON a.id = f.agreement_id
WHERE f.business_date = %(night)s AND a.currency <> 'CNY' AND a.balance > 0 AND f.balance > 0
GROUP BY a.currency
HAVING round(sum(f.balance) / sum(a.balance), 6) > 0
"""


def sum_margins() -> datetime.date | None:
    """Sums the margins of the newest publication where that is not done; returns its business date, None where there
    was nothing to do. The caller sees everything. Two statements, each over one partition of agreements.
    """
    published = newest_publication()
    if published is None or ProductMargin.objects.filter(night=published.business_date).exists():
        return None
    night = published.business_date
    closed = night.replace(day=1) - datetime.timedelta(days=1)
    month = closed.replace(day=1)
    has_closed = AgreementMonth.objects.filter(month=month).exists()
    table, column = ("insight_agreementmonth", "month") if has_closed else ("insight_agreementfigure", "business_date")
    values = {
        "night": night,
        "month": month if has_closed else night.replace(day=1),
        "running": not has_closed,
        "day": month if has_closed else night,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE sales_productmargin IN SHARE ROW EXCLUSIVE MODE")
        if ProductMargin.objects.filter(night=night).exists():
            return None
        ProductMargin.objects.all().delete()
        CurrencyRate.objects.all().delete()
        cursor.execute(_SUMS.format(table=table, column=column), values)
        cursor.execute(_RATES, values)
    return night
