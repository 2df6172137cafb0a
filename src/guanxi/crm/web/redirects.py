"""Where a form may send the browser afterwards: to a path of this site, and nowhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 2_000


def own_path(address: str, default: str = "/") -> str:
    """``address`` if it is a path of this site without host and scheme, else ``default``.

    What browsers take for another site is none: two slashes, a backslash, control characters, ``javascript:``.
    """
    if len(address) > LONGEST or not address.startswith("/") or address.startswith(("//", "/\\")) or "\\" in address:
        return default
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in address):
        return default
    try:
        parts = urlsplit(address)
    except ValueError:
        return default
    if parts.scheme or parts.netloc or not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return default
    return address
