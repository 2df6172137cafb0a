"""What narrows the events of a customer: the same on the page and for the file."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from guanxi.crm.holding.codes import Channel, Direction, EventKind
from guanxi.crm.holding.event_queries import EventFilter
from guanxi.crm.holding.queries import Held
from guanxi.crm.web.request import StaffRequest

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


def event_form(request: StaffRequest, agreements: tuple[Held, ...]) -> EventForm:
    """The form as the address fills it; agreements are named by product and last digits."""
    chinese = request.display.is_chinese
    named = [
        (held.id, f"{held.product.name if chinese or not held.product.name_en else held.product.name_en} {held.tail}")
        for held in agreements
    ]
    return EventForm(request.GET, named)
