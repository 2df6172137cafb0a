"""Who reads what an institution announces, and who announces for it."""

from __future__ import annotations

import datetime

from django.db.models import Q, QuerySet

from guanxi.crm.insight.queries import newest_publication
from guanxi.crm.kernel.periods import not_over
from guanxi.crm.kernel.scope import BLIND, Scope
from guanxi.crm.org.models import Post, Staff
from guanxi.crm.org.queries import InstitutionTree, institution_tree


def tree_now() -> InstitutionTree:
    """The institutions as of the newest publication."""
    published = newest_publication()
    return institution_tree(published.id if published else 0)


def places_read(staff: Staff, *, tree: InstitutionTree, today: datetime.date) -> set[str]:
    """The institutions whose announcements somebody reads: where they have a post today, and all above. One query."""
    posts = Post.objects.filter(not_over(today), staff=staff).exclude(valid_from__gt=today)
    own = {staff.institution_id, *posts.values_list("institution_id", flat=True)}  # type: ignore[attr-defined]
    return {number for place in own if place in tree.nodes for number in tree.nodes[place].path.strip("/").split("/")}


def places_written(assigns: Scope, *, tree: InstitutionTree) -> set[str]:
    """The institutions for which somebody announces: those whose customers they assign."""
    if assigns.sight == BLIND:
        return set()
    return set(tree.nodes) if assigns.sight.everything else set(assigns.institution_ids) & set(tree.nodes)


def audience(institution_id: str, *, tree: InstitutionTree, today: datetime.date) -> QuerySet[Staff]:
    """The staff in service of an institution and all below it."""
    places = tree.below([institution_id])
    posts = Post.objects.filter(not_over(today), institution__in=places).exclude(valid_from__gt=today)
    return Staff.objects.filter(
        Q(institution__in=places) | Q(pk__in=posts.values("staff_id")), is_active=True, left_on__isnull=True
    ).order_by("institution_id", "pk")
