"""The register of kinds of notification: each room says what it tells people, in one row a kind.

A kind has two wordings. ``words`` is what the page shows to somebody signed in, with the customer's and the colleague's
name as far as the reader may see them. ``plain`` leaves the house by e-mail and push: it holds no name, no number of a
customer, no amount.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanxi.crm.notices.models import Mail, Notice

Words = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Way:
    """By which ways somebody is told of a kind: in the page with count and pop-up, by e-mail, on their devices."""

    page: bool = True
    mail: str = Mail.OFF
    push: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. ``words`` gets the facts with ``customer`` and ``who`` (names, "" where there is none or none to see).

    ``place`` is the name of the address that shows the record, ``given`` the fields of the notice that the address
    takes, in their order. ``way`` holds until somebody wishes otherwise.
    """

    name: str
    title: str | Promise
    icon: str
    words: Words
    plain: str | Promise
    place: str = ""
    given: tuple[str, ...] = ()
    way: Way = field(default_factory=Way)

    def address(self, notice: Notice) -> str:
        """Where the record is looked at; empty where it has no page."""
        if not self.place:
            return ""
        try:
            return reverse(self.place, args=[getattr(notice, name) for name in self.given])
        except NoReverseMatch:
            return ""


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Makes a kind known; raises ``ValueError`` where another has its name."""
    if _KINDS.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"two kinds of notification are named {kind.name}")
    return kind


def registered() -> tuple[Kind, ...]:
    """Every kind, in the order of registration."""
    return tuple(_KINDS.values())


def kind_named(name: str) -> Kind:
    """A kind; for one that no room knows any more, words that say only that there was something."""
    return _KINDS.get(name) or Kind(
        name=name,
        title=_("Something else"),
        icon="bell",
        words=lambda _facts: str(_("A notification of a kind that is no longer used")),
        plain=_("There is a new notification."),
    )
