"""Tags of the customer's pages: words for codes, names by language, formulas."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from guanxi.crm.consent.codes import Channel
from guanxi.crm.consent.queries import Ban
from guanxi.crm.holding import codes as holding_codes
from guanxi.crm.holding.models import AgreementKind, Dimension
from guanxi.crm.insight.formulas import Component, Formula, Part
from guanxi.crm.party import codes as party_codes
from guanxi.crm.party.models import PartyKind
from guanxi.crm.web import links
from guanxi.crm.web.customer.relations import share_text
from guanxi.crm.web.display import NOTHING, Display
from guanxi.crm.web.terms import term_label

register = template.Library()

CODES: dict[str, Any] = {
    "agreement_kind": AgreementKind,
    "agreement_role": holding_codes.AgreementRole,
    "agreement_status": holding_codes.AgreementStatus,
    "aml_risk": party_codes.RiskLevel,
    "channel": holding_codes.Channel,
    "contact_kind": party_codes.ContactKind,
    "dimension": Dimension,
    "education": party_codes.Education,
    "event_kind": holding_codes.EventKind,
    "gender": party_codes.Gender,
    "identifier_kind": party_codes.IdentifierKind,
    "investment_risk": party_codes.InvestmentRisk,
    "organisation_scale": party_codes.OrganisationScale,
    "party_kind": PartyKind,
    "product_risk": holding_codes.ProductRisk,
    "repayment": holding_codes.Repayment,
    "risk_grade": holding_codes.RiskGrade,
}


def _display(context: Context) -> Display:
    return context["request"].display


@register.filter
def word(code: str, of: str) -> str:
    """The word for a code: ``{{ event.kind|word:"event_kind" }}``. A code that is not known shows as it is."""
    return party_codes.word(CODES[of], code) if code else ""


@register.filter
def customer_url(party_id: str) -> str:
    """The page of a customer."""
    return links.customer(party_id)


CHANNELS_OF_CONTACT: dict[str, tuple[Channel, ...]] = {
    party_codes.ContactKind.MOBILE: (Channel.PHONE, Channel.SMS),
    party_codes.ContactKind.LANDLINE: (Channel.PHONE,),
    party_codes.ContactKind.EMAIL: (Channel.EMAIL,),
    party_codes.ContactKind.WECHAT: (Channel.WECHAT,),
    party_codes.ContactKind.HOME_ADDRESS: (Channel.POST,),
    party_codes.ContactKind.WORK_ADDRESS: (Channel.POST,),
    party_codes.ContactKind.REGISTERED_ADDRESS: (Channel.POST,),
}


@register.filter
def closed_for(ban: Ban, kind: str) -> str:
    """The channels through this kind of contact that the person closed to marketing, in words; empty for none."""
    closed = [str(one.label) for one in CHANNELS_OF_CONTACT.get(kind, ()) if ban.forbids(one)]
    return pgettext("list of channels", ", ").join(closed)


@register.filter
def lookup(mapping: dict[Any, Any], key: Any) -> Any:
    """A value of a mapping by key; None where there is none."""
    return mapping.get(key)


@register.filter
def minus(value: Decimal) -> Decimal:
    """The value with its sign turned."""
    return -value


@register.simple_tag
def cents(value: Decimal | None) -> str:
    """An amount to the cent without unit, for tables of formulas whatever unit is chosen."""
    return NOTHING if value is None else f"{value:,.2f}"


@register.simple_tag(takes_context=True)
def name_of(context: Context, thing: Any) -> str:
    """The name of a product or institution in the language of the page; the Chinese one where there is no other."""
    if thing is None:
        return ""
    return thing.name if _display(context).is_chinese or not thing.name_en else thing.name_en


@register.simple_tag(takes_context=True)
def share(context: Context, value: Decimal | None) -> str:
    """A share held, without needless decimals."""
    return "" if value is None else share_text(value, _display(context))


@register.simple_tag
def component(name: str) -> str:
    """The name of a component of the contribution."""
    return {
        Component.INTEREST: _("Net interest"),
        Component.FEES: _("Fees"),
        Component.COST: _("Cost to serve"),
        Component.EXPECTED_LOSS: _("Expected loss"),
        Component.CONTRIBUTION: _("Contribution"),
    }[Component(name)]


@register.simple_tag
def term(days: int | None) -> str:
    """A term in the words of the trade."""
    return term_label(days)


@register.simple_tag(takes_context=True)
def formula(context: Context, shown: Formula) -> SafeString:
    """``result = part x part ...``; each figure says on hover what it is."""
    display = _display(context)
    # A sign breaks to the next line with the figure after it, a closing bracket stays with the figure before it.
    terms: list[list[Part]] = [[]]
    for part in shown.parts:
        if part.kind == "sign" and part.value != ")" and any(one.kind != "sign" for one in terms[-1]):
            terms.append([])
        terms[-1].append(part)
    return format_html(
        '<span class="gx-formula"><b>{}</b><i>=</i>{}</span>',
        f"{shown.result:,.2f}",
        format_html_join(
            "\n",
            '<span class="gx-term">{}</span>',
            ((format_html_join("", "{}", ((_part(part, display),) for part in term)),) for term in terms),
        ),
    )


def _part(part: Part, display: Display) -> SafeString:
    if part.kind == "sign":
        return format_html('<i class="{}">{}</i>', "gx-bracket" if part.value in {"(", ")"} else "", part.value)
    value = Decimal(part.value)
    figures = {
        "money": lambda: f"{value:,.2f}",
        "rate": lambda: display.rate(value),
        "days": lambda: f"{value:,}",
        "sum": lambda: _precise(value),
    }
    return format_html('<span title="{0}"><small>{0}</small>{1}</span>', _input(part.label), figures[part.kind]())


def _precise(value: Decimal) -> str:
    """Every digit that was published, without needless noughts."""
    text = f"{value:,.8f}"
    return text.rstrip("0").ljust(text.index(".") + 3, "0")


def _input(label: str) -> str:
    words = {
        "balance_sum": _("Sum of daily balances"),
        "days": _("Days"),
        "annual_rate": _("Customer rate"),
        "ftp_rate": _("Transfer price"),
        "day_basis": _("Day basis"),
        "interest_sum": _("Sum of balance × spread, day by day"),
        "fee_events": _("Fees of events"),
        "fee_accrued": _("Fees on the balance"),
        "fee_rate": _("Fee rate a year"),
        "year_days": _("Days of a year"),
        "event_cost": _("Cost of events"),
        "upkeep_cost": _("Cost of upkeep"),
        "loss_rate": _("Loss rate a year"),
        "days_open": _("Days open"),
        "upkeep_a_year": _("Upkeep a year"),
        "interest": _("Net interest"),
        "fees": _("Fees"),
        "cost": _("Cost to serve"),
        "expected_loss": _("Expected loss"),
    }
    return words.get(label, label)
