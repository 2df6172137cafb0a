"""Filters of the customer list by industry, and by what organisations do not hold with us yet."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.insight.industry_queries import DEPOSITS, LOANS, SETTLEMENT, without
from guanxi.crm.party.industry import named, sections
from guanxi.crm.party.models import PartyKind
from guanxi.crm.web.listing.filters import Choices, Option, Pick
from guanxi.crm.web.request import StaffRequest

UNKNOWN = "-"


def industry_name(key: str) -> str:
    """What an industry is called: its name with its code; of none, that it is not known."""
    found = named(key)
    return f"{found.key} {found.name}" if found else _("Industry unknown")


def _options(_request: StaffRequest) -> list[Option]:
    options = []
    for section in sections():
        options.append(Option(section.named.key, section.named.name, 0, section.named.key))
        options += [Option(one.key, one.name, 1, one.key[1:]) for one in section.divisions]
    return [*options, Option(UNKNOWN, _("Industry unknown"))]


def of_industry(key: str) -> Q:
    """The organisations of a section (``C``), of a division (``C39``), or (``-``) those without either."""
    if key == UNKNOWN or not named(key):
        return Q(industry="", kind=PartyKind.ORGANISATION) if key == UNKNOWN else Q(industry=key or "?")
    return Q(industry=key) if len(key) > 1 else Q(industry__gte=key, industry__lt=chr(ord(key) + 1))


_LACKS = {
    "deposit": Q(product_kinds__in=without(DEPOSITS)),
    "loan": Q(product_kinds__in=without(LOANS)),
    "settlement": Q(product_kinds__in=without(SETTLEMENT)),
    "payroll": Q(payroll_staff=0),
}


def _lacking(values: list[str]) -> Q:
    found = Q(kind=PartyKind.ORGANISATION, product_count__gt=0)
    for value in values:
        found &= _LACKS[value]
    return found


INDUSTRY = Pick(
    key="industry",
    label=gettext_lazy("Industry"),
    options=_options,
    name_of=lambda _request, value: industry_name(value),
    condition=lambda _request, value: of_industry(value),
)
LACKS = Choices(
    key="lacks",
    label=gettext_lazy("Lacks"),
    field="product_kinds",
    choices=(
        ("deposit", gettext_lazy("Deposits")),
        ("loan", gettext_lazy("Loans")),
        ("settlement", gettext_lazy("Settlement")),
        ("payroll", gettext_lazy("Payroll")),
    ),
    conditions=_lacking,
)
