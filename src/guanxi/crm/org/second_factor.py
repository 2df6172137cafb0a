"""The second factor of signing in: an authenticator app (TOTP), passkeys, recovery codes.

The factors are rows of django-allauth's ``Authenticator``, their secrets encrypted by :class:`StaffMFAAdapter`. What
stands against guessing is ours: refusals count in the database together with wrong passwords, and a code that was used
once is refused in every process, because the row remembers the time step it belonged to.
"""

from __future__ import annotations

import hmac
import logging
import re
import time
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.org.models import Role, Staff
from guanxi.crm.org.second_factor_adapter import SecretUnreadable

logger = logging.getLogger(__name__)

APP, PASSKEY, RECOVERY = "app", "passkey", "recovery"
STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
STEP = 30
"""How many seconds a code of an app is shown for."""
DRIFT = 1
"""How many half-minutes a phone's clock may be wrong."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey; ``last_used_at`` is None where it never was."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """What a member of staff can prove themselves with besides the password."""

    app: bool = False
    app_since: datetime | None = None
    passkeys: tuple[Passkey, ...] = ()
    codes_left: int = 0

    @property
    def any(self) -> bool:
        """Whether there is a second factor at all; recovery codes alone are none."""
        return self.app or bool(self.passkeys)


def is_required(roles: frozenset[str], *, superuser: bool = False) -> bool:
    """Whether somebody of these roles must sign in with a second factor (``GUANXI_MFA_ROLES``)."""
    held = roles | {Role.ADMINISTRATOR.value} if superuser else roles
    return bool(held & settings.MFA_ROLES)


def factors_of(staff: Staff) -> Factors:
    """A person's factors; one query."""
    rows = list(Authenticator.objects.filter(user=staff).order_by("id"))
    app = next((row for row in rows if row.type == Authenticator.Type.TOTP), None)
    return Factors(
        app=app is not None,
        app_since=app.created_at if app else None,
        passkeys=tuple(
            Passkey(row.pk, row.data.get("name", ""), row.created_at, row.last_used_at)
            for row in rows
            if row.type == Authenticator.Type.WEBAUTHN
        ),
        codes_left=sum(_codes_left(row) for row in rows if row.type == Authenticator.Type.RECOVERY_CODES),
    )


def has_second_factor(staff: Staff) -> bool:
    """Whether the person must prove more than the password; one query."""
    return Authenticator.objects.filter(user=staff, type__in=STRONG).exists()


def new_app_secret() -> str:
    """A fresh secret for an authenticator app: 160 random bits, in base 32."""
    return generate_totp_secret()


def app_address(staff: Staff, secret: str) -> str:
    """The secret as an address (``otpauth://``) that opens an authenticator app on the phone that shows the page."""
    return get_adapter().build_totp_url(staff, secret)


def app_picture(staff: Staff, secret: str) -> str:
    """The secret as a QR code, as an address that an image may have (``data:image/svg+xml``)."""
    drawn = get_adapter().build_totp_svg(app_address(staff, secret))
    return "data:image/svg+xml;base64," + b64encode(drawn.encode()).decode()


def turn_on_app(*, staff: Staff, secret: str, code: str) -> bool:
    """Makes an authenticator app the person's second factor, in place of an earlier one, with recovery codes.

    Returns False, and does nothing, where ``code`` is not what the app shows for ``secret``.
    """
    step = _matching_step(secret, digits(code), after=-1)
    if step is None:
        return False
    with transaction.atomic():
        Authenticator.objects.update_or_create(
            user=staff,
            type=Authenticator.Type.TOTP,
            defaults={"data": {"secret": get_adapter().encrypt(secret), "step": step}, "created_at": timezone.now()},
        )
        RecoveryCodes.activate(staff)
        note(staff, "app set up")
    return True


