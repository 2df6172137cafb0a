"""Events: newest first, a page by key, filtered; the same as a spreadsheet."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django import forms
from django.http import HttpResponse, QueryDict
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import masked, record
from guanxi.crm.holding.codes import Channel, Direction, EventKind
from guanxi.crm.holding.event_queries import EventFilter, EventKey, EventPage, all_events, event_page
from guanxi.crm.holding.queries import Held, holdings
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer.event_export import XLSX, write_events
from guanxi.crm.web.customer.frame import customer_frame, show
from guanxi.crm.web.request import StaffRequest

EXPORTED = 20_000
_ANY = [("", _("All"))]


class EventForm(forms.Form):
    """What narrows the events. What is not understood does not narrow, and says so beside its field."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=_ANY + EventKind.choices)
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=_ANY + Channel.choices)
    direction = forms.ChoiceField(label=_("Direction"), required=False, choices=_ANY + Direction.choices)
    agreement = forms.ChoiceField(label=_("Agreement"), required=False)
    least = forms.DecimalField(label=_("Amount from"), required=False, min_value=0, max_digits=18, decimal_places=2)
    most = forms.DecimalField(label=_("Amount to"), required=False, min_value=0, max_digits=18, decimal_places=2)
    since = forms.DateField(label=_("Date from"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Date to"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: QueryDict, agreements: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["agreement"].choices = _ANY + agreements  # type: ignore[attr-defined]

    def which(self) -> EventFilter:
        """The filter that the valid fields make."""
        self.is_valid()
        found = self.cleaned_data
        least: Decimal | None = found.get("least")
        since: datetime.date | None = found.get("since")
        return EventFilter(
            kind=found.get("kind", ""),
            channel=found.get("channel", ""),
            direction=found.get("direction", ""),
            agreement_id=found.get("agreement", ""),
            least=least,
            most=found.get("most"),
            since=since,
            until=found.get("until"),
        )


def _form(request: StaffRequest, agreements: tuple[Held, ...]) -> EventForm:
    chinese = request.display.is_chinese
    named = [
        (held.id, f"{held.product.name if chinese or not held.product.name_en else held.product.name_en} {held.tail}")
        for held in agreements
    ]
    return EventForm(request.GET, named)


@only_for(Area.CUSTOMERS)
def events(request: StaffRequest, party_id: str) -> HttpResponse:
    """A page of the events of one customer; ``?after=`` goes on where the page before ended."""
    frame = customer_frame(request, party_id, "customer-events")
    held = holdings(request.scope, party_id)
    form = _form(request, held.agreements)
    which = form.which()
    after = EventKey.decode(request.GET.get("after", ""))
    page: EventPage = event_page(request.scope, party_id, which=which, after=after)
    context = {
        "frame": frame,
        "form": form,
        "page": page,
        "narrowed": bool(which),
        "first_page": after is None,
        "agreements": {one.id: one for one in held.agreements},
    }
    part = "rows" if request.headers.get("HX-Target", "").endswith("#events") else "section"
    return show(request, "web/customer/events.html", context, part=part)


@only_for(Area.CUSTOMERS)
def export(request: StaffRequest, party_id: str) -> HttpResponse:
    """The events that the filter lets through as Excel, the newest ``EXPORTED`` of them."""
    frame = customer_frame(request, party_id, "customer-events")
    held = holdings(request.scope, party_id)
    which = _form(request, held.agreements).which()
    rows = all_events(request.scope, party_id, which=which, limit=EXPORTED)
    facts = {"filters": masked(request.GET.urlencode()), "expected": None}
    record(action=Action.EXPORT, subject=frame.party.id, kind="events", detail=facts)
    content = write_events(rows, title=f"{frame.party.name} {frame.party.id}")
    name = f"events-{frame.party.id}-{frame.day:%Y%m%d}.xlsx"
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": content_disposition_header(True, name) or ""}
    )
