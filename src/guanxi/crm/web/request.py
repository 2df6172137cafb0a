"""The request as views see it: who asks, what they may see, which day is shown and how figures are written."""

from __future__ import annotations

import datetime

from django.http import HttpRequest

from guanxi.crm.insight.queries import Published
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.models import Staff
from guanxi.crm.web.display import Display


class StaffRequest(HttpRequest):
    """A request after :class:`guanxi.crm.web.middleware.StaffMiddleware`.

    ``published`` and ``business_date`` are None before the first night, when ``day`` is the first day of all.
    ``roles`` are the roles of today's posts.
    """

    user: Staff  # type: ignore[bad-override]
    scope: Scope
    roles: frozenset[str]
    published: Published | None
    business_date: datetime.date | None
    day: datetime.date
    display: Display
    is_partial: bool
