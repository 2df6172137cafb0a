"""What referrals hold about a person and which of it is secret: for the registers of ``kernel``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel import personal, sensitive
from guanxi.crm.kernel.masks import Secret
from guanxi.crm.kernel.personal import Held
from guanxi.crm.kernel.sensitive import Sensitive
from guanxi.crm.sales.lead_codes import LeadProduct
from guanxi.crm.sales.models import Referral, ReferralCredit, ReferralStep
from guanxi.crm.sales.referral_codes import ReferralState, ReferralStepKind, ReferralWay

# Working data of this system, as the rules of retention call it (consent is a room beside this one).
WORKING = "operation"
BEHIND = ("referral__party_id",)


def register_all() -> None:
    """Registers referrals, their paths and their credit."""
    personal.register(
        Held(
            model=Referral,
            lookups=("party_id",),
            kind=WORKING,
            title=_("Who passed you on to whom"),
            left_out=("key", "version"),
            words={"way": ReferralWay, "state": ReferralState, "product": LeadProduct},
        ),
        Held(
            model=ReferralStep,
            lookups=BEHIND,
            kind=WORKING,
            title=_("What happened to referrals"),
            words={"kind": ReferralStepKind},
        ),
        Held(model=ReferralCredit, lookups=BEHIND, kind=WORKING, title=_("Credit for referrals")),
    )
    sensitive.register(Sensitive(model=Referral, field="phone", kind=Secret.PHONE))
