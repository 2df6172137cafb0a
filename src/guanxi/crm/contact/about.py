"""What an activity or a task is about in particular, beside the customer: a register that rooms above add to.

A row always says its customer, by whom it is scoped. ``about_kind`` and ``about_id`` say what it is about within that
relationship: the customer as such (``customer``, with an empty ``about_id``), or later an opportunity, a campaign, a
case. A room that has such things registers its kind here when it is ready; no stored row changes its meaning then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Named:
    """One thing as a page shows it: its name, and where it is looked at (empty: nowhere)."""

    label: str
    url: str = ""


def _nothing(_numbers: Iterable[str]) -> Mapping[str, Named]:
    return {}


@dataclass(frozen=True, slots=True)
class About:
    """A kind of thing that work can be about. ``named`` gives names by number, within the reader's row security."""

    kind: str
    label: str | Promise
    named: Callable[[Iterable[str]], Mapping[str, Named]] = _nothing


_KINDS: dict[str, About] = {}


def register(about: About) -> About:
    """Makes a kind known; raises ``ValueError`` where another has its name."""
    if _KINDS.setdefault(about.kind, about) is not about:
        raise ValueError(f"two kinds are named {about.kind}")
    return about


def is_known(kind: str) -> bool:
    """Whether rows may be about that kind of thing."""
    return kind in _KINDS


def names_of(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Named]:
    """The names of things as (kind, number), for those that are not the customer as such; one call a kind."""
    wanted: dict[str, set[str]] = {}
    for kind, number in pairs:
        if kind != CUSTOMER and number:
            wanted.setdefault(kind, set()).add(number)
    return {
        (kind, number): named
        for kind, numbers in wanted.items()
        if kind in _KINDS
        for number, named in _KINDS[kind].named(sorted(numbers)).items()
    }


register(About(CUSTOMER, _("Customer")))
