"""The list of referrals: those that come to one, and those that one sent."""

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

from guanxi.crm.consent.queries import not_erased
from guanxi.crm.org.queries import institution_tree, staff_names
from guanxi.crm.sales.lead_codes import LeadProduct
from guanxi.crm.sales.models import Referral
from guanxi.crm.sales.referral_codes import OPEN, ReferralState, ReferralWay
from guanxi.crm.web.access import Area
from guanxi.crm.web.display import Display
from guanxi.crm.web.exports.lists import ListSource
from guanxi.crm.web.exports.sources import offer
from guanxi.crm.web.listing import columns
from guanxi.crm.web.listing.columns import EMPTY, Column
from guanxi.crm.web.listing.filters import Choices, Flag, Flags, Words
from guanxi.crm.web.listing.listing import Listing, Sort
from guanxi.crm.web.listing.registry import register
from guanxi.crm.web.request import StaffRequest

BADGES = {
    ReferralState.WAITING: "gx-badge-warn",
    ReferralState.ACCEPTED: "gx-badge-info",
    ReferralState.RETURNED: "gx-badge-warn",
    ReferralState.WON: "gx-badge-good",
}


def source(request: StaffRequest) -> QuerySet[Any]:
    """The referrals that the person sees, where they go and as their sender; whoever is erased is not among them."""
    return not_erased(Referral.objects.visible_to(request.scope))


def state_mark(state: str, *_more: Any) -> SafeString:
    """A state's badge."""
    css = BADGES.get(ReferralState(state), "")
    return mark_safe(f'<span class="gx-badge {css}">{escape(str(ReferralState(state).label))}</span>')  # noqa: S308


def _name(_display: Display) -> Callable[..., str]:
    return lambda number, name: f'<a href="{reverse("referral", args=[number])}">{escape(name)}</a>'


def _second(_display: Display) -> Callable[..., Any]:
    return lambda _first, value, *_more: value


def _label(choices: Any) -> Callable[[Display], Callable[..., str]]:
    return lambda _display: lambda value, *_more: escape(str(choices(value).label)) if value else ""


def _coded(key: str, label: Any, choices: Any) -> Column:
    """A column of a code, shown in words."""
    return Column(key=key, label=label, fields=(key,), draw=_label(choices), value=_label(choices))


def _who(display: Display) -> Callable[..., str]:
    names, tree = staff_names(display.version), institution_tree(display.version)

    def drawn(number: str | None, institution_id: str) -> str:
        place = escape(tree.label(institution_id, display.language))
        return f'{escape(names.get(number, number))} <span class="gx-dim">{place}</span>' if number else place

    return drawn


def _who_value(display: Display) -> Callable[..., str]:
    names, tree = staff_names(display.version), institution_tree(display.version)
    return lambda number, place: f"{names.get(number, number or '')} {tree.label(place, display.language)}".strip()


def _due(display: Display) -> Callable[..., str]:
    now = timezone.now()

    def drawn(answer_by: datetime.datetime | None, state: str) -> str:
        if answer_by is None or state != ReferralState.WAITING:
            return EMPTY
        css = "gx-bad" if answer_by <= now else "gx-code"
        return f'<span class="{css}">{display.moment(answer_by)}</span>'

    return drawn


NAMED, SENDER, TAKER = ("id", "name"), ("referrer_id", "from_institution_id"), ("taker_id", "institution_id")

COLUMNS: tuple[Column, ...] = (
    Column(
        key="name", label=_("Customer"), fields=("id", "name"), draw=_name, value=_second, fixed=True, excel_width=30
    ),
    Column(
        key="state",
        label=_("State"),
        fields=("state",),
        draw=lambda _display: state_mark,
        value=_label(ReferralState),
    ),
    _coded("way", _("Way"), ReferralWay),
    _coded("product", _("Interest"), LeadProduct),
    columns.money("amount", _("Amount")),
    Column(key="from", label=_("Referred by"), fields=SENDER, draw=_who, value=_who_value),
    Column(key="to", label=_("Referred to"), fields=TAKER, draw=_who, value=_who_value),
    Column(
        key="sent",
        label=_("Sent"),
        fields=("sent_at",),
        draw=lambda display: lambda at: f'<span class="gx-code">{display.moment(at)}</span>',
        value=lambda _display: lambda at: at,
        sort="sent",
        excel_format="yyyy-mm-dd hh:mm",
    ),
    Column(
        key="due",
        label=_("Answer by"),
        fields=("answer_by", "state"),
        draw=_due,
        value=lambda _display: lambda at, _state: at,
        excel_format="yyyy-mm-dd hh:mm",
    ),
    columns.money("won", _("Won"), field="won_amount", shown=False),
)


def _matching(_request: StaffRequest, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(Q(name__icontains=words) | Q(party_id=words))


REFERRALS = register(
    Listing(
        name="referrals",
        title=_("Referrals"),
        key="id",
        columns=COLUMNS,
        filters=(
            Words(key="q", label=_("Search"), matching=_matching, placeholder=_("Name or customer number")),
            Choices(key="state", label=_("State"), field="state", choices=ReferralState.choices),
            Choices(key="way", label=_("Way"), field="way", choices=ReferralWay.choices),
            Choices(key="product", label=_("Interest"), field="product", choices=LeadProduct.choices),
            Flags(
                key="only",
                label="",
                flags=(
                    Flag("received", _("Received"), lambda request: ~Q(referrer_id=request.user.id), icon="download"),
                    Flag("sent", _("Sent by me"), lambda request: Q(referrer_id=request.user.id), icon="send"),
                    Flag("open", _("Still open"), lambda _request: Q(state__in=OPEN), icon="clock"),
                    Flag(
                        "late",
                        _("Answer overdue"),
                        lambda _request: Q(state=ReferralState.WAITING, answer_by__lte=timezone.now()),
                        icon="alert-triangle",
                    ),
                ),
            ),
        ),
        sorts=(Sort(key="sent", field="sent_at", everywhere=True),),
        default_sort="-sent",
        empty_title=_("No referral here"),
        empty_text=_("Pass somebody on with the button above, or from a customer's page."),
    ),
    source,
)


class ReferralSheet(ListSource):
    """The list as a spreadsheet: what is about customers. Who is none yet has no number by which to look after it."""

    def _rows(self, request: StaffRequest, state: Any) -> Any:
        return super()._rows(request, state).filter(party__isnull=False)


offer(ReferralSheet(REFERRALS, area=Area.WORK, url_name="referrals"))