def check_code(*, staff: Staff, code: str) -> str | None:
    """Which factor a code belongs to, ``app`` or ``recovery``; None where to none. A code is good once.

    Counts no refusals: whoever asks does (:func:`guanxi.crm.org.signing.note_refusal`).
    """
    typed = digits(code)
    if not typed:
        return None
    with transaction.atomic():
        rows = {
            row.type: row
            for row in Authenticator.objects.select_for_update()
            .filter(user=staff, type__in=(Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES))
            .order_by("id")
        }
        try:
            if (app := rows.get(Authenticator.Type.TOTP)) and _spend_app_code(app, typed):
                return APP
            if (codes := rows.get(Authenticator.Type.RECOVERY_CODES)) and RecoveryCodes(codes).validate_code(typed):
                codes.record_usage()
                return RECOVERY
        except SecretUnreadable:
            logger.error("the second factor of %s cannot be read with today's secret key", staff.pk)
    return None


def new_recovery_codes(*, staff: Staff) -> list[str]:
    """Ten new recovery codes; the old ones are worth nothing any more."""
    with transaction.atomic():
        Authenticator.objects.filter(user=staff, type=Authenticator.Type.RECOVERY_CODES).delete()
        note(staff, "recovery codes made")
        return RecoveryCodes.activate(staff).generate_codes()


def recovery_codes(staff: Staff) -> list[str]:
    """The recovery codes that were not used yet."""
    row = Authenticator.objects.filter(user=staff, type=Authenticator.Type.RECOVERY_CODES).first()
    return RecoveryCodes(row).get_unused_codes() if row else []


def remove_app(*, staff: Staff) -> None:
    """Takes the authenticator app away; without any other factor the recovery codes go too."""
    _remove(staff, type=Authenticator.Type.TOTP)


def remove_passkey(*, staff: Staff, passkey: int) -> None:
    """Takes one passkey away; without any other factor the recovery codes go too."""
    _remove(staff, type=Authenticator.Type.WEBAUTHN, pk=passkey)


def remove_all(*, staff: Staff) -> int:
    """Takes every factor away, for somebody who lost theirs; returns how many there were."""
    with transaction.atomic():
        note(staff, "all removed")
        return Authenticator.objects.filter(user=staff).delete()[0]


def note(staff: Staff, what: str) -> None:
    """Writes into the audit log what was done to a person's factors."""
    record(action=Action.PERMISSION, kind="second_factor", object_id=staff.pk, detail={"what": what})


def digits(code: str) -> str:
    """The digits of a typed code: people group them, and Chinese keyboards type full-width ones."""
    return re.sub(r"[\s-]", "", code).translate(str.maketrans("０１２３４５６７８９", "0123456789"))[:32]


def _remove(staff: Staff, **which: Any) -> None:
    with transaction.atomic():
        Authenticator.objects.filter(user=staff, **which).delete()
        note(staff, f"{which['type']} removed")
        if not has_second_factor(staff):
            remove_all(staff=staff)


def _spend_app_code(row: Authenticator, code: str) -> bool:
    step = _matching_step(get_adapter().decrypt(row.data["secret"]), code, after=row.data.get("step", -1))
    if step is None:
        return False
    row.data["step"], row.last_used_at = step, timezone.now()
    row.save(update_fields=["data", "last_used_at"])
    return True


def current_step() -> int:
    """The half-minute of now, as authenticator apps count them."""
    return int(time.time()) // STEP


def code_at(secret: str, step: int) -> str:
    """The six digits that an app shows for a secret in one half-minute."""
    return format_hotp_value(hotp_value(secret, step))


def _matching_step(secret: str, code: str, *, after: int) -> int | None:
    """The half-minute a code belongs to, within the drift and later than ``after``."""
    now = current_step()
    for step in range(max(now - DRIFT, after + 1), now + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None


def _codes_left(row: Authenticator) -> int:
    try:
        return len(RecoveryCodes(row).get_unused_codes())
    except SecretUnreadable:
        return 0
