"""Where a referral may go: institutions, and the managers of each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guanxi.crm.org.queries import institution_tree, managers_of
from guanxi.crm.web.request import StaffRequest

Choices = list[tuple[str, list[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class Place:
    """An institution, and somebody there; ``taker_id`` empty: whoever its branch manager gives it to."""

    institution_id: str
    taker_id: str = ""

    @classmethod
    def read(cls, value: str) -> Place:
        """From ``B11`` or ``B11/1112``."""
        institution, _slash, taker = value.partition("/")
        return cls(institution[:32], taker[:32])

    def write(self) -> str:
        """The inverse of :meth:`read`."""
        return f"{self.institution_id}/{self.taker_id}" if self.taker_id else self.institution_id


def places(request: StaffRequest) -> Choices:
    """Every institution with its managers, as groups of choices; who asks is left out. One query."""
    tree = institution_tree(request.display.version)
    language = request.display.language
    people: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for number, name, institution in managers_of(None):
        if number != request.user.id:
            people[institution].append((Place(institution, number).write(), f"{name} · {number}"))
    return [
        (node.label(language), [(node.id, _("%(place)s: whoever is free") % {"place": node.label(language)}),
                                *people[node.id]])
        for node in tree.nodes.values()
    ]  # fmt: skip


def place_name(request: StaffRequest, institution_id: str) -> str:
    """An institution's name in the language of the page."""
    return institution_tree(request.display.version).label(institution_id, request.display.language)
