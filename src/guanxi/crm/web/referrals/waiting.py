"""How many referrals wait for somebody's answer, for the navigation."""

from __future__ import annotations

from guanxi.crm.sales.referral_queries import waiting_for
from guanxi.crm.web.request import StaffRequest


def waiting_count(request: StaffRequest) -> int:
    """Those sent to the person by name; one query by index."""
    return waiting_for(request.scope, request.user.id)
