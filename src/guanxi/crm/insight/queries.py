"""Reads of what was published that every screen needs: the newest publication."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from guanxi.crm.insight.models import Publication


@dataclass(frozen=True, slots=True)
class Published:
    """The newest publication: its number and the business dates it shows."""

    id: int
    business_date: datetime.date
    previous_business_date: datetime.date | None
    published_at: datetime.datetime


def newest_publication() -> Published | None:
    """What the staff see now; None before the first night. One query by primary key."""
    row = (
        Publication.objects.order_by("-id")
        .values_list("id", "business_date", "previous_business_date", "published_at")
        .first()
    )
    return Published(*row) if row else None
