"""The log as a list: newest first, by person, by customer, by action, by day; every page by key."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from html import escape
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from guanxi.crm.audit.digest import first_id_of
from guanxi.crm.audit.models import Action, Entry
from guanxi.crm.org.models import Role
from guanxi.crm.org.queries import staff_names
from guanxi.crm.party.models import Party
from guanxi.crm.web.access import Area, may
from guanxi.crm.web.audit.words import LOOKS, Look, action_label, summary
from guanxi.crm.web.display import Display
from guanxi.crm.web.exports.lists import ListSource
from guanxi.crm.web.exports.sources import offer
from guanxi.crm.web.icons import icon
from guanxi.crm.web.listing import columns
from guanxi.crm.web.listing.columns import EMPTY, Column
from guanxi.crm.web.listing.filters import Choices, Days, Exactly, Flag, Flags, Words
from guanxi.crm.web.listing.listing import Listing, Sort
from guanxi.crm.web.listing.registry import register
from guanxi.crm.web.request import StaffRequest

NAMED_ALIKE = 50
PLAIN = Look(icon="point")


def source(request: StaffRequest) -> QuerySet[Entry]:
    """The whole log for those who may read it; nothing for others, whatever way they came."""
    return Entry.objects.all() if may(request, Area.AUDIT) else Entry.objects.none()


def _moment(display: Display) -> Callable[..., str]:
    def drawn(entry_id: int, at: datetime.datetime) -> str:
        here = localtime(at)
        words = f"{display.day(here.date())} {here:%H:%M:%S}"
        return f'<a class="gx-code" href="{reverse("audit-entry", args=[entry_id])}">{words}</a>'

    return drawn


def _person(display: Display) -> Callable[[str], str]:
    names = staff_names(display.version)

    def drawn(actor: str) -> str:
        if not actor:
            return EMPTY
        name = names.get(actor)
        return f'{escape(name)} <span class="gx-code">{escape(actor)}</span>' if name else escape(actor)

    return drawn


def _person_value(display: Display) -> Callable[[str], Any]:
    names = staff_names(display.version)
    return lambda actor: f"{names[actor]} {actor}" if actor in names else actor


def role_words(roles: str) -> str:
    """Roles with commas between, in the reader's language."""
    labels = dict(Role.choices)
    return ", ".join(str(labels.get(role, role)) for role in roles.split(",") if role)


def action_mark(action: str) -> str:
    """What was done with its icon; what deserves a second look is marked."""
    look = LOOKS.get(action, PLAIN)
    return f'<span class="gx-badge {look.css}">{icon(look.icon)}{escape(action_label(action))}</span>'


def _condition(since: datetime.datetime | None, before: datetime.datetime | None) -> Q:
    """Entries of a time: by number, which the indexes hold, and by moment, by which the table is parted."""
    found = Q()
    if since is not None:
        found &= Q(id__gte=first_id_of(since), at__gte=since)
    if before is not None:
        found &= Q(id__lt=first_id_of(before), at__lt=before)
    return found


def _matching(request: StaffRequest, rows: QuerySet[Entry], words: str) -> QuerySet[Entry]:
    """Entries by a person whose name has the words, or by, or about, the number."""
    version = request.display.version
    alike = [number for number, name in staff_names(version).items() if words in name][:NAMED_ALIKE]
    return rows.filter(Q(actor__in=[words, *alike]) | Q(subject=words))


def _odd(_request: StaffRequest) -> Q:
    """Outside of working hours or on a weekend, bank's time."""
    begin, end = settings.WORKING_HOURS
    return Q(at__iso_week_day__gt=5) | Q(at__time__lt=begin) | Q(at__time__gte=end)


def _outside(_request: StaffRequest) -> Q:
    """About a customer who is not of the actor's own book today."""
    own = Party.objects.filter(pk=OuterRef("subject"), manager_id=OuterRef("actor"))
    return ~Q(subject="") & ~Q(Exists(own))


FLAGS = (
    Flag(
        "taken", _("Taken out or revealed"), lambda _request: Q(action__in=[Action.EXPORT, Action.REVEAL]), "download"
    ),
    Flag(
        "refused", _("Access refused"), lambda _request: Q(action__in=[Action.REFUSED, Action.SIGN_IN_REFUSED]), "ban"
    ),
    Flag(
        "rights",
        _("Rights and settings"),
        lambda _request: Q(action__in=[Action.PERMISSION, Action.ADMINISTRATION]),
        "key",
    ),
    Flag("odd", _("At odd hours"), _odd, "moon"),
    Flag("outside", _("Not of the own book"), _outside, "user-question"),
)

AUDIT = register(
    Listing(
        name="audit",
        title=_("Audit log"),
        key="id",
        columns=(
            Column(
                key="at",
                label=_("Time"),
                fields=("id", "at"),
                draw=_moment,
                value=lambda _display: lambda _id, at: localtime(at),
                fixed=True,
                sort="at",
                excel_width=20,
                excel_format="yyyy-mm-dd hh:mm:ss",
            ),
            Column(
                key="person", label=_("Done by"), fields=("actor",), draw=_person, value=_person_value, excel_width=20
            ),
            Column(
                key="action",
                label=_("Action"),
                fields=("action",),
                draw=lambda _display: action_mark,
                value=lambda _display: action_label,
            ),
            Column(
                key="customer",
                label=_("Customer"),
                fields=("subject",),
                draw=lambda _display: _customer,
                value=lambda _display: lambda subject: subject,
            ),
            Column(
                key="what",
                label=_("What"),
                fields=("kind", "object_id", "detail"),
                draw=lambda _display: lambda *facts: f'<span class="ga-what">{escape(summary(*facts))}</span>',
                value=lambda _display: summary,
                excel_width=50,
            ),
            Column(
                key="roles",
                label=_("Role"),
                fields=("roles",),
                draw=lambda _display: lambda roles: escape(role_words(roles)) or EMPTY,
                value=lambda _display: role_words,
                shown=False,
            ),
            columns.text("address", _("Address"), css="gx-code"),
            columns.text("request", _("Number of the request"), field="request_id", css="gx-code", shown=False),
            Column(
                key="number",
                label=_("Entry number"),
                fields=("id",),
                draw=lambda _display: lambda entry_id: f'<span class="gx-code">{entry_id}</span>',
                value=lambda _display: str,  # a spreadsheet's number would lose its last digits
                shown=False,
                excel_width=22,
            ),
        ),
        filters=(
            Words(
                key="q",
                label=_("Search"),
                matching=_matching,
                placeholder=_("Person by name or number, customer number"),
            ),
            Days(key="day", label=_("Time"), condition=_condition),
            Choices(key="action", label=_("Action"), field="action", choices=Action.choices, marks=action_mark),
            Exactly(key="person", label=_("Done by"), field="actor"),
            Exactly(key="customer", label=_("Customer"), field="subject"),
            Flags(key="only", label="", flags=FLAGS),
        ),
        sorts=(Sort(key="at", field="id", everywhere=True),),
        default_sort="-at",
        empty_title=_("No entry matches"),
        empty_text=_("Take a filter away, or choose other days."),
        export_first=("number",),
    ),
    source,
)


def _customer(subject: str) -> str:
    if not subject:
        return EMPTY
    return f'<a class="gx-code" href="{reverse("audit-customer", args=[subject])}">{escape(subject)}</a>'


offer(ListSource(AUDIT, area=Area.AUDIT, url_name="audit", customer="", spread=()))
