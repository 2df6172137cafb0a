"""A person's own sign-in: second factor, recovery codes, password, open sessions."""

from __future__ import annotations

import time
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.org import second_factor, sessions
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.signin import confirm, door
from guanxi.crm.web.signin.forms import AppForm
from guanxi.crm.web.signin.gate import owes_second_factor
from guanxi.crm.web.signin.passwords import ChangePasswordForm

SECRET = "app_secret"  # noqa: S105 - the name of a place in the session
FRESH = "codes_made_at"
SHOWN_FOR = 600
THEN = "after_second_factor"


@require_GET
def security(request: StaffRequest) -> HttpResponse:
    """The page: what protects the person's sign-in, and where they are signed in."""
    context = {
        "factors": second_factor.factors_of(request.user),
        "required": second_factor.is_required(request.roles, superuser=request.user.is_superuser),
        "sessions": sessions.sessions_of(request.user, this=request.session.session_key),
        "has_password": request.user.has_usable_password(),
    }
    return render(request, "web/security.html", context)


@never_cache
@confirm.required
@sensitive_post_parameters("code")
def app(request: StaffRequest) -> HttpResponse:
    """Sets up an authenticator app: a picture to scan and the first code; replaces an earlier app."""
    if "next" in request.GET:
        request.session[THEN] = door.inside(request, request.GET["next"])
    secret = request.session.setdefault(SECRET, second_factor.new_app_secret())
    form = AppForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if second_factor.turn_on_app(staff=request.user, secret=secret, code=form.cleaned_data["code"]):
            del request.session[SECRET]
            return proven(request, second_factor.APP)
        form.add_error("code", _("This code is not right. Wait for the next one, and check the phone's clock."))
    context = {
        "form": form,
        "picture": second_factor.app_picture(request.user, secret),
        "address": second_factor.app_address(request.user, secret),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "must": owes_second_factor(request),
    }
    return render(request, "web/door/app.html", context, status=422 if request.method == "POST" else 200)


def proven(request: StaffRequest, method: str) -> HttpResponse:
    """A second factor was set up and used: the session counts as begun with it; next are the recovery codes."""
    request.session[door.SECOND] = method
    request.session[FRESH] = time.time()
    door.confirm(request)
    return redirect("recovery-codes")


@never_cache
@confirm.required
def codes(request: StaffRequest) -> HttpResponse:
    """Shows recovery codes that were just made; a POST makes new ones."""
    if not second_factor.has_second_factor(request.user):
        return redirect("second-factor")
    if request.method == "POST":
        second_factor.new_recovery_codes(staff=request.user)
        request.session[FRESH] = time.time()
        return redirect("recovery-codes")
    shown = _shown_codes(request)
    context = {"codes": shown, "next": request.session.get(THEN, "")}
    return render(request, "web/door/codes.html", context)


@require_GET
@never_cache
def codes_file(request: StaffRequest) -> HttpResponse:
    """The codes that were just made as a text file; nothing later."""
    shown = _shown_codes(request)
    if not shown:
        raise Http404
    head = _("Recovery codes of %(name)s (%(number)s), made %(time)s. Each is good once. Keep them where only you can.")
    words = head % {"name": request.user.name, "number": request.user.pk, "time": f"{localtime():%Y-%m-%d %H:%M}"}
    text = "\ufeff" + words + "\r\n\r\n" + "".join(f"{code}\r\n" for code in shown)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="recovery-codes-{request.user.pk}.txt"'
    return response


def _shown_codes(request: StaffRequest) -> list[str]:
    """The person's codes as ``1234 5678``, within ten minutes of their making; else none."""
    if time.time() - request.session.get(FRESH, 0) > SHOWN_FOR:
        return []
    return [f"{code[:4]} {code[4:]}" for code in second_factor.recovery_codes(request.user)]


@require_POST
@confirm.required
def app_remove(request: StaffRequest) -> HttpResponse:
    """Takes the authenticator app away, unless the person's role asks for a second factor and it is the only one."""
    factors = second_factor.factors_of(request.user)
    if not factors.passkeys and second_factor.is_required(request.roles, superuser=request.user.is_superuser):
        messages.warning(request, _("Your role asks for a second factor: set up another one before you remove this."))
    else:
        second_factor.remove_app(staff=request.user)
        messages.success(request, _("The authenticator app was removed."))
    return redirect("security")


@require_POST
def session_end(request: StaffRequest, session_id: UUID) -> HttpResponse:
    """Ends one of the person's own sessions; somebody else's answers as one that does not exist."""
    if not sessions.end_session(staff=request.user, public_id=session_id):
        raise Http404
    messages.success(request, _("The session was ended."))
    return redirect("security")


@require_POST
def sessions_end(request: StaffRequest) -> HttpResponse:
    """Ends all of the person's sessions but this one."""
    ended = sessions.end_sessions(staff_id=request.user.pk, but=request.session.session_key)
    messages.success(request, _("%(number)s other sessions were ended.") % {"number": ended})
    return redirect("security")


@never_cache
@sensitive_post_parameters()
def password(request: StaffRequest) -> HttpResponse:
    """Changes the person's own password and ends their other sessions."""
    if not request.user.has_usable_password():
        raise Http404
    form = ChangePasswordForm(request.user, request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        form.save()
        record(
            action=Action.PERMISSION, kind="staff", object_id=request.user.pk, detail={"changed": {"password": "own"}}
        )
        update_session_auth_hash(request, request.user)
        request.session.save()
        sessions.end_sessions(staff_id=request.user.pk, but=request.session.session_key)
        door.confirm(request)
        messages.success(request, _("The password was changed; your other sessions were ended."))
        return redirect("security")
    return render(
        request, "web/security_password.html", {"form": form}, status=422 if request.method == "POST" else 200
    )
