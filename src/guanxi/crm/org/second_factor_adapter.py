"""What django-allauth asks about second factors: who the bank is, and how secrets lie in the database."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE = 12


class SecretUnreadable(Exception):
    """A secret was encrypted with a key that is not known any more."""


class StaffMFAAdapter(DefaultMFAAdapter):
    """Secrets are encrypted with AES-256-GCM under a key made of the signing key; they never lie there in the clear."""

    def encrypt(self, text: str) -> str:
        """The secret as it is stored: nonce and ciphertext in base 64."""
        nonce = secrets.token_bytes(NONCE)
        return b64encode(nonce + AESGCM(_key(settings.SECRET_KEY)).encrypt(nonce, text.encode(), None)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; raises :class:`SecretUnreadable` where neither today's key nor an earlier one opens it."""
        stored = b64decode(encrypted_text)
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            try:
                return AESGCM(_key(key)).decrypt(stored[:NONCE], stored[NONCE:], None).decode()
            except InvalidTag:
                continue
        raise SecretUnreadable

    def get_totp_label(self, user: Any) -> str:
        """How the app lists the account."""
        return f"{user.name} {user.pk}"

    def get_totp_issuer(self) -> str:
        """Whose account it is, in the app."""
        return settings.BANK_NAME or "Guanxi"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Whose passkeys they are: this site's host name, and the bank's name."""
        return {**super().get_public_key_credential_rp_entity(), "name": settings.BANK_NAME or "Guanxi"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """The person, as the device lists the passkey."""
        return {"id": user.pk.encode(), "name": user.pk, "display_name": user.name}


def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"guanxi.second-factor.1", hashlib.sha256).digest()
