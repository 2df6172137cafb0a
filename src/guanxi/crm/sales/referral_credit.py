"""The credit of a referral that closed with success: who has which part, and of how much."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from guanxi.crm.sales.credit import WHOLE, make_room, split


def shares(*, referrer: str, share: Decimal, others: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Parts in percent that come to 100: the sender's, and the rest among ``others`` as their own shares stand.

    ``others`` are the team of the opportunity, or the taker alone; where the sender is one of them already, what the
    team agreed on stands.
    """
    if referrer in others or not any(others.values()):
        return split(WHOLE, others) if any(others.values()) else {referrer: WHOLE}
    return make_room(others, referrer, share)
