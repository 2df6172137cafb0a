"""Notifications pushed to browsers: RFC 8030 (the request), 8188 and 8291 (encryption), 8292 (who sends).

The push service of a browser's maker carries the message; what it carries is encrypted for the browser and holds no
name, number or amount all the same. The service is asked only at addresses of makers whom the bank lets it ask, since
it is the browser that says the address.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from guanxi.crm.notices.models import Device

log = logging.getLogger(__name__)
CURVE = ec.SECP256R1()
POINT = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
RECORD = 4_096
# A push service keeps the message for a browser that is off for so many seconds.
KEPT = 8 * 3_600
TIMEOUT = 10
GONE = (404, 410)


class PushError(Exception):
    """An address or keys of a browser that cannot be pushed to."""


def is_on() -> bool:
    """Whether the bank lets its site reach the push services."""
    return bool(settings.PUSH_CONTACT)


def b64(data: bytes) -> str:
    """Base64 as addresses and headers have it, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes of such a text; raises :class:`PushError`."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise PushError("not base64") from error


def signing_key() -> ec.EllipticCurvePrivateKey:
    """The site's own key, by which push services know who sends."""
    number = int.from_bytes(hashlib.sha256(settings.PUSH_KEY.encode()).digest())
    # A private key of the curve is a number below its order; the secret is far longer than that needs.
    return ec.derive_private_key(number % (ORDER - 1) + 1, CURVE)


ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def public_key() -> str:
    """The site's public key as browsers ask for it."""
    return b64(signing_key().public_key().public_bytes(*POINT))


def check_address(endpoint: str) -> None:
    """Raises :class:`PushError` for an address that is none of a push service which the bank allows."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError as error:
        raise PushError("not an address") from error
    host = (parts.hostname or "").lower()
    allowed = any(fnmatchcase(f"{host}:{port}" if ":" in one else host, one) for one in settings.PUSH_HOSTS)
    plain = parts.scheme == "http" and host in ("127.0.0.1", "::1", "localhost")
    if not allowed or parts.username or not (plain or (parts.scheme == "https" and port in (None, 443))):
        raise PushError("not a push service that this bank allows")


def check_keys(key: str, secret: str) -> None:
    """Raises :class:`PushError` for what is not a browser's public key and secret."""
    _point(unb64(key))
    if len(unb64(secret)) != 16:
        raise PushError("the secret has 16 bytes")


def _point(data: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, data)
    except ValueError as error:
        raise PushError("no point of the curve") from error


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def encrypted(content: bytes, *, key: str, secret: str, own: ec.EllipticCurvePrivateKey | None = None,
              salt: bytes | None = None) -> bytes:  # fmt: skip
    """A message for one browser as one record of ``aes128gcm``; ``own`` and ``salt`` are fresh unless given."""
    own, salt = own or ec.generate_private_key(CURVE), salt or os.urandom(16)
    theirs = unb64(key)
    mine = own.public_key().public_bytes(*POINT)
    shared = own.exchange(ec.ECDH(), _point(theirs))
    material = _derived(unb64(secret), shared, b"WebPush: info\x00" + theirs + mine, 32)
    cipher = AESGCM(_derived(salt, material, b"Content-Encoding: aes128gcm\x00", 16))
    nonce = _derived(salt, material, b"Content-Encoding: nonce\x00", 12)
    head = salt + RECORD.to_bytes(4) + bytes([len(mine)]) + mine
    return head + cipher.encrypt(nonce, content + b"\x02", None)


def authorization(endpoint: str, *, now: float | None = None) -> str:
    """The header by which a push service knows who sends: a token signed for that service, for half a day."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(now or time.time()) + 12 * 3_600,
        "sub": settings.PUSH_CONTACT,
    }
    head = {"typ": "JWT", "alg": "ES256"}
    signed = ".".join(b64(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
    found = signing_key().sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
    r, s = utils.decode_dss_signature(found)
    return f"vapid t={signed}.{b64(r.to_bytes(32) + s.to_bytes(32))}, k={public_key()}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Nobody is sent on to an address that was not checked."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> None:
        """Follows nothing."""


def push(devices: Sequence[Device], content: bytes) -> int:
    """Sends a message to some browsers; returns how many services took it. A browser that is gone is forgotten.

    A service that cannot be reached is noted in the log and no more: the page and the e-mail say the same.
    """
    opener = urllib.request.build_opener(_NoRedirect)
    sent = 0
    for device in devices:
        try:
            check_address(device.endpoint)
            request = urllib.request.Request(  # noqa: S310 - the address was checked
                device.endpoint,
                data=encrypted(content, key=device.key, secret=device.secret),
                headers={
                    "TTL": str(KEPT),
                    "Content-Encoding": "aes128gcm",
                    "Content-Type": "application/octet-stream",
                    "Urgency": "normal",
                    "Authorization": authorization(device.endpoint),
                },
                method="POST",
            )
            with opener.open(request, timeout=TIMEOUT):
                sent += 1
        except urllib.error.HTTPError as error:
            if error.code in GONE:
                device.delete()
            else:
                log.warning("a push service answered %s", error.code)
        except (OSError, PushError) as error:
            log.warning("a push service was not reached: %s", type(error).__name__)
    return sent
