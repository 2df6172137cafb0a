"""Signing in with the bank's own provider (OpenID Connect): django-allauth speaks to it, our door lets in.

The provider says who somebody is by a claim that holds the staff number; the staff file says whether that person works
here. Nobody is created, nothing of the provider's account is kept.
"""

from __future__ import annotations

import logging
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.org.models import Staff
from guanxi.crm.web.signin import door

logger = logging.getLogger(__name__)
METHOD = "provider"


class ProviderAdapter(DefaultSocialAccountAdapter):
    """What django-allauth asks about accounts of the provider: every answer ends at our door."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never."""
        return False

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> Any:
        """Nothing is taken over: the provider's person is looked up, never made."""
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> NoReturn:
        """The provider has said who it is: in, or back to the sign-in page."""
        found = sociallogin.account.extra_data
        then = sociallogin.get_redirect_url(request) or ""
        raise ImmediateHttpResponse(admit(request, found.get("id_token") or {}, found.get("userinfo") or {}, then))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> NoReturn:
        """The provider refused, or could not be understood: back to the sign-in page."""
        logger.warning("signing in with the provider failed: %s %r", error, exception)
        raise ImmediateHttpResponse(_back(request, "", _("Signing in there did not succeed. Try again.")))


def admit(request: HttpRequest, token: dict[str, Any], told: dict[str, Any], then: str) -> HttpResponse:
    """Lets in whose staff number the provider's claims hold; ``then`` is where they wanted to go.

    A proof counts as fresh for reveals and exports only from when the provider says that it asked (``auth_time``).
    """
    if told and told.get("sub") != token.get("sub"):
        return _back(request, "", _("Signing in there did not succeed. Try again."))
    claim = settings.OIDC["claim"]
    number = str(token.get(claim) or told.get(claim) or "")[:32]
    staff = Staff.objects.filter(pk=number, is_active=True).first() if number and "\x00" not in number else None
    if staff is None:
        return _back(request, number, _("You are known there, but not as a member of staff here."))
    if settings.OIDC["second_factor"]:
        response = door.enter(request, staff, method=METHOD, second=METHOD, then=then)
    else:
        response = door.arrive(request, staff, method=METHOD, then=then)
    if door.WAITING not in request.session:
        asked = token.get("auth_time")
        request.session[door.CONFIRMED] = float(asked) if isinstance(asked, (int, float)) else 0.0
    return response


def _back(request: HttpRequest, number: str, words: str) -> HttpResponse:
    record(action=Action.SIGN_IN_REFUSED, kind=METHOD, object_id=number)
    messages.error(request, words)
    return redirect("sign-in")
