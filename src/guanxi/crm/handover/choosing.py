"""Which customers a hand-over is about: all of the giver's, those that fit, or those named one by one."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.db.models.expressions import RawSQL

from guanxi.crm.handover.models import Handover
from guanxi.crm.handover.rules import Candidate
from guanxi.crm.insight.models import CustomerFigure
from guanxi.crm.kernel.scope import KIND_OF_LINE, Scope
from guanxi.crm.org.queries import InstitutionTree
from guanxi.crm.party.models import Party

NAMED_MOST = 200_000
_BETWEEN = re.compile(r"[\s,;，；、\"']+")


@dataclass(frozen=True, slots=True)
class What:
    """A choice of customers: a line of business, tiers, institutions with all below, kinds of product held (bits).

    What is empty does not narrow; with ``named``, only the numbers listed are meant.
    """

    line: str = ""
    tiers: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    products: int = 0
    named: bool = False

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> What:
        """As it is kept with the hand-over."""
        return cls(
            str(stored.get("line", "")),
            tuple(stored.get("tiers", ())),
            tuple(stored.get("institutions", ())),
            int(stored.get("products", 0)),
            bool(stored.get("named", False)),
        )

    def stored(self) -> dict[str, Any]:
        """As it is kept with the hand-over."""
        return {
            "line": self.line,
            "tiers": list(self.tiers),
            "institutions": list(self.institutions),
            "products": self.products,
            "named": self.named,
        }


def numbers_in(text: str) -> list[str]:
    """The customer numbers in a pasted or uploaded list, each once, in their order; at most :data:`NAMED_MOST`."""
    return list(dict.fromkeys(word for word in _BETWEEN.split(text.lstrip("\ufeff")) if word and len(word) <= 32))[
        :NAMED_MOST
    ]


def candidates(handover: Handover, *, scope: Scope, day: datetime.date, tree: InstitutionTree) -> list[Candidate]:
    """The customers that the hand-over is about, within what the arranger may assign; two queries.

    ``day`` is the business date whose figures count. Customers of whom nothing is published yet have none.
    """
    what = What.of(handover.what)
    rows = Party.objects.visible_to(scope).filter(manager_id=handover.giver_id)
    figures = CustomerFigure.objects.visible_to(scope).filter(business_date=day, manager_id=handover.giver_id)
    if what.line:
        rows, figures = rows.filter(kind=KIND_OF_LINE[what.line]), figures.filter(kind=KIND_OF_LINE[what.line])
    if what.institutions:
        places = tree.below(what.institutions)
        rows, figures = rows.filter(institution_id__in=places), figures.filter(institution_id__in=places)
    named = set(numbers_in(handover.numbers)) if what.named else None
    known = {
        number: tuple(rest)
        for number, *rest in figures.values_list(
            "party_id", "tier", "assets", "loan", "contribution_r12", "product_kinds"
        )
    }
    paths: dict[str, tuple[str, ...]] = {}
    found = []
    for number, kind, place in rows.values_list("id", "kind", "institution_id"):
        if named is not None and number not in named:
            continue
        figure = known.get(number, ())
        if what.tiers and (not figure or figure[0] not in what.tiers):
            continue
        if what.products and (not figure or not figure[4] & what.products):
            continue
        if place not in paths:
            paths[place] = path_of(place, tree)
        found.append(Candidate(number, kind, place, paths[place], *figure))
    return found


def many(
    handover: Handover, *, scope: Scope, day: datetime.date, tree: InstitutionTree, most: int | None = None
) -> int:
    """How many customers :func:`candidates` would find, counted by the database; counts no further than ``most``."""
    what = What.of(handover.what)
    rows = Party.objects.visible_to(scope).filter(manager_id=handover.giver_id)
    if what.line:
        rows = rows.filter(kind=KIND_OF_LINE[what.line])
    if what.institutions:
        rows = rows.filter(institution_id__in=tree.below(what.institutions))
    if what.named:
        # One parameter, however long the list is.
        rows = rows.filter(id__in=RawSQL("SELECT unnest(%s::varchar[])", [numbers_in(handover.numbers)]))
    if what.tiers or what.products:
        figures = CustomerFigure.objects.visible_to(scope).filter(
            business_date=day, manager_id=handover.giver_id, party_id=OuterRef("pk")
        )
        if what.tiers:
            figures = figures.filter(tier__in=what.tiers)
        if what.products:
            figures = figures.annotate(fitting=F("product_kinds").bitand(what.products)).filter(fitting__gt=0)
        rows = rows.filter(Exists(figures))
    return rows.count() if most is None else rows[:most].count()


def path_of(institution_id: str, tree: InstitutionTree) -> tuple[str, ...]:
    """An institution's numbers from the topmost down."""
    node = tree.nodes.get(institution_id)
    return tuple(part for part in node.path.split("/") if part) if node else (institution_id,)
