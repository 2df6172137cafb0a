"""Signing in and out, confirming, the language, a person's preferences."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import check_for_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from guanxi.crm.org.second_factor import factors_of
from guanxi.crm.org.services import set_preferences
from guanxi.crm.web.preferences import THEME_COOKIE
from guanxi.crm.web.redirects import own_path
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.signin import door
from guanxi.crm.web.signin.door import YEAR, remember_language
from guanxi.crm.web.signin.forms import CodeForm, PasswordAgainForm, PreferencesForm, SignInForm


class SignIn(LoginView):
    """The first page; keeps the language chosen before signing in, else brings back the person's own."""

    form_class = SignInForm
    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the bank calls its own provider, where it has one."""
        provider = (settings.OIDC["name"] or "OpenID Connect") if settings.OIDC["url"] else ""
        return super().get_context_data(**kwargs) | {"provider": provider}

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Where the person wanted to go, if that is a path of this site."""
        return own_path(super().get_redirect_url(request), "")

    def form_valid(self, form: Any) -> HttpResponse:
        """The password is right: asks for the second factor, or lets in."""
        return door.arrive(self.request, form.get_user(), method="password", then=self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        """Shows the form again; 422, since nothing is at fault with the address."""
        response = super().form_invalid(form)
        response.status_code = 422
        return response


@login_not_required
@never_cache
@sensitive_post_parameters("code")
def second(request: HttpRequest) -> HttpResponse:
    """The second step of signing in: the code of the app, a recovery code, or a passkey."""
    found = door.waiting(request)
    if found is None:
        return redirect("sign-in")
    staff, first = found
    form = CodeForm(request.POST or None, staff=staff, request=request)
    if request.method == "POST" and form.is_valid():
        return door.enter(request, staff, **_entering(first), second=form.method)
    context = {"form": form, "factors": factors_of(staff)}
    return render(request, "web/door/second.html", context, status=422 if request.method == "POST" else 200)


def _entering(first: dict[str, Any]) -> dict[str, str]:
    return {"method": first["method"], "then": first["then"], "backend": first["backend"]}


@never_cache
@sensitive_post_parameters("code", "password")
def confirm(request: StaffRequest) -> HttpResponse:
    """Asks a signed-in person to prove once more that it is them, and brings them back to where they stood."""
    staff, factors = request.user, factors_of(request.user)
    then = door.inside(request, request.POST.get("next") or request.GET.get("next", ""))
    if not factors.any and settings.OIDC["url"] and not staff.has_usable_password():
        asking = urlencode({"next": then, "auth_params": "prompt=login&max_age=0"})
        return HttpResponseRedirect(f"{reverse('openid_connect_login', args=['bank'])}?{asking}")
    kind = CodeForm if factors.app else PasswordAgainForm
    form = kind(request.POST or None, staff=staff, request=request)
    if request.method == "POST" and form.is_valid():
        door.confirm(request)
        return HttpResponseRedirect(then)
    context = {"form": form, "factors": factors, "next": then}
    return render(request, "web/door/confirm.html", context, status=422 if request.method == "POST" else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    response = HttpResponseRedirect(reverse("sign-in"))
    # Whoever sits here next finds nothing of this person in the browser; pages themselves are never kept.
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Changes the language: a cookie, and for somebody signed in the preference."""
    chosen = request.POST.get("language", "")
    response = HttpResponseRedirect(door.inside(request, request.POST.get("next", "")))
    if chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        remember_language(response, chosen)
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
    then = door.inside(request, request.POST.get("next", ""))
    response = HttpResponse(status=204) if request.is_partial else HttpResponseRedirect(then)
    if "language" in changes:
        remember_language(response, changes["language"])
    if "theme" in changes:
        response.set_cookie(THEME_COOKIE, changes["theme"], max_age=YEAR, samesite="Lax", httponly=True)
    return response
