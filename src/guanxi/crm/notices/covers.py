"""Tells who covers for whom: when it is arranged, and on its first day."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.notices.kinds import Kind, Way, register
from guanxi.crm.notices.models import Mail
from guanxi.crm.notices.services import notify
from guanxi.crm.org.models import Cover

ARRANGED = register(
    Kind(
        name="cover_arranged",
        title=gettext_lazy("Cover arranged"),
        icon="calendar-user",
        words=lambda facts: (
            _("You cover for %(who)s from %(first)s to %(last)s") % facts
            if facts.get("side") == "substitute"
            else _("%(who)s covers for you from %(first)s to %(last)s") % facts
        ),
        plain=gettext_lazy("A cover was arranged that concerns you."),
        place="home",
    )
)
BEGUN = register(
    Kind(
        name="cover_begun",
        title=gettext_lazy("Cover begins"),
        icon="user-check",
        words=lambda facts: (
            _("You cover for %(who)s from today until %(last)s") % facts
            if facts.get("side") == "substitute"
            else _("%(who)s covers for you from today until %(last)s") % facts
        ),
        plain=gettext_lazy("A cover that concerns you begins today."),
        place="home",
        way=Way(mail=Mail.DIGEST),
    )
)


def tell_of_cover(*, cover: Cover, today: datetime.date) -> None:
    """Tells both sides of a cover that was arranged; one that begins today is told as begun."""
    kind = BEGUN if cover.valid_from <= today else ARRANGED
    _tell(cover, kind, key=f"{cover.pk}")


def tell_of_begun_covers(*, today: datetime.date) -> int:
    """Tells of every cover whose first day is today, each once; returns how many notices were made."""
    return sum(
        _tell(one, BEGUN, key=f"{one.pk}") for one in Cover.objects.filter(valid_from=today, valid_to__gte=today)
    )


def _tell(cover: Cover, kind: Kind, *, key: str) -> int:
    made = 0
    for side, to, other in (
        ("substitute", cover.substitute_id, cover.staff_id),
        ("away", cover.staff_id, cover.substitute_id),
    ):
        facts = {"side": side, "who": other, "first": cover.valid_from, "last": cover.valid_to}
        made += len(notify(to=[to], kind=kind, facts={name: str(one) for name, one in facts.items()}, key=key))
    return made
