"""Every declared list by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from guanxi.crm.web.listing.listing import Listing
from guanxi.crm.web.request import StaffRequest

# Gives the rows that a person may see; filters narrow them further.
Source = Callable[[StaffRequest], QuerySet[Any]]

_LISTINGS: dict[str, Listing] = {}
_SOURCES: dict[str, Source] = {}


def register(listing: Listing, source: Source) -> Listing:
    """Makes a list known by its name, for the column choice and for exports that run later."""
    if _LISTINGS.setdefault(listing.name, listing) is not listing:
        raise ValueError(f"two lists are named {listing.name}")
    _SOURCES[listing.name] = source
    return listing


def source_of(name: str) -> Source:
    """Where the rows of a list come from, within the scope of who asks; raises ``Http404`` for no list."""
    listing_named(name)
    return _SOURCES[name]


def list_title(name: str) -> str:
    """What people call the list of that name; the name itself where there is no such list any more."""
    return str(_LISTINGS[name].title) if name in _LISTINGS else name


def listing_named(name: str) -> Listing:
    """The list of that name; raises ``Http404`` where there is none."""
    try:
        return _LISTINGS[name]
    except KeyError:
        raise Http404(name) from None
