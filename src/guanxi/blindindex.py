"""The blind index: by what numbers are found that stand encrypted in the database.

A number's *token* is its kind (one letter), the id of the data key, a colon, and the beginning of an HMAC-SHA256 under
a key derived for this alone. The same number gives the same token, so that ``=`` finds it; without the key nobody can
tell which number a token stands for, nor try them all out. Whoever types a number is answered from the tokens of every
key in the file: a search misses nothing while the tokens are rotated to a new one.

What a token still tells is that two rows share it. For four digits of a phone (kind ``d``) that is much, since there
are only ten thousand: ``docs/decisions/0020`` says what an observer learns.
"""

from __future__ import annotations

import base64
import hmac
from functools import lru_cache

from guanxi.keyring import DataKey, derive, keyring

PURPOSE = "blind index"
# Characters of base64: 48 bits for one of ten thousand, so that none meets another; 96 bits for whole numbers.
WIDTHS = {"d": 8, "x": 16}
_BLOCK = 64


def blind(kind: str, word: str, key: DataKey) -> str:
    """The token of ``word`` under one key."""
    digest = hmac.digest(derive(key, PURPOSE), f"{kind}{word}".encode(), "sha256")
    return f"{kind}{key.id}:{base64.b64encode(digest).decode()[: WIDTHS[kind]]}"


def tokens_of(kind: str, word: str) -> tuple[str, ...]:
    """The tokens of ``word`` under every key in the file, the active one's first."""
    ring = keyring()
    others = [key for key in ring.keys if key is not ring.active]
    return tuple(blind(kind, word, key) for key in (ring.active, *others))


@lru_cache(maxsize=16)
def pads(key: DataKey) -> tuple[bytes, bytes]:
    """The key as HMAC lays it before its inner and its outer text: for engines that know only the hash."""
    secret = derive(key, PURPOSE).ljust(_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in secret), bytes(byte ^ 0x5C for byte in secret)
