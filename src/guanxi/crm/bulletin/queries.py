"""Reads the board: what is announced to somebody, who has read it, what is shared."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from guanxi.crm.bulletin.models import Announcement, Material, MaterialVersion, Receipt
from guanxi.crm.bulletin.rights import audience
from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import InstitutionTree

PAGE = 30


def current(today: datetime.date) -> Q:
    """What is shown: not withdrawn, not over."""
    return Q(withdrawn_at__isnull=True) & (Q(expires_on__isnull=True) | Q(expires_on__gte=today))


def announcements(
    places: Collection[str], *, staff: Staff, words: str = "", over: bool = False, page: int = 1
) -> tuple[list[Announcement], bool]:
    """A page of what is announced in some institutions, pinned first, then the newest; and whether there are more.

    Each row has ``unread``, ``readers`` (how many have read it) and ``attached`` (how many files). ``over`` shows what
    has expired instead. One query.
    """
    today = timezone.localdate()
    shown = current(today)
    rows = Announcement.objects.filter(institution__in=places, withdrawn_at__isnull=True)
    rows = rows.filter(expires_on__lt=today) if over else rows.filter(shown)
    if words:
        rows = rows.filter(Q(title__icontains=words) | Q(text__icontains=words))
    rows = rows.annotate(
        unread=~Exists(Receipt.objects.filter(announcement=OuterRef("pk"), staff=staff)),
        readers=Count("receipts", distinct=True),
        attached=Count("files", distinct=True),
    ).order_by("-pinned", "-made_at", "-pk")
    found = list(rows[(page - 1) * PAGE : page * PAGE + 1])
    return found[:PAGE], len(found) > PAGE


@dataclass(frozen=True, slots=True)
class Readers:
    """Who has read an announcement, with when and which version, and who has not, of those to whom it is addressed."""

    read: tuple[tuple[Staff, Receipt], ...]
    waiting: tuple[Staff, ...]

    @property
    def all(self) -> int:
        """How many it is addressed to."""
        return len(self.read) + len(self.waiting)


def readers_of(one: Announcement, *, tree: InstitutionTree) -> Readers:
    """Who has read an announcement and who has not; two queries."""
    receipts = {receipt.staff_id: receipt for receipt in Receipt.objects.filter(announcement=one)}
    people = [staff for staff in audience(one.institution_id, tree=tree, today=timezone.localdate())
              if staff.pk != one.by_id]  # fmt: skip
    read = [(staff, receipts[staff.pk]) for staff in people if staff.pk in receipts]
    read.sort(key=lambda pair: pair[1].at)
    return Readers(tuple(read), tuple(staff for staff in people if staff.pk not in receipts))


def materials(places: Collection[str], *, words: str = "") -> QuerySet[Material]:
    """What is shared in some institutions, the newest first, with its newest version's number, name, size and day.

    ``words`` are looked for in titles, descriptions, file names and notes of every version.
    """
    newest = MaterialVersion.objects.filter(material=OuterRef("pk")).order_by("-number")
    rows = Material.objects.filter(institution__in=places, withdrawn_at__isnull=True)
    for word in words.split()[:5]:
        version = MaterialVersion.objects.filter(material=OuterRef("pk")).filter(
            Q(name__icontains=word) | Q(note__icontains=word)
        )
        rows = rows.filter(Q(title__icontains=word) | Q(text__icontains=word) | Exists(version))
    return rows.annotate(
        newest=Max("versions__number"),
        at=Subquery(newest.values("made_at")[:1]),
        file_name=Subquery(newest.values("name")[:1]),
        bytes=Subquery(newest.values("size")[:1]),
    ).order_by(F("at").desc(nulls_last=True), "-pk")
