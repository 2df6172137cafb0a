"""Tells people what concerns them, and notes what they have read and how they wish to be told."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.notices.kinds import Kind, Way, registered
from guanxi.crm.notices.models import Mail, Notice, Unread, Wish
from guanxi.crm.notices.queries import hidden_unread
from guanxi.crm.notices.readers import Reader, reader_of, seen_by
from guanxi.crm.org.models import Staff

# A bulk act on the centre's page is about what it shows.
MOST = 500


def notify(
    *,
    to: Iterable[str | None],
    kind: Kind,
    party_id: str | None = None,
    about: tuple[str, object] | None = None,
    facts: Mapping[str, Any] | None = None,
    by: str | None = None,
    key: str = "",
) -> list[Notice]:
    """Tells each of ``to`` (staff numbers; repetitions, None and ``by`` are left out); returns what was told.

    Whoever is out of service, or may not see the customer ``party_id`` or the record ``about`` (kind and number), is
    told nothing. ``facts`` are counts, codes and dates for the kind's sentence: no names, no amounts. The same ``key``
    of a kind is told to a person once. Belongs to the caller's transaction, and goes out when that is committed.
    """
    numbers = sorted({number for number in to if number and number != by})
    if not numbers:
        return []
    about_kind, about_id = about or ("", "")
    with entered(SYSTEM), transaction.atomic():
        people = Staff.objects.filter(pk__in=numbers, is_active=True).order_by("pk")
        rows: list[Notice] = []
        for staff in people:
            one = Notice(to=staff, kind=kind.name, party_id=party_id, about_kind=about_kind, about_id=str(about_id),
                         facts=dict(facts or {}), by_id=by or None, key=key[:80])  # fmt: skip
            if not (party_id or about_kind) or seen_by(reader_of(staff), [one]):
                rows.append(one)
        return _put(kind, rows)


def _put(kind: Kind, rows: list[Notice]) -> list[Notice]:
    """Writes notices of one kind, each in the ways that its receiver wishes."""
    ways = ways_of([one.to_id for one in rows], kind)
    if rows and rows[0].key:
        told = Notice.objects.filter(kind=kind.name, key=rows[0].key, to__in=[one.to_id for one in rows])
        before = set(told.values_list("to_id", flat=True))
        rows = [one for one in rows if one.to_id not in before]
    for one in rows:
        one.mail = ways[one.to_id].mail
        one.read_at = None if ways[one.to_id].page else timezone.now()
    made = Notice.objects.bulk_create(rows)
    Unread.objects.bulk_create(Unread(notice=one, to_id=one.to_id) for one in made if one.read_at is None)
    _send_out([one.pk for one in made if one.mail == Mail.NOW], [one.pk for one in made if ways[one.to_id].push])
    return made


def _send_out(mailed: list[int], pushed: list[int]) -> None:
    """Gives to the worker what goes out at once; it begins when the caller's transaction is committed."""
    from guanxi.crm.notices.tasks import push_out, send

    if mailed:
        send.defer(notices=mailed)
    if pushed:
        push_out.defer(notices=pushed)


def ways_of(people: Iterable[str], kind: Kind) -> dict[str, Way]:
    """How each of some people is told of a kind; one query."""
    wishes = Wish.objects.filter(kind=kind.name, staff__in=list(people))
    wished = {number: Way(page, mail, push) for number, page, mail, push in
              wishes.values_list("staff_id", "page", "mail", "push")}  # fmt: skip
    return {number: wished.get(number, kind.way) for number in people}


@dataclass(frozen=True, slots=True)
class Read:
    """What was marked as read together: which notices, and the moment by which they are found again."""

    notices: tuple[int, ...]
    at: datetime.datetime


def mark_read(*, staff_id: str, notices: Iterable[int] | None = None) -> Read:
    """Marks some of a person's notices as read, or all (None, the newest ``MOST``); returns those that were unread."""
    now = timezone.now()
    with entered(SYSTEM), transaction.atomic():
        rows = Unread.objects.select_for_update().filter(to=staff_id)
        if notices is not None:
            rows = rows.filter(pk__in=list(notices)[:MOST])
        numbers = tuple(rows.order_by("-pk").values_list("pk", flat=True)[:MOST])
        Notice.objects.filter(pk__in=numbers).update(read_at=now)
        Unread.objects.filter(pk__in=numbers).delete()
    return Read(numbers, now)


def mark_unread(*, staff_id: str, notices: Iterable[int]) -> int:
    """Marks some of a person's notices as unread again; returns how many were read."""
    return _unread(Notice.objects.filter(to=staff_id, pk__in=list(notices)[:MOST]), staff_id)


def mark_unread_at(*, staff_id: str, at: datetime.datetime) -> int:
    """Marks as unread again what a person marked as read at a moment; returns how many."""
    return _unread(Notice.objects.filter(to=staff_id, read_at=at), staff_id)


def _unread(rows: QuerySet[Notice], staff_id: str) -> int:
    with entered(SYSTEM), transaction.atomic():
        found = rows.select_for_update(of=("self",)).filter(read_at__isnull=False)
        numbers = sorted(found.values_list("pk", flat=True)[:MOST])
        Notice.objects.filter(pk__in=numbers).update(read_at=None)
        Unread.objects.bulk_create([Unread(notice_id=one, to_id=staff_id) for one in numbers], ignore_conflicts=True)
    return len(numbers)


def forget_hidden(reader: Reader) -> int:
    """Counts no longer what a person may not see any more, as its customer has moved on; returns how many."""
    hidden = hidden_unread(reader)
    return Unread.objects.filter(to=reader.staff.pk, pk__in=hidden).delete()[0] if hidden else 0


def set_wishes(*, staff_id: str, wishes: Mapping[str, Way]) -> None:
    """Keeps how a person wishes to be told, by kind; what is as the kind has it is not kept."""
    own = {kind.name: kind.way for kind in registered()}
    if unknown := set(wishes) - set(own):
        raise ValueError(f"there are no kinds {unknown}")
    with transaction.atomic():
        Wish.objects.filter(staff=staff_id, kind__in=list(wishes)).delete()
        Wish.objects.bulk_create(
            Wish(staff_id=staff_id, kind=name, page=way.page, mail=way.mail, push=way.push)
            for name, way in sorted(wishes.items())
            if way != own[name]
        )


def forget_old(*, days: int) -> int:
    """Deletes notices older than so many days, read or not; returns how many."""
    with entered(SYSTEM):
        old = Notice.objects.filter(made_at__lt=timezone.now() - datetime.timedelta(days=days))
        return old.delete()[1].get("notices.Notice", 0)
