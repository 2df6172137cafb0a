"""The queue of requests: what waits, the most pressing first; closed ones by their state."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from html import escape
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from guanxi.crm.consent.case_queries import NEAR
from guanxi.crm.consent.models import RightsCase
from guanxi.crm.consent.rights_codes import OPEN, CaseKind, CaseStatus
from guanxi.crm.web import links
from guanxi.crm.web.display import Display
from guanxi.crm.web.listing import columns
from guanxi.crm.web.listing.columns import EMPTY, Column
from guanxi.crm.web.listing.filters import Choices, Flag, Flags, Words
from guanxi.crm.web.listing.listing import Listing, Sort
from guanxi.crm.web.listing.registry import register
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.rights.words import deadline_mark

STATES = {
    CaseStatus.RECEIVED: "gx-badge-info",
    CaseStatus.WORKING: "gx-badge-info",
    CaseStatus.WAITING: "gx-badge-warn",
    CaseStatus.DONE: "gx-badge-good",
    CaseStatus.PARTLY: "gx-badge-good",
    CaseStatus.REFUSED: "",
}


def source(request: StaffRequest) -> QuerySet[Any]:
    """The requests within the person's scope; those that are open, unless states are asked for."""
    rows = RightsCase.objects.visible_to(request.scope)
    return rows if request.GET.getlist("status") else rows.filter(status__in=OPEN)


def state_mark(status: str) -> SafeString:
    """A state's badge."""
    label = escape(str(CaseStatus(status).label))
    return mark_safe(f'<span class="gx-badge {STATES[CaseStatus(status)]}">{label}</span>')  # noqa: S308 - escaped


def _number(_display: Display) -> Callable[..., str]:
    return lambda number: f'<a href="{reverse("rights-case", args=[number])}">{escape(number)}</a>'


def _due(display: Display) -> Callable[..., str]:
    today = timezone.localdate()

    def drawn(due_on: datetime.date, status: str) -> str:
        mark = deadline_mark(due_on, today, still_open=status in OPEN)
        return f'<span class="gx-code">{display.day(due_on)}</span> {mark}'

    return drawn


def _customer(_display: Display) -> Callable[..., str]:
    return lambda party_id, name: f'<a href="{links.customer(party_id)}consents/">{escape(name or party_id)}</a>'


def _moment(display: Display) -> Callable[..., str]:
    return lambda at: f'<span class="gx-code">{display.moment(at)}</span>'


def _label(choices: Any) -> Callable[[Display], Callable[..., str]]:
    return lambda _display: lambda value: escape(str(choices(value).label))


def _plain(_display: Display) -> Callable[..., Any]:
    return lambda value, *_more: value


COLUMNS: tuple[Column, ...] = (
    Column(key="number", label=_("Receipt number"), fields=("number",), draw=_number, value=_plain, fixed=True),
    Column(key="kind", label=_("Request"), fields=("kind",), draw=_label(CaseKind), value=_label(CaseKind)),
    Column(key="customer", label=_("Customer"), fields=("party_id", "party__name"), draw=_customer, value=_plain),
    Column(
        key="due",
        label=_("Answer due"),
        fields=("due_on", "status"),
        draw=_due,
        value=_plain,
        sort="due",
        excel_format="yyyy-mm-dd",
    ),
    Column(
        key="status",
        label=_("State"),
        fields=("status",),
        draw=lambda _display: state_mark,
        value=_label(CaseStatus),
    ),
    Column(
        key="owner",
        label=_("Worked on by"),
        fields=("owner__name",),
        draw=lambda _display: lambda name: escape(name) if name else EMPTY,
        value=_plain,
    ),
    Column(
        key="received", label=_("Received at"), fields=("received_at",), draw=_moment, value=_plain, sort="received"
    ),
    columns.text("institution", _("Institution"), field="party__institution__name", shown=False),
)


def _overdue(_request: StaffRequest) -> Q:
    return Q(due_on__lt=timezone.localdate(), status__in=OPEN)


def _soon(_request: StaffRequest) -> Q:
    today = timezone.localdate()
    return Q(due_on__gte=today, due_on__lte=today + datetime.timedelta(days=NEAR), status__in=OPEN)


def _matching(_request: StaffRequest, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(Q(number=words.upper()) | Q(party_id=words))


FILTERS = (
    Words(key="q", label=_("Search"), matching=_matching, placeholder=_("Receipt number or customer number")),
    Choices(key="kind", label=_("Request"), field="kind", choices=CaseKind.choices),
    Choices(key="status", label=_("State"), field="status", choices=CaseStatus.choices),
    Flags(
        key="only",
        label="",
        flags=(
            Flag("overdue", _("Overdue"), _overdue, icon="alert-triangle"),
            Flag("soon", _("Due within five days"), _soon, icon="clock-exclamation"),
            Flag("mine", _("Mine"), lambda request: Q(owner_id=request.user.id), icon="user-check"),
            Flag("nobody", _("Nobody's yet"), lambda _request: Q(owner_id__isnull=True), icon="user-off"),
        ),
    ),
)

RIGHTS = register(
    Listing(
        name="rights",
        title=_("Requests about personal data"),
        key="id",
        columns=COLUMNS,
        filters=FILTERS,
        sorts=(
            Sort(key="due", field="due_on", descending=False, everywhere=True),
            Sort(key="received", field="received_at", everywhere=True),
        ),
        default_sort="due",
        empty_title=_("No request waits"),
        empty_text=_("Requests are taken in on the customer's page, under consents. Closed ones are found by state."),
    ),
    source,
)
