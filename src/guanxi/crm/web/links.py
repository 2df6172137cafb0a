"""Addresses that are written thousands of times a page; a test holds them to the URL patterns."""

from __future__ import annotations

from urllib.parse import quote

# What Django leaves as it is in an address (RFC 3986).
UNQUOTED = "!*'();:@&=+$,/~"


def customer(party_id: str) -> str:
    """The page of a customer, as ``reverse("customer", args=[party_id])`` gives it, a hundred times faster."""
    return f"/customers/{quote(party_id, safe=UNQUOTED)}/"
