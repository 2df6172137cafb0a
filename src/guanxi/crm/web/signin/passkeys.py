"""Passkeys on the pages: signing in with one, as the second step too, confirming, adding and removing."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guanxi.crm.org import passkeys, second_factor
from guanxi.crm.org.models import Staff
from guanxi.crm.org.sessions import device_of
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.signin import confirm, door
from guanxi.crm.web.signin.security import proven

PASSKEY = second_factor.PASSKEY


@login_not_required
@never_cache
@require_POST
def proof_options(request: HttpRequest) -> JsonResponse:
    """The challenge for a proof: of the person signed in, of who owes the second step, or of anybody."""
    return JsonResponse(_plain(passkeys.proof_options(_known(request))))


@login_not_required
@never_cache
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Signs in with a passkey alone, or gives the second step with it."""
    found = door.waiting(request)
    try:
        staff = passkeys.check_passkey(staff=found[0] if found else None, answer=request.POST.get("credential", ""))
    except passkeys.PasskeyRefused:
        messages.error(request, _("The passkey was not accepted. Try again, or sign in with your number."))
        return redirect("sign-in-second" if found else "sign-in")
    if found:
        first = found[1]
        return door.enter(
            request, staff, method=first["method"], second=PASSKEY, then=first["then"], backend=first["backend"]
        )
    return door.enter(request, staff, method=PASSKEY, second=PASSKEY, then=request.POST.get("next", ""))


@never_cache
@require_POST
def confirm_with(request: StaffRequest) -> HttpResponse:
    """Confirms with a passkey, and goes back to where the person stood."""
    then = door.inside(request, request.POST.get("next", ""))
    try:
        passkeys.check_passkey(staff=request.user, answer=request.POST.get("credential", ""))
    except passkeys.PasskeyRefused:
        messages.error(request, _("The passkey was not accepted."))
        return redirect(f"{reverse('confirm')}?next={then}")
    door.confirm(request)
    return HttpResponseRedirect(then)


@never_cache
@require_POST
@confirm.required
def add_options(request: StaffRequest) -> JsonResponse:
    """The challenge for a new passkey."""
    return JsonResponse(_plain(passkeys.registration_options(request.user)))


@never_cache
@require_POST
@confirm.required
def add(request: StaffRequest) -> HttpResponse:
    """Keeps a new passkey; the first of all shows the recovery codes next."""
    first = not second_factor.has_second_factor(request.user)
    name = request.POST.get("name", "").strip() or " · ".join(
        filter(None, device_of(request.headers.get("User-Agent", "")))
    )
    try:
        passkeys.add_passkey(staff=request.user, name=name, answer=request.POST.get("credential", ""))
    except passkeys.PasskeyRefused:
        messages.error(request, _("The passkey was not accepted."))
        return redirect("security")
    if first:
        return proven(request, PASSKEY)
    messages.success(request, _("The passkey was added."))
    return redirect("security")


@require_POST
@confirm.required
def remove(request: StaffRequest, passkey: int) -> HttpResponse:
    """Takes one of the person's passkeys away, unless it is the last factor of somebody who needs one."""
    factors = second_factor.factors_of(request.user)
    last = not factors.app and len(factors.passkeys) == 1
    if last and second_factor.is_required(request.roles, superuser=request.user.is_superuser):
        messages.warning(request, _("Your role asks for a second factor: set up another one before you remove this."))
    else:
        second_factor.remove_passkey(staff=request.user, passkey=passkey)
        messages.success(request, _("The passkey was removed."))
    return redirect("security")


def _known(request: HttpRequest) -> Staff | None:
    if request.user.is_authenticated:
        return cast("Staff", request.user)
    found = door.waiting(request)
    return found[0] if found else None


def _plain(options: Any) -> Any:
    """Options as JSON can hold them."""
    return dict(options)
