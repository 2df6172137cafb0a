"""Passkeys (WebAuthn): adding one, and proving who one is with it; django-allauth and Yubico's fido2 do the arithmetic.

A challenge lies in the session between asking and answering, and is good for one answer. A passkey is made with user
verification (a finger, a face, the device's PIN), so that it may stand for the password as well.
"""

from __future__ import annotations

import json
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.db import transaction
from fido2.utils import websafe_decode

from guanxi.crm.org.models import Staff
from guanxi.crm.org.second_factor import note

NAME = 60


class PasskeyRefused(Exception):
    """The device's answer proves nothing: broken, for another challenge, or of a passkey that is not known."""


def registration_options(staff: Staff) -> dict[str, Any]:
    """What a browser needs to make a passkey for ``staff``."""
    return auth.begin_registration(staff, passwordless=True)


def add_passkey(*, staff: Staff, name: str, answer: str) -> None:
    """Keeps the passkey that a device made; gives recovery codes to who had none. Raises :class:`PasskeyRefused`."""
    credential = _read(answer)
    try:
        auth.parse_registration_response(credential)
        auth.complete_registration(credential)
    except (ValidationError, ValueError, TypeError, KeyError) as error:
        raise PasskeyRefused from error
    with transaction.atomic():
        auth.WebAuthn.add(staff, name.strip()[:NAME], credential)
        RecoveryCodes.activate(staff)
        note(staff, "passkey added")


def proof_options(staff: Staff | None) -> dict[str, Any]:
    """What a browser needs to prove with a passkey; of anybody where ``staff`` is None, who is then known by it."""
    return auth.begin_authentication(staff)


def check_passkey(*, staff: Staff | None, answer: str) -> Staff:
    """Who the device's answer proves; ``staff`` where that is known already. Raises :class:`PasskeyRefused`.

    Where the passkey alone decides who it is, the device must have verified the person.
    """
    credential = _read(answer)
    try:
        response = auth.parse_authentication_response(credential)
        if staff is None and not response.response.authenticator_data.is_user_verified():
            raise PasskeyRefused
        found = staff or _owner(credential)
        authenticator: Authenticator = auth.complete_authentication(found, credential)
    except (ValidationError, ValueError, TypeError, KeyError) as error:
        raise PasskeyRefused from error
    authenticator.record_usage()
    return found


def _owner(credential: dict[str, Any]) -> Staff:
    handle = credential.get("response", {}).get("userHandle")
    number = websafe_decode(handle).decode() if isinstance(handle, str) else ""
    staff = Staff.objects.filter(pk=number, is_active=True).first() if number and "\x00" not in number else None
    if staff is None:
        raise PasskeyRefused
    return staff


def _read(answer: str) -> dict[str, Any]:
    try:
        read = json.loads(answer)
    except ValueError as error:
        raise PasskeyRefused from error
    if not isinstance(read, dict):
        raise PasskeyRefused
    return read
