"""Personal data encrypted field by field: what is stored is a *sealed* value, which opens in its own row alone.

A sealed value is: one byte for the cipher, one for the length of the data key's id, the id, a nonce of 12 bytes, the
ciphertext with its tag of 16. Each column (``label``, as ``party_contactpoint.value``) has a key of its own, and what
identifies the row (``context``) is proved with the value: moved to another column or row, it does not open.

The nonce is an HMAC of row and text, so that the same text in the same row is the same bytes under one key: a
publication that is run again writes what it wrote before. Between rows nothing is equal. Empty texts stay empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag

from guanxi.keyring import (
    NONCE_BYTES,
    TAG_BYTES,
    Aead,
    Cipher,
    DataKey,
    MissingKeyError,
    SealBrokenError,
    aead,
    cipher,
    data_key,
    derive,
    keyring,
)

_CODES = {Cipher.AES_256_GCM: 0x11, Cipher.SM4_GCM: 0x12}
_CIPHERS = {code: kind for kind, code in _CODES.items()}
_BLOCK = 64  # of SHA-256, which HMAC fills up with zeros


class Sealed(bytes):
    """A sealed value as it is stored. As text it says only that it is one."""

    __slots__ = ()

    def __str__(self) -> str:
        return "[sealed]"

    __repr__ = __str__

    def __format__(self, _spec: str) -> str:
        return "[sealed]"


class _Box:
    """What seals the values of one column with one key."""

    __slots__ = ("_aead", "_inner", "_outer", "head")

    def __init__(self, label: str, key: DataKey, kind: Cipher) -> None:
        self.head = head_of(key, kind)
        self._aead: Aead = aead(key, f"field {label}", kind)
        # HMAC-SHA256 whose two halves have taken in the key already: a third of the time of the library's for texts
        # as short as these.
        secret = derive(key, f"nonce {label} {kind}").ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in secret))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in secret))

    def seal(self, contexts: Iterable[bytes], texts: Iterable[bytes | None]) -> list[bytes | None]:
        head, inner, outer, encrypt = self.head, self._inner, self._outer, self._aead.encrypt
        made: list[bytes | None] = []
        add = made.append
        for context, text in zip(contexts, texts, strict=True):
            if not text:
                add(text)
                continue
            digest = inner.copy()
            digest.update(context + text)
            whole = outer.copy()
            whole.update(digest.digest())
            nonce = whole.digest()[:NONCE_BYTES]
            add(head + nonce + encrypt(nonce, text, context))
        return made

    def open(self, context: bytes, value: bytes) -> bytes:
        start = len(self.head)
        try:
            return self._aead.decrypt(value[start : start + NONCE_BYTES], value[start + NONCE_BYTES :], context)
        except InvalidTag:
            raise SealBrokenError(
                f"A sealed value of {self.head[2:].decode()} does not open: it was changed or moved, "
                "or another key bears that id."
            ) from None


@lru_cache(maxsize=256)
def _box(label: str, key: DataKey, kind: Cipher) -> _Box:
    return _Box(label, key, kind)


@lru_cache(maxsize=64)
def head_of(key: DataKey, kind: Cipher) -> bytes:
    """With what every value begins that this key sealed with this cipher."""
    return bytes([_CODES[kind], len(key.id)]) + key.id.encode()


def head_now() -> bytes:
    """With what every value begins that is sealed now."""
    return head_of(keyring().active, cipher())


def context_of(parts: Iterable[object]) -> bytes:
    """What identifies a row, from the values of its key: each with its length before it, so that none can be mistaken.

    Numbers and days count as text; ``publish/sealing.py`` makes the same of columns.
    """
    texts = [str(part).encode() for part in parts]
    return b"".join(b"%d:%b" % (len(text), text) for text in texts)


def seal(label: str, context: bytes, text: bytes) -> Sealed:
    """One value, sealed with the active key."""
    return seal_many(label, (context,), (text,))[0] or Sealed()


def seal_many(label: str, contexts: Iterable[bytes], texts: Iterable[bytes | None]) -> list[Sealed | None]:
    """Values of one column, sealed with the active key, each with its row's context; None stays None."""
    made = _box(label, keyring().active, cipher()).seal(contexts, texts)
    return [None if one is None else Sealed(one) for one in made]


def seal_column(label: str, contexts: Sequence[bytes], texts: Sequence[bytes | None]) -> list[bytes | None]:
    """As :func:`seal_many`, as plain bytes and so a little faster: for millions of them."""
    return _box(label, keyring().active, cipher()).seal(contexts, texts)


def unseal(label: str, context: bytes, value: bytes) -> bytes:
    """What was sealed; empty for an empty value.

    Raises ``MissingKeyError`` where its key is not in the file, ``SealBrokenError`` where it does not open.
    """
    if not value:
        return b""
    kind, key_id = name_of(value)
    return _box(label, data_key(key_id), kind).open(context, value)


def unseal_column(label: str, contexts: Iterable[bytes], values: Iterable[bytes | None]) -> list[bytes | None]:
    """As :func:`unseal`, for many; looks each key up once."""
    boxes: dict[bytes, _Box] = {}
    made: list[bytes | None] = []
    for context, value in zip(contexts, values, strict=True):
        if not value:
            made.append(value)
            continue
        head = value[: 2 + value[1]] if len(value) > 2 else value
        box = boxes.get(head)
        if box is None:
            kind, key_id = name_of(value)
            box = boxes[head] = _box(label, data_key(key_id), kind)
        made.append(box.open(context, value))
    return made


def name_of(value: bytes) -> tuple[Cipher, str]:
    """The cipher and the id of the key by which a value was sealed; raises ``SealBrokenError`` for what is none."""
    kind = _CIPHERS.get(value[0]) if value else None
    if kind is None or len(value) < 2 or len(value) < 2 + value[1] + NONCE_BYTES + TAG_BYTES:
        raise SealBrokenError("A value that should be sealed is not: it was cut off, or written past Guanxi.")
    return kind, value[2 : 2 + value[1]].decode("ascii", "replace")


def opens(label: str, context: bytes, value: bytes) -> bool:
    """Whether a value can be opened: its key is there and fits."""
    try:
        unseal(label, context, value)
    except (MissingKeyError, SealBrokenError):
        return False
    return True
