"""The keyed digests that prove the log: of each entry, of each link of the chain, of each head kept outside.

All are HMAC-SHA256 with keys derived from the audit key, which is not in the database: whoever may write every table
still cannot make an entry, a link or a head that fits.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
# An entry's number is its microsecond since 2020 and twelve bits of chance: unique without asking the database, in the
# order of time, and good until 2091.
CHANCE_BITS = 12
GENESIS = bytes(32)
FIELDS = ("id", "actor", "roles", "request_id", "address", "action", "subject", "kind", "object_id", "detail")


@lru_cache(maxsize=16)
def _keys(secret: str) -> tuple[bytes, bytes, bytes, bytes]:
    def derived(purpose: str) -> bytes:
        return hmac.digest(secret.encode(), f"guanxi audit {purpose}".encode(), hashlib.sha256)

    return derived("entry"), derived("link"), derived("head"), derived("words")


def moment_of(entry_id: int) -> datetime:
    """When the entry of that number was written (UTC)."""
    return EPOCH + timedelta(microseconds=entry_id >> CHANCE_BITS)


def first_id_of(moment: datetime) -> int:
    """The smallest number that an entry of that moment can have."""
    return ((moment - EPOCH) // timedelta(microseconds=1)) << CHANCE_BITS


def entry_mac(values: Iterable[Any]) -> bytes:
    """The digest of an entry's :data:`FIELDS`, in their order; 32 bytes."""
    canonical = json.dumps(list(values), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hmac.digest(_keys(settings.AUDIT_KEY)[0], canonical.encode(), hashlib.sha256)


def link_hash(number: int, entry_id: int, mac: bytes, previous: bytes) -> bytes:
    """The hash of a link; 32 bytes."""
    body = number.to_bytes(8, "big") + entry_id.to_bytes(8, "big") + mac + previous
    return hmac.digest(_keys(settings.AUDIT_KEY)[1], body, hashlib.sha256)


def head_signature(number: int, hash_: str, at: str) -> str:
    """The signature of a head of the chain, in hexadecimal digits."""
    return hmac.digest(_keys(settings.AUDIT_KEY)[2], f"{number} {hash_} {at}".encode(), hashlib.sha256).hex()


def mark_of(words: str) -> str:
    """A mark that is the same for the same words and tells nothing of them without the key; 16 digits."""
    return hmac.digest(_keys(settings.AUDIT_KEY)[3], words.encode("utf-8", "replace"), hashlib.sha256).hex()[:16]
