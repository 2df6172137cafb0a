"""The words of leads: where they come from, how far they are, why they end, and what they are about."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class LeadState(TextChoices):
    """How far a lead is. Each but the first three is an end; a prospect still becomes a customer."""

    POOL = "pool", _("In the pool")
    ASSIGNED = "assigned", _("Waits for acceptance")
    ACCEPTED = "accepted", _("Being worked on")
    PROSPECT = "prospect", _("Prospect")
    CONVERTED = "converted", _("Became a customer")
    CLOSED = "closed", pgettext_lazy("lead", "Closed")


OPEN = (LeadState.POOL, LeadState.ASSIGNED, LeadState.ACCEPTED)
"""The states in which somebody still has to do something with the lead itself."""


class LeadSource(TextChoices):
    """Where a lead came from."""

    HAND = "hand", _("By hand")
    IMPORT = "import", _("Import")
    CAMPAIGN = "campaign", _("Campaign")
    REFERRAL = "referral", _("Referral")
    COUNTER = "counter", _("Counter")
    CALL_CENTRE = "call_centre", _("Call centre")
    EVENT = "event", _("Fair or event")
    WEB = "web", _("Web form")
    API = "api", _("Another system")
    LINKAGE = "linkage", _("Corporate-retail linkage")


class LeadProduct(TextChoices):
    """The product line that somebody is interested in."""

    DEPOSIT = "deposit", _("Deposits")
    LOAN = "loan", _("Loans")
    WEALTH = "wealth", _("Wealth management")
    SETTLEMENT = "settlement", _("Settlement")
    CARD = "card", _("Cards")
    PAYROLL = "payroll", _("Payroll")


class Closing(TextChoices):
    """Why a lead came to nothing."""

    NOT_REACHED = "not_reached", _("Cannot be reached")
    NO_INTEREST = "no_interest", _("No interest")
    OTHER_BANK = "other_bank", _("Has chosen another bank")
    UNFIT = "unfit", _("Does not meet the requirements")
    DUPLICATE = "duplicate", _("There twice")
    FALSE = "false", _("False details")


class StepKind(TextChoices):
    """What happened to a lead."""

    MADE = "made", _("Taken in")
    CHANGED = "changed", _("Changed")
    ASSIGNED = "assigned", _("Assigned")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Sent back")
    ESCALATED = "escalated", _("Overdue: told to the branch manager")
    RECYCLED = "recycled", _("Fell back into the pool")
    PROSPECT = "prospect", _("Became a prospect")
    CONVERTED = "converted", _("Became a customer")
    OPPORTUNITY = "opportunity", _("Opportunity opened")
    CLOSED = "closed", pgettext_lazy("lead", "Closed")
    REOPENED = "reopened", _("Opened again")
