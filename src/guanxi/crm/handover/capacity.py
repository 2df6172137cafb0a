"""How many customers somebody leads, and how many more they may: the limits of the pools above them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count

from guanxi.crm.handover.models import Pool
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.kernel.scope import KIND_OF_LINE
from guanxi.crm.org.models import Line, Post, Role, Staff
from guanxi.crm.org.queries import InstitutionTree
from guanxi.crm.party.models import Party

EVERY_KIND = frozenset(KIND_OF_LINE.values())


@dataclass(frozen=True, slots=True)
class Standing:
    """What a manager leads and may lead; both are by kind of customer, and by kind and tier (``person/premier``)."""

    staff_id: str
    name: str
    institution_id: str
    kinds: frozenset[str]
    leads: Mapping[str, int]
    limits: Mapping[str, int]

    @property
    def many(self) -> int:
        """How many customers are led in all."""
        return sum(self.leads.get(kind, 0) for kind in EVERY_KIND)

    @property
    def most(self) -> int | None:
        """How many may be led in all; None where a kind that is served has no limit."""
        limits = [self.limits.get(kind) for kind in self.kinds]
        return None if None in limits or not limits else sum(limit or 0 for limit in limits)

    def room(self) -> dict[str, int]:
        """How many more may be led, for each limit."""
        return {key: max(0, limit - self.leads.get(key, 0)) for key, limit in self.limits.items()}


def pool_of(
    pools: Mapping[tuple[str, str], Pool], institution_id: str, line: str, tree: InstitutionTree
) -> Pool | None:
    """The pool that holds for an institution: its own, or the nearest one above."""
    number: str | None = institution_id
    while number:
        if (number, line) in pools:
            return pools[number, line]
        node = tree.nodes.get(number)
        number = node.parent_id if node else None
    return None


def all_pools() -> dict[tuple[str, str], Pool]:
    """Every pool by institution and line; one query."""
    return {(pool.institution_id, pool.line): pool for pool in Pool.objects.all()}


def standings(staff_ids: Iterable[str], *, tree: InstitutionTree, today: object) -> dict[str, Standing]:
    """What some managers lead and may lead; five queries. Counts alone leave here, so they are of all customers."""
    wanted = list(staff_ids)
    people = {one.pk: one for one in Staff.objects.filter(pk__in=wanted)}
    lines: dict[str, set[str]] = defaultdict(set)
    for staff_id, line in (
        Post.objects.filter(staff_id__in=wanted, role=Role.RM)
        .exclude(valid_to__lt=today)
        .exclude(valid_from__gt=today)
        .values_list("staff_id", "line")
    ):
        lines[staff_id].add(line)
    leads = _leads(wanted)
    pools = all_pools()
    found = {}
    for number in wanted:
        one = people.get(number)
        if one is None:
            continue
        held = lines.get(number) or {one.line}
        kinds = EVERY_KIND if held & {Line.BOTH, ""} else frozenset(KIND_OF_LINE[line] for line in held)
        limits: dict[str, int] = {}
        for line, kind in KIND_OF_LINE.items():
            pool = pool_of(pools, one.institution_id or "", line, tree)
            if pool is not None and pool.capacity is not None:
                limits[kind] = pool.capacity
            for tier, limit in (pool.tier_capacity if pool else {}).items():
                limits[f"{kind}/{tier}"] = int(limit)
        found[number] = Standing(number, one.name, one.institution_id or "", kinds, leads[number], limits)
    return found


def _leads(staff_ids: list[str]) -> dict[str, Counter[str]]:
    """By manager, how many customers are led by kind, and by kind and tier."""
    from guanxi.crm.insight.models import CustomerFigure
    from guanxi.crm.insight.queries import newest_publication

    leads: dict[str, Counter[str]] = defaultdict(Counter)
    published = newest_publication()
    with entered(SYSTEM):
        rows = Party.objects.filter(manager_id__in=staff_ids).values_list("manager_id", "kind")
        for manager, kind, many in rows.annotate(many=Count("id")):
            leads[manager][kind] = many
        if published:
            tiers = CustomerFigure.objects.filter(manager_id__in=staff_ids, business_date=published.business_date)
            for manager, kind, tier, many in tiers.values_list("manager_id", "kind", "tier").annotate(
                many=Count("party_id")
            ):
                leads[manager][f"{kind}/{tier}"] = many
    return leads
