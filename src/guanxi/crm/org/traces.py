"""Every sign-in, refusal and sign-out is in the log, whichever way somebody came: Django tells of all of them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from guanxi.crm.audit.context import act_as
from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record


def listen() -> None:
    """Connects the log to Django's own signals; once a process."""
    user_logged_in.connect(_signed_in, dispatch_uid="guanxi_signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="guanxi_signed_out")
    user_login_failed.connect(_refused, dispatch_uid="guanxi_sign_in_refused")


def _signed_in(user: Any, **_rest: Any) -> None:
    act_as(str(user.pk))
    record(action=Action.SIGN_IN, kind="staff", object_id=str(user.pk))


def _signed_out(user: Any, **_rest: Any) -> None:
    if user is not None and user.is_authenticated:
        record(action=Action.SIGN_OUT, kind="staff", object_id=str(user.pk))


def _refused(credentials: dict[str, Any], **_rest: Any) -> None:
    number = credentials.get("username") or credentials.get("login") or credentials.get("id") or ""
    record(action=Action.SIGN_IN_REFUSED, kind="staff", object_id=str(number)[:32])
