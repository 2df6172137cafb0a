"""Tells managers of leads that were given to them, and branch managers of those that nobody has accepted in time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from guanxi.crm.notices.kinds import Kind, Way, register
from guanxi.crm.notices.services import notify
from guanxi.crm.org.models import Institution, Post, Role
from guanxi.crm.sales.models import Lead

GIVEN = register(
    Kind(
        name="leads_given",
        title=gettext_lazy("Leads were given to you"),
        icon="user-plus",
        words=lambda facts: (
            ngettext(
                "%(number)s lead waits for your acceptance",
                "%(number)s leads wait for your acceptance",
                facts["number"],
            )
            % facts
        ),
        plain=gettext_lazy("Leads wait for your acceptance."),
        place="leads",
    )
)
OVERDUE = register(
    Kind(
        name="leads_overdue",
        title=gettext_lazy("Leads not accepted in time"),
        icon="alert-triangle",
        words=lambda facts: (
            ngettext(
                "%(number)s lead was not accepted in time",
                "%(number)s leads were not accepted in time",
                facts["number"],
            )
            % facts
        ),
        plain=gettext_lazy("Leads of your institutions were not accepted in time."),
        place="leads",
        way=Way(push=True),
    )
)


def tell_of_given(takers: Mapping[str, int], *, by: str | None) -> None:
    """Tells each manager how many leads were given to them; who gives to themselves is told nothing."""
    for number, many in sorted(takers.items()):
        notify(to=[number], kind=GIVEN, facts={"number": many}, by=by)


def tell_of_overdue(leads: Iterable[Lead]) -> None:
    """Tells the branch manager nearest above each lead's institution; two queries, none for none."""
    many = Counter(lead.institution_id for lead in leads)
    if not many:
        return
    above = {
        number: [one for one in path.split("/") if one]
        for number, path in Institution.objects.filter(pk__in=many).values_list("id", "path")
    }
    today = timezone.localdate()
    heads: dict[str, list[str]] = defaultdict(list)
    posts = Post.objects.filter(
        role=Role.BRANCH_MANAGER, institution_id__in={one for path in above.values() for one in path}
    )
    for staff_id, place in (
        posts.exclude(valid_to__lt=today).exclude(valid_from__gt=today).values_list("staff_id", "institution_id")
    ):
        heads[place].append(staff_id)
    told: Counter[str] = Counter()
    for number, leads_there in many.items():
        nearest = next((place for place in reversed(above.get(number, [])) if heads[place]), None)
        for staff_id in heads[nearest] if nearest else ():
            told[staff_id] += leads_there
    for staff_id, overdue in sorted(told.items()):
        notify(to=[staff_id], kind=OVERDUE, facts={"number": overdue})
