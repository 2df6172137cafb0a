"""Reads activities: a customer's timeline, one of them with what it was before, the bank's words for a kind."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from guanxi.crm.contact import about
from guanxi.crm.contact.codes import CONTACTS
from guanxi.crm.contact.models import Activity, ActivityEvent, ActivityTemplate, Attachment, Outcome, Task
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.sales.models import Lead

PAGE = 30
VERSIONS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Done:
    """One activity as the timeline shows it. ``who`` recorded it; ``tasks`` came of it. ``lead_seen``: it was recorded
    with a prospect who is a customer now, and the reader sees the prospect's page.
    """

    activity: Any
    who: str
    outcome: Outcome | None
    attachments: tuple[Attachment, ...]
    tasks: tuple[Task, ...]
    about: about.Named | None
    lead_seen: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """Some activities, the latest first; ``before`` is where the next page begins, None at the end."""

    entries: tuple[Done, ...]
    before: tuple[datetime.datetime, int] | None


def timeline(
    scope: Scope,
    party_id: str | None,
    *,
    lead_id: int | None = None,
    kinds: Collection[str] = (),
    before: tuple[datetime.datetime, int] | None = None,
) -> Timeline:
    """A customer's activities, or with ``lead_id`` a prospect's, the latest first, a page at a time; three queries,
    however long the history.
    """
    rows = Activity.objects.visible_to(scope).filter(with_whom(party_id, lead_id))
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if before:
        rows = rows.filter(Q(at__lt=before[0]) | Q(at=before[0], pk__lt=before[1]))
    found = list(_named(rows).order_by("-at", "-id")[: PAGE + 1])
    more = len(found) > PAGE
    found = found[:PAGE]
    return Timeline(done(scope, found), (found[-1].at, found[-1].pk) if more else None)


def with_whom(party_id: str | None, lead_id: int | None) -> Q:
    """Which rows are about a customer; without one, which are about a prospect, also after it became a customer."""
    return Q(lead_id=lead_id) if party_id is None else Q(party_id=party_id)


def _named(rows: Any) -> Any:
    return rows.select_related("outcome").annotate(who=F("staff__name"))


def done(scope: Scope, found: Iterable[Any]) -> tuple[Done, ...]:
    """Activities (read with ``who``) with what hangs on them; two queries, none for none, and one more where some were
    recorded with prospects who are customers now.
    """
    found = list(found)
    numbers = [one.pk for one in found]
    attachments: dict[int, list[Attachment]] = defaultdict(list)
    tasks: dict[int, list[Task]] = defaultdict(list)
    if numbers:
        for file in Attachment.objects.visible_to(scope).filter(activity_id__in=numbers).order_by("made_at"):
            attachments[file.activity_id].append(file)  # type: ignore[attr-defined]
        for task in Task.objects.visible_to(scope).filter(activity_id__in=numbers).order_by("id"):
            tasks[task.activity_id].append(task)  # type: ignore[attr-defined]
    names = about.names_of((one.about_kind, one.about_id) for one in found)
    leads = {one.lead_id for one in found if one.lead_id and one.party_id}
    seen = set(Lead.objects.visible_to(scope).filter(pk__in=leads).values_list("pk", flat=True)) if leads else set()
    return tuple(
        Done(
            one,
            one.who or one.staff_id,
            one.outcome,
            tuple(attachments[one.pk]),
            tuple(tasks[one.pk]),
            names.get((one.about_kind, one.about_id)),
            one.lead_id in seen,
        )
        for one in found
    )


def one_activity(scope: Scope, party_id: str | None, activity_id: int, *, lead_id: int | None = None) -> Done:
    """One activity of a customer, or with ``lead_id`` of a prospect; three queries. Raises ``Activity.DoesNotExist``
    outside the scope.
    """
    rows = _named(Activity.objects.visible_to(scope)).filter(with_whom(party_id, lead_id))
    return done(scope, [rows.get(pk=activity_id)])[0]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What stood there before a change: the row then, when it was changed, and who changed it."""

    row: Any
    until: datetime.datetime
    who: str


def earlier_versions(scope: Scope, activity_id: int) -> tuple[Earlier, ...]:
    """What an activity was before each change, the latest first; two queries."""
    events = list(
        ActivityEvent.objects.visible_to(scope)
        .filter(pgh_obj_id=activity_id)
        .select_related("pgh_context")
        .order_by("-pgh_id")[:VERSIONS_SHOWN]
    )
    from guanxi.crm.org.models import Staff

    numbers = {_who(event) for event in events} - {""}
    names = dict(Staff.objects.filter(pk__in=numbers).values_list("id", "name")) if numbers else {}
    return tuple(Earlier(event, event.pgh_created_at, names.get(_who(event), _who(event))) for event in events)


def _who(event: Any) -> str:
    return str((event.pgh_context.metadata if event.pgh_context else {}).get("user") or "")


@dataclass(frozen=True, slots=True)
class Setup:
    """The bank's words for one kind: the outcomes to choose from and the texts to begin with."""

    outcomes: tuple[Outcome, ...]
    templates: tuple[ActivityTemplate, ...]

    @property
    def minutes(self) -> int | None:
        """How long such a thing usually takes, where a template says so."""
        return next((one.minutes for one in self.templates if one.minutes), None)


def setup_of(kind: str, *, with_outcome: int | None = None) -> Setup:
    """What is in use for a kind, and an outcome that is chosen already though it is not any more; two queries."""
    in_use = Q(is_active=True) if with_outcome is None else Q(is_active=True) | Q(pk=with_outcome)
    return Setup(
        tuple(Outcome.objects.filter(in_use, kind=kind).order_by("position", "id")),
        tuple(ActivityTemplate.objects.filter(kind=kind, is_active=True).order_by("position", "id")),
    )


@dataclass(frozen=True, slots=True)
class LastContact:
    """When somebody last spoke or wrote with a customer, who, and by which kind."""

    at: datetime.datetime
    kind: str
    who: str


def last_contact(scope: Scope, party_id: str | None, *, lead_id: int | None = None) -> LastContact | None:
    """The last time that somebody of the bank was in contact with a customer, or with ``lead_id`` a prospect; one query
    by an index.
    """
    rows = Activity.objects.visible_to(scope).filter(with_whom(party_id, lead_id), kind__in=sorted(CONTACTS))
    found = rows.order_by("-at", "-id").values_list("at", "kind", "staff__name").first()
    return LastContact(found[0], found[1], found[2] or "") if found else None


def last_contacts(scope: Scope, party_ids: Iterable[str]) -> dict[str, LastContact]:
    """The same of several customers, those whom anybody was in contact with; one query by an index."""
    ids = list(party_ids)
    if not ids:
        return {}
    rows = (
        Activity.objects.visible_to(scope)
        .filter(party_id__in=ids, kind__in=sorted(CONTACTS))
        .order_by("party_id", "-at", "-id")
        .distinct("party_id")
        .values_list("party_id", "at", "kind", "staff__name")
    )
    return {party_id: LastContact(at, kind, who or "") for party_id, at, kind, who in rows}
