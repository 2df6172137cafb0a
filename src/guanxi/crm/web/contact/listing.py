"""The list of tasks: one's own first, those of others by choice; finished and snoozed ones by choice."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from html import escape
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from guanxi.crm.consent.queries import not_erased
from guanxi.crm.contact.codes import Priority, TaskSource, TaskState
from guanxi.crm.contact.models import WITH_SOMEBODY, Task
from guanxi.crm.contact.task_queries import waiting
from guanxi.crm.org.queries import institution_tree, managers_of, staff_names
from guanxi.crm.web import links
from guanxi.crm.web.access import Area
from guanxi.crm.web.contact.words import due_mark, priority_mark
from guanxi.crm.web.display import Display
from guanxi.crm.web.exports.lists import ListSource
from guanxi.crm.web.exports.sources import offer
from guanxi.crm.web.icons import icon
from guanxi.crm.web.listing import columns
from guanxi.crm.web.listing.columns import EMPTY, Column
from guanxi.crm.web.listing.filters import Choices, Days, Flag, Flags, Option, Pick, Words
from guanxi.crm.web.listing.listing import Action, Listing, Sort
from guanxi.crm.web.listing.registry import register
from guanxi.crm.web.request import StaffRequest

EVERYBODY = "*"
WEEK = datetime.timedelta(days=7)


def own_and_covered(request: StaffRequest) -> tuple[str, ...]:
    """Whose tasks are this person's today: the own, and those of whom they cover for."""
    return tuple({request.user.id, *request.scope.managers})


def source(request: StaffRequest) -> QuerySet[Any]:
    """The tasks within the person's scope. Unless asked otherwise: one's own, open, not snoozed."""
    rows = not_erased(Task.objects.visible_to(request.scope))
    if not request.GET.get("who"):
        rows = rows.filter(staff_id__in=own_and_covered(request))
    if request.GET.getlist("state"):
        return rows
    if "snoozed" in request.GET.getlist("only"):
        return rows.filter(state=TaskState.OPEN)
    return waiting(rows, timezone.localdate())


def _title(_display: Display) -> Callable[..., str]:
    """The task with its button: one tap, wherever the list is and whichever columns are shown."""
    mark, promise = icon("circle-check"), icon("heart-handshake", "gx-kind", str(TaskSource.PROMISE.label))
    label, address = escape(gettext("Mark as done")), reverse("task-done")

    def drawn(number: int, title: str, source: str, state: str) -> str:
        words = escape(title)
        button = (
            f'<button class="gt-done" type="submit" form="list-actions" formaction="{address}" name="only"'
            f' value="{number}" title="{label}" aria-label="{label}: {words}">{mark}</button>'
            if state == TaskState.OPEN
            else ""
        )
        kind = promise if source == TaskSource.PROMISE else ""
        return f'{button}{kind}<a href="{reverse("task", args=[number])}">{words}</a>'

    return drawn


def _customer(_display: Display) -> Callable[..., str]:
    prospect = escape(pgettext("opportunity", "Prospect"))

    def drawn(party_id: str | None, name: str | None, lead_id: int | None, lead: str | None) -> str:
        if not party_id and lead_id:
            address = reverse("lead", args=[lead_id])
            return f'<a href="{address}">{escape(lead or "")}</a> <span class="gx-badge">{prospect}</span>'
        if not party_id:
            return EMPTY
        return f'<a href="{links.customer(party_id)}activities/">{escape(name or party_id)}</a>'

    return drawn


def _whose_name(_display: Display) -> Callable[..., Any]:
    return lambda _party_id, name, _lead_id, lead: name or lead


def _due(display: Display) -> Callable[..., str]:
    today = timezone.localdate()
    asleep = icon("zzz")

    def drawn(due_on: datetime.date, state: str, snoozed_until: datetime.date | None) -> str:
        mark = due_mark(due_on, today, display, still_open=state == TaskState.OPEN)
        if snoozed_until and snoozed_until > today:
            return f'{mark} <span class="gx-badge">{asleep}{display.short_day(snoozed_until)}</span>'
        return mark

    return drawn


def _who(display: Display) -> Callable[..., str]:
    names = staff_names(display.version)
    return lambda number: escape(names.get(number, number))


def state_mark(state: str) -> SafeString:
    """A state's badge."""
    css = {TaskState.OPEN: "gx-badge-info", TaskState.DONE: "gx-badge-good"}.get(TaskState(state), "")
    return mark_safe(f'<span class="gx-badge {css}">{escape(str(TaskState(state).label))}</span>')  # noqa: S308


def _label(choices: Any) -> Callable[[Display], Callable[..., str]]:
    return lambda _display: lambda value, *_more: escape(str(choices(value).label))


def _plain(_display: Display) -> Callable[..., Any]:
    return lambda value, *_more: value


def _second(_display: Display) -> Callable[..., Any]:
    return lambda _first, value, *_more: value


