"""Tells approvers of exports that wait for them, and whoever asked what was decided and that the file is ready."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from guanxi.crm.insight.queries import newest_publication
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.notices import readers
from guanxi.crm.notices.kinds import Kind, Way, register
from guanxi.crm.notices.models import Mail
from guanxi.crm.notices.readers import Reader
from guanxi.crm.notices.services import notify
from guanxi.crm.org.grants import span_of
from guanxi.crm.org.models import Post, Role, Staff
from guanxi.crm.org.queries import institution_tree, standing_of
from guanxi.crm.web.exports.rights import Spread, covers
from guanxi.crm.web.models import Export

ABOUT = "export"
PLACE: dict[str, Any] = {"place": "export", "given": ("about_id",)}
APPROVERS = [role for role in Role.values if span_of(role, Verb.APPROVE)]


def _wanted(facts: Any) -> str:
    return (
        ngettext(
            "%(who)s asks for your approval of an export of %(number)s row",
            "%(who)s asks for your approval of an export of %(number)s rows",
            facts["number"],
        )
        % facts
    )


WANTED = register(
    Kind(
        name="export_wanted",
        title=_("Export to approve"),
        icon="file-export",
        words=_wanted,
        plain=_("An export waits for your approval."),
        way=Way(mail=Mail.NOW, push=True),
        **PLACE,
    )
)
DECIDED = register(
    Kind(
        name="export_decided",
        title=_("Your export: decided"),
        icon="file-export",
        words=lambda facts: (
            str(_("%(who)s approved your export") if facts["approved"] else _("%(who)s refused your export")) % facts
        ),
        plain=_("Your export was decided about."),
        way=Way(mail=Mail.NOW),
        **PLACE,
    )
)
READY = register(
    Kind(
        name="export_ready",
        title=_("Your export: ready"),
        icon="file-export",
        words=lambda _facts: str(_("The file that you asked for is ready to be fetched")),
        plain=_("A file that you asked for is ready."),
        **PLACE,
    )
)


def _seen(reader: Reader, numbers: Collection[str]) -> set[str]:
    """One's own requests, and those of others that one may decide about."""
    rows = Export.objects.filter(pk__in=numbers).only("id", "staff", "reach")
    approve = reader.scopes[Verb.APPROVE]
    return {str(one.pk) for one in rows if one.staff_id == reader.staff.pk or covers(approve, one.reach)}


readers.register(ABOUT, _seen)


def tell_of_wanted(export: Export) -> None:
    """Tells the nearest who may decide about a request: those of the institution itself, else of the one above."""
    facts = {"number": export.expected or 0}
    notify(
        to=nearest_approvers(export.reach, but=export.staff_id),
        kind=WANTED,
        about=(ABOUT, export.pk),
        facts=facts,
        by=export.staff_id,
    )


def nearest_approvers(reach: Spread, *, but: str) -> list[str]:
    """Who may approve rows of these institutions and kinds, of the lowest level that has any; one query a person."""
    published, today = newest_publication(), timezone.localdate()
    version = published.id if published else 0
    tree = institution_tree(version)
    paths = [set(tree.nodes[place].path.strip("/").split("/")) for place, _kind in reach or () if place in tree.nodes]
    above = set.intersection(*paths) if paths and reach is not None else {
        number for number, node in tree.nodes.items() if not node.parent_id or node.kind == "bank"
    }  # fmt: skip
    posts = Post.objects.filter(role__in=APPROVERS, institution__in=above, staff__is_active=True).exclude(staff=but)
    at = sorted(
        {(-tree.nodes[place].depth, number) for number, place in posts.values_list("staff_id", "institution_id")}
    )
    people = Staff.objects.in_bulk([number for _depth, number in at])
    found: list[str] = []
    level = None
    for depth, number in at:
        if found and depth != level:
            break
        standing = standing_of(people[number], version=version, today=today)
        if covers(standing.scopes[Verb.APPROVE], reach):
            found.append(number)
            level = depth
    return found


def tell_of_decision(export: Export) -> None:
    """Tells whoever asked that somebody approved or refused."""
    facts = {"approved": export.status != Export.Status.REFUSED}
    notify(to=[export.staff_id], kind=DECIDED, about=(ABOUT, export.pk), facts=facts, by=export.decided_by_id)


def tell_of_ready(export: Export) -> None:
    """Tells whoever asked that a file which they did not get at once is there."""
    notify(to=[export.staff_id], kind=READY, about=(ABOUT, export.pk), key=str(export.pk))
