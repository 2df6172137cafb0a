"""What a search finds, as the pages show it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from guanxi.crm.consent.queries import not_erased
from guanxi.crm.insight.models import CustomerFigure
from guanxi.crm.org.queries import institution_tree, staff_names
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.search.matching import narrow_to


@dataclass(frozen=True, slots=True)
class Hit:
    """A customer found. ``name`` has what was typed marked."""

    party_id: str
    name: SafeString
    kind: str
    tier: str
    sub_tier: str
    institution: str
    manager: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, largest assets first; ``more``: there are others."""

    hits: tuple[Hit, ...]
    more: bool


def found_for(request: StaffRequest, words: str, at_most: int) -> Found:
    """The customers within the person's scope that ``words`` mean, at most so many; one query, none for no words.

    Whoever is in the register of erasures is not found.
    """
    if not words or request.published is None:
        return Found((), more=False)
    rows = CustomerFigure.objects.visible_to(request.scope).filter(business_date=request.day)
    rows = not_erased(narrow_to(rows, words, request.scope)).order_by("-assets", "-party_id")
    found = list(
        rows.values_list("party_id", "name", "kind", "tier", "sub_tier", "institution_id", "manager_id")[: at_most + 1]
    )
    tree, names = institution_tree(request.published.id), staff_names(request.published.id)
    language = request.display.language
    hits = tuple(
        Hit(
            party_id,
            marked(name, words),
            kind,
            tier,
            sub_tier,
            tree.label(institution, language),
            names.get(manager, "") if manager else "",
        )
        for party_id, name, kind, tier, sub_tier, institution, manager in found[:at_most]
    )
    return Found(hits, more=len(found) > at_most)


def marked(name: str, words: str) -> SafeString:
    """The name with the part that was typed in ``<mark>``."""
    at = name.find(words)
    if at < 0:
        return format_html("{}", name)
    return format_html("{}<mark>{}</mark>{}", name[:at], words, name[at + len(words) :])