COLUMNS: tuple[Column, ...] = (
    Column(
        key="title",
        label=_("Task"),
        fields=("id", "title", "source", "state"),
        draw=_title,
        value=_second,
        fixed=True,
        excel_width=40,
    ),
    Column(
        key="customer",
        label=_("Customer"),
        fields=("party_id", "party__name", "lead_id", "lead__name"),
        draw=_customer,
        value=_whose_name,
    ),
    Column(
        key="due",
        label=_("Due"),
        fields=("due_on", "state", "snoozed_until"),
        draw=_due,
        value=_plain,
        sort="due",
        excel_format="yyyy-mm-dd",
    ),
    Column(
        key="priority",
        label=_("Priority"),
        fields=("priority",),
        draw=lambda _display: priority_mark,
        value=_label(Priority),
        sort="priority",
    ),
    Column(key="source", label=_("Source"), fields=("source",), draw=_label(TaskSource), value=_label(TaskSource)),
    Column(key="who", label=_("Who"), fields=("staff_id",), draw=_who, value=_who),
    Column(
        key="state",
        label=_("State"),
        fields=("state",),
        draw=lambda _display: state_mark,
        value=_label(TaskState),
        shown=False,
    ),
    Column(
        key="finished",
        label=_("Finished"),
        fields=("done_at",),
        draw=lambda display: lambda at: f'<span class="gx-code">{display.moment(at)}</span>' if at else EMPTY,
        value=_plain,
        sort="finished",
        shown=False,
        excel_format="yyyy-mm-dd hh:mm",
    ),
    columns.text("institution", _("Institution"), field="party__institution__name", shown=False),
)


def _people(request: StaffRequest) -> list[Option]:
    """Everybody whose tasks the person may see, and all of them together."""
    tree = institution_tree(request.display.version)
    ids = None if request.scope.sight.everything else request.scope.institution_ids
    people = managers_of(ids) if ids is None or ids else []
    everybody = Option(EVERYBODY, gettext("Everybody"))
    return [everybody] + [
        Option(number, name, note=tree.label(place, request.display.language)) for number, name, place in people
    ]


def _name(request: StaffRequest, number: str) -> str:
    return gettext("Everybody") if number == EVERYBODY else staff_names(request.display.version).get(number, number)


def _whose(_request: StaffRequest, number: str) -> Q:
    return Q() if number == EVERYBODY else Q(staff_id=number)


def _matching(_request: StaffRequest, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(
        Q(title__icontains=words)
        | Q(party__name__icontains=words)
        | Q(party_id=words)
        | Q(party__isnull=True, lead__name__icontains=words)
    )


def _between(since: datetime.datetime | None, until: datetime.datetime | None) -> Q:
    wanted = Q()
    if since:
        wanted &= Q(due_on__gte=timezone.localdate(since))
    if until:
        wanted &= Q(due_on__lt=timezone.localdate(until))
    return wanted


FILTERS = (
    Words(key="q", label=_("Search"), matching=_matching, placeholder=_("Task or customer")),
    Pick(key="who", label=_("Whose"), options=_people, name_of=_name, condition=_whose),
    Choices(key="state", label=_("State"), field="state", choices=TaskState.choices),
    Choices(key="source", label=_("Source"), field="source", choices=[(one.value, one.label) for one in TaskSource]),
    Days(key="due", label=_("Due"), condition=_between),
    Flags(
        key="only",
        label="",
        flags=(
            Flag("late", _("Late"), lambda _request: Q(due_on__lt=timezone.localdate()), icon="alert-triangle"),
            Flag("today", _("Today"), lambda _request: Q(due_on=timezone.localdate()), icon="calendar-event"),
            Flag("week", _("Within a week"), lambda _request: Q(due_on__lte=timezone.localdate() + WEEK)),
            Flag("high", _("High priority"), lambda _request: Q(priority=Priority.HIGH), icon="arrow-up"),
            Flag("promises", _("Promises"), lambda _request: Q(source=TaskSource.PROMISE), icon="heart-handshake"),
            Flag("snoozed", _("Snoozed"), lambda _request: Q(snoozed_until__gt=timezone.localdate()), icon="zzz"),
        ),
    ),
)

TASKS = register(
    Listing(
        name="tasks",
        title=_("Tasks"),
        key="id",
        columns=COLUMNS,
        filters=FILTERS,
        sorts=(
            Sort(key="due", field="due_on", descending=False, everywhere=True),
            Sort(key="priority", field="priority", descending=False),
            Sort(key="finished", field="done_at", nulls_as=datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)),
        ),
        default_sort="due",
        empty_title=_("Nothing to do here"),
        empty_text=_("Tasks come from next steps and promises that you record, and from the button above."),
        actions=(
            Action(label=_("Mark as done"), url_name="task-done", icon="circle-check"),
            Action(label=_("Snooze"), url_name="task-snooze", icon="zzz"),
            Action(label=_("Give to somebody"), url_name="task-reassign", icon="user-share"),
        ),
    ),
    source,
)


class TaskSheet(ListSource):
    """The list as a spreadsheet: what is about customers and prospects. One's own notes to oneself stay here."""

    def _rows(self, request: StaffRequest, state: Any) -> Any:
        place, kind = (Coalesce(f"party__{name}", f"lead__{name}") for name in ("institution_id", "kind"))
        return super()._rows(request, state).filter(WITH_SOMEBODY).annotate(whose_place=place, whose_kind=kind)


offer(TaskSheet(TASKS, area=Area.WORK, url_name="tasks", spread=("whose_place", "whose_kind")))
