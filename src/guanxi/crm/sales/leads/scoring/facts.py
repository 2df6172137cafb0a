"""Criteria about what a lead says: source, product, amount, kind, industry, city."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from django.db.models import Q, TextChoices
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from guanxi.crm.party.models import PartyKind
from guanxi.crm.sales.lead_codes import LeadProduct, LeadSource
from guanxi.crm.sales.leads.scoring.base import Criterion


def _among(choices: type[TextChoices], field: str) -> Callable[[str], Q]:
    def condition(value: str) -> Q:
        if value not in choices.values:
            raise ValueError(_now("One of: %(values)s") % {"values": ", ".join(choices.values)})
        return Q(**{field: value})

    return condition


def _amount(value: str) -> Q:
    try:
        least = Decimal(value)
    except InvalidOperation:
        raise ValueError(_now("An amount in CNY, such as 500000.")) from None
    if not least.is_finite():
        raise ValueError(_now("An amount in CNY, such as 500000."))
    return Q(amount__gte=least)


def _industry(value: str) -> Q:
    divisions = [one.strip() for one in value.split(",") if one.strip()]
    if not divisions or not all(one.isdigit() and len(one) == 2 for one in divisions):
        raise ValueError(_now("Divisions of GB/T 4754 with two digits, such as 39,40."))
    wanted = Q()
    for one in divisions:
        # With or without the section's letter before it.
        wanted |= Q(industry_code__regex=f"^[A-Z]?{one}")
    return wanted


def _city(value: str) -> Q:
    if not value.strip():
        raise ValueError(_now("Name the city."))
    return Q(city__startswith=value.strip().removesuffix("市"))


SOURCE = Criterion("source", _("Source is"), _among(LeadSource, "source"))
PRODUCT = Criterion("product", _("Interest is"), _among(LeadProduct, "product"))
AMOUNT = Criterion("amount", _("Amount is at least"), _amount)
KIND = Criterion("kind", _("Kind is"), _among(PartyKind, "kind"))
INDUSTRY = Criterion("industry", _("Industry is among"), _industry)
CITY = Criterion("city", _("City is"), _city)
