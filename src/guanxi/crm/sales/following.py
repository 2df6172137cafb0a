"""How the tables of this room follow when two customers turn out to be one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.merging import Follows, register


def register_following() -> None:
    """Registers opportunities, leads and referrals, with the history of the first two."""
    register(
        Follows(
            table="sales_opportunity",
            history="sales_opportunityevent",
            made="opened_at",
            label="r.title",
            title=_("Opportunities"),
        ),
        Follows(
            table="sales_lead",
            history="sales_leadevent",
            made="made_at",
            label="r.name",
            title=_("Leads"),
        ),
        Follows(
            table="sales_referral",
            made="sent_at",
            label="r.name",
            title=_("Referrals"),
        ),
    )
