"""Tells the staff of an institution that something was announced."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.bulletin.models import Announcement
from guanxi.crm.bulletin.rights import audience, places_read, tree_now
from guanxi.crm.notices import readers
from guanxi.crm.notices.kinds import Kind, Way, register
from guanxi.crm.notices.models import Mail
from guanxi.crm.notices.readers import Reader
from guanxi.crm.notices.services import notify

ABOUT = "announcement"
ANNOUNCED = register(
    Kind(
        name="announced",
        title=_("Announcement"),
        icon="speakerphone",
        words=lambda facts: str(_("%(who)s has announced something on the bulletin board")) % facts,
        plain=_("There is a new announcement on the bulletin board."),
        place="bulletin-one",
        given=("about_id",),
        way=Way(mail=Mail.DIGEST),
    )
)


def _seen(reader: Reader, numbers: Collection[str]) -> set[str]:
    """What is announced where the reader has a post, or above, and was not withdrawn."""
    places = places_read(reader.staff, tree=tree_now(), today=timezone.localdate())
    rows = Announcement.objects.filter(
        pk__in=[int(number) for number in numbers], institution__in=places, withdrawn_at__isnull=True
    )
    return {str(number) for number in rows.values_list("pk", flat=True)}


readers.register(ABOUT, _seen)


def tell_of_announcement(announcement_id: int) -> int:
    """Tells each of those whom an announcement concerns once; returns how many."""
    one = Announcement.objects.filter(pk=announcement_id, withdrawn_at__isnull=True).first()
    if one is None:
        return 0
    people = audience(one.institution_id, tree=tree_now(), today=timezone.localdate())
    told = notify(to=people.values_list("pk", flat=True), kind=ANNOUNCED, about=(ABOUT, one.pk), by=one.by_id,
                  key=str(one.pk))  # fmt: skip
    return len(told)
