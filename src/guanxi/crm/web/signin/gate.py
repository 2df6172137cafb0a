"""What stands before every view: whose session it is, and whether a second factor must be set up first."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from guanxi.crm.audit.context import current
from guanxi.crm.org.models import Staff
from guanxi.crm.org.second_factor import is_required
from guanxi.crm.web.problems import is_api, problem
from guanxi.crm.web.signin.door import SECOND

# What somebody may open who must set up a second factor first.
OPEN = frozenset(
    {
        "sign-out",
        "language",
        "confirm",
        "second-factor",
        "recovery-codes",
        "recovery-codes-file",
        "passkey-add-options",
        "passkey-add",
    }
)


class SessionStaffMiddleware(AuthenticationMiddleware):
    """Django's own, except that the member of staff comes with the session's row instead of by a query more."""

    def process_request(self, request: HttpRequest) -> None:
        """Sets ``request.user``."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _staff_of(request))  # type: ignore[bad-assignment]


def _staff_of(request: Any) -> Any:
    if not hasattr(request, "_cached_user"):
        request._cached_user = _of_session(request.session) or get_user(request)
    return request._cached_user


def _of_session(session: Any) -> Staff | None:
    """The member of staff that was read with the session, where all that Django would check of them holds."""
    number = session.get(SESSION_KEY)
    staff: Staff | None = getattr(session, "staff", None)
    if staff is None or staff.pk != number or not staff.is_active:
        return None
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    fits = constant_time_compare(session.get(HASH_SESSION_KEY, ""), staff.get_session_auth_hash())
    return staff if fits else None


class SecondFactorMiddleware(MiddlewareMixin):
    """Nothing opens for somebody whose role asks for a second factor until they have set one up.

    Comes after :class:`guanxi.crm.web.middleware.StaffMiddleware`, since the role decides. Whoever has a second factor
    gave it when they signed in, so a session without one is one of somebody who has none.
    """

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Sends such a person to the page that sets it up."""
        if not request.user.is_authenticated:
            return None
        if getattr(request, "token", None) is None:
            request.session.note_use(current().address)
        if not owes_second_factor(request) or request.resolver_match.view_name in OPEN:
            return None
        if is_api(request):
            return problem("second-factor-needed", _("Sign in to the site, set one up, and make a new token."))
        address = reverse("second-factor")
        if request.method == "GET" and "HX-Request" not in request.headers:
            return HttpResponseRedirect(f"{address}?{urlencode({'next': request.get_full_path()})}")
        if "HX-Request" in request.headers:
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)


def owes_second_factor(request: Any) -> bool:
    """Whether the person's role asks for a second factor and the session was begun (the token made) without one."""
    token = getattr(request, "token", None)
    strong = token.strong if token is not None else SECOND in request.session
    # A system of the bank has no phone: its tokens are made at the machine itself.
    return not strong and is_required(request.roles, superuser=request.user.is_superuser)
