"""The request as views see it: who asks, what they may see, which day is shown and how figures are written."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.http import HttpRequest

from guanxi.crm.insight.queries import Published
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import ApiToken, Staff
from guanxi.crm.web.display import Display


class StaffRequest(HttpRequest):
    """A request after :class:`guanxi.crm.web.middleware.StaffMiddleware`.

    ``published`` and ``business_date`` are None before the first night, when ``day`` is the first day of all.
    ``token`` is what a program came with instead of a session; it only narrows what the person may do.
    ``roles`` are the roles of today's posts; ``scope`` is what is seen, ``scopes`` has one for each verb.
    """

    user: Staff  # type: ignore[bad-override]
    scope: Scope
    scopes: Mapping[Verb, Scope]
    roles: frozenset[str]
    published: Published | None
    business_date: datetime.date | None
    day: datetime.date
    display: Display
    is_partial: bool
    token: ApiToken | None
