"""Who may act on these screens: the data steward and the administrator; everybody else who may enter only looks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.views.decorators.http import require_POST

from guanxi.crm.quality.rights import may_mend
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.request import StaffRequest


def acts(area: Area) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view that writes: only by POST, and only for those who may mend."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @only_for(area)
        @wraps(view)
        def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not may_mend(request.roles):
                raise PermissionDenied(area)
            return view(request, *args, **kwargs)

        return require_POST(guarded)

    return decorate
