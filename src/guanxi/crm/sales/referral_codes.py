"""The words of referrals: which way they go, how far they are, and what happened to them."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReferralWay(TextChoices):
    """From where to where somebody is passed on."""

    TO_RETAIL = "to_retail", _("Corporate to retail")
    TO_CORPORATE = "to_corporate", _("Retail to corporate")
    BRANCH = "branch", _("Between branches")
    COUNTER = "counter", _("From the counter")
    CALL_CENTRE = "call_centre", _("From the call centre")


class ReferralState(TextChoices):
    """How far a referral is. The last four are ends; one that went back to its sender can be sent again."""

    WAITING = "waiting", _("Waits for an answer")
    ACCEPTED = "accepted", pgettext_lazy("referral", "Accepted")
    RETURNED = "returned", pgettext_lazy("referral", "Returned to the sender")
    DECLINED = "declined", pgettext_lazy("referral", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("referral", "Withdrawn")
    WON = "won", pgettext_lazy("referral", "Closed with success")
    LOST = "lost", pgettext_lazy("referral", "Came to nothing")


OPEN = (ReferralState.WAITING, ReferralState.ACCEPTED, ReferralState.RETURNED)
ENDED = (ReferralState.DECLINED, ReferralState.WITHDRAWN, ReferralState.WON, ReferralState.LOST)


class ReferralStepKind(TextChoices):
    """What happened to a referral."""

    SENT = "sent", pgettext_lazy("referral", "Sent")
    PASSED = "passed", _("Passed on")
    ACCEPTED = "accepted", pgettext_lazy("referral", "Accepted")
    DECLINED = "declined", pgettext_lazy("referral", "Declined")
    RETURNED = "returned", pgettext_lazy("referral", "Returned to the sender")
    RESENT = "resent", _("Sent again")
    WITHDRAWN = "withdrawn", pgettext_lazy("referral", "Withdrawn")
    OPPORTUNITY = "opportunity", _("Opportunity linked")
    LATE = "late", _("Overdue: told to the branch manager")
    WON = "won", pgettext_lazy("referral", "Closed with success")
    LOST = "lost", pgettext_lazy("referral", "Came to nothing")
