"""Reads of what was published that every screen needs: the newest publication."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from guanxi.crm.insight.models import Publication

MOVES_BITS = 24


@dataclass(frozen=True, slots=True)
class Published:
    """The newest publication and the business dates it shows.

    ``id`` is by what answers are remembered: another one with each publication, and whenever customers change hands.
    """

    id: int
    business_date: datetime.date
    previous_business_date: datetime.date | None
    published_at: datetime.datetime


def newest_publication() -> Published | None:
    """What the staff see now; None before the first night. One query by primary key."""
    row = (
        Publication.objects.order_by("-id")
        .values_list("id", "moves", "business_date", "previous_business_date", "published_at")
        .first()
    )
    return Published((row[0] << MOVES_BITS) + row[1], *row[2:]) if row else None
