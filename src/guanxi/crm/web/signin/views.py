"""Signing in and out, the language, a person's preferences."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from guanxi.crm.org.services import set_preferences
from guanxi.crm.web.preferences import THEME_COOKIE
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.signin.forms import PreferencesForm, SignInForm

YEAR = 365 * 86400


class SignIn(LoginView):
    """The first page; keeps the language chosen before signing in, else brings back the person's own."""

    form_class = SignInForm
    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        """Signs in and sets the language the person works in."""
        response = super().form_valid(form)
        stored = form.get_user().preferences.get("language")
        if stored and settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES:
            _remember_language(response, stored)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        """Shows the form again; 422, since nothing is at fault with the address."""
        response = super().form_invalid(form)
        response.status_code = 422
        return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return HttpResponseRedirect(reverse("sign-in"))


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Changes the language: a cookie, and for somebody signed in the preference."""
    chosen = request.POST.get("language", "")
    response = HttpResponseRedirect(_next(request))
    if chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        _remember_language(response, chosen)
        if request.user.is_authenticated:
            set_preferences(staff=cast("Any", request.user), changes={"language": chosen})
    return response


def preferences(request: StaffRequest) -> HttpResponse:
    """The page of a person's preferences; a POST may change any part and goes back where it came from."""
    if request.method != "POST":
        initial = {"language": request.display.language, "theme": "auto", "unit": "middle", "colours": "auto"}
        form = PreferencesForm(initial=initial | request.user.preferences, units=request.display.units())
        return render(request, "web/preferences.html", {"form": form})
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return render(request, "web/preferences.html", {"form": form}, status=422)
    changes = form.changes()
    set_preferences(staff=request.user, changes=changes)
    response = HttpResponse(status=204) if request.is_partial else HttpResponseRedirect(_next(request))
    if "language" in changes:
        _remember_language(response, changes["language"])
    if "theme" in changes:
        response.set_cookie(THEME_COOKIE, changes["theme"], max_age=YEAR, samesite="Lax", httponly=True)
    return response


def _remember_language(response: HttpResponse, code: str) -> None:
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR, samesite="Lax")


def _next(request: HttpRequest) -> str:
    """Where a form said it came from, if that is this site; else home."""
    address = request.POST.get("next", "")
    if address and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return address
    return reverse("home")
