"""The words of opportunities: product lines, the process, states, what a stage may require, parts in a team."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanxi.crm.holding.models import AgreementKind


class ProductLine(TextChoices):
    """What is sold; each has a pipeline of its own."""

    DEPOSIT = "deposit", _("Deposit")
    LOAN = "loan", _("Loan")
    WEALTH = "wealth", _("Wealth")
    SETTLEMENT = "settlement", _("Settlement")
    CARD = "card", _("Card")
    PAYROLL = "payroll", _("Payroll")


LINE_KINDS: dict[str, tuple[str, ...]] = {
    ProductLine.DEPOSIT: (AgreementKind.DEMAND_DEPOSIT, AgreementKind.TERM_DEPOSIT),
    ProductLine.LOAN: (AgreementKind.LOAN,),
    ProductLine.WEALTH: (AgreementKind.WEALTH, AgreementKind.FUND, AgreementKind.INSURANCE),
    ProductLine.SETTLEMENT: (AgreementKind.DEMAND_DEPOSIT, AgreementKind.E_BANKING),
    ProductLine.CARD: (AgreementKind.CARD,),
    ProductLine.PAYROLL: (AgreementKind.DEMAND_DEPOSIT, AgreementKind.CARD, AgreementKind.E_BANKING),
}
"""The kinds of product that are sold in a line."""


class Process(TextChoices):
    """The four stages of the process by which a bank steers its managers' work."""

    COLLECT = "collect", _("Collect")
    DESIGN = "design", pgettext_lazy("process", "Design")
    DEAL = "deal", pgettext_lazy("process", "Deal")
    FOLLOW_UP = "follow_up", pgettext_lazy("process", "Follow up")


class State(TextChoices):
    OPEN = "open", pgettext_lazy("opportunity", "Open")
    WON = "won", pgettext_lazy("opportunity", "Won")
    LOST = "lost", pgettext_lazy("opportunity", "Lost")


class Required(TextChoices):
    """What must be known before an opportunity enters a stage."""

    NEED = "need", _("What the customer needs")
    DECIDER = "decider", _("Who decides")
    AMOUNT = "amount", _("Amount")
    TERM = "term", _("Term")
    PRODUCTS = "products", _("Products")
    PRICE = "price", _("A price for every product")
    COMPETITORS = "competitors", _("Competitors")


class Part(TextChoices):
    """What somebody is in the team of an opportunity."""

    LEAD = "lead", pgettext_lazy("team", "Lead")
    SUPPORT = "support", pgettext_lazy("team", "Support")
    SPECIALIST = "specialist", _("Product specialist")
    REFERRER = "referrer", _("Referrer")


class Decision(TextChoices):
    WAITING = "waiting", _("Waiting for a decision")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", pgettext_lazy("approval", "Refused")


class Origin(TextChoices):
    """Where an opportunity came from; ``origin_id`` is the number there."""

    HAND = "hand", _("By hand")
    LEAD = "lead", pgettext_lazy("opportunity", "Lead")
    REFERRAL = "referral", _("Referral")
    CAMPAIGN = "campaign", _("Campaign")
