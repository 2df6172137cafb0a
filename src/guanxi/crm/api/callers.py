"""Who may call an operation: the token's abilities, the person's role, and CSRF where a browser's session calls."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from guanxi.crm.api.errors import Problem
from guanxi.crm.org.token_models import Ability
from guanxi.crm.web.access import Area, may
from guanxi.crm.web.request import StaffRequest


class Token(AuthBase):
    """Guards one operation. ``ability`` None: any token will do. ``area``: the part of the site it belongs to."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, ability: Ability | None, area: Area | None = None) -> None:
        super().__init__()
        self.ability, self.area = ability, area

    def __call__(self, request: Any) -> Any:
        """Who calls; raises :class:`Problem` where they may not."""
        staff: StaffRequest = request
        if staff.token is None:
            if check_csrf(request):
                raise Problem("csrf", _("Send the header X-CSRFToken, or a token of the API."))
        elif self.ability is not None and self.ability not in staff.token.abilities:
            words = _("It was not made for this: %(ability)s.") % {"ability": f"{self.ability} · {self.ability.label}"}
            raise Problem("token-not-allowed", words)
        if self.area is not None and not may(staff, self.area):
            raise Problem("no-right", _("Ask whoever assigns posts in your institution."))
        return staff.user
