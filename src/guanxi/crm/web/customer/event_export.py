"""Events as an Excel workbook: dates and amounts are such in Excel, numbers of accounts stay text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from guanxi.crm.holding.codes import Channel, EventKind
from guanxi.crm.holding.event_queries import EventRow, all_events, count_events
from guanxi.crm.holding.queries import holdings
from guanxi.crm.party.codes import word
from guanxi.crm.party.models import Party
from guanxi.crm.party.queries import PartyProfile, party_profile
from guanxi.crm.web.access import Area, may
from guanxi.crm.web.customer.event_form import EventForm, event_form
from guanxi.crm.web.exports.marks import Facts, mark_workbook
from guanxi.crm.web.exports.rights import Spread
from guanxi.crm.web.exports.sources import Order, Source, Written, limited, offer
from guanxi.crm.web.request import StaffRequest

EXPORTED = 20_000


def headings() -> list[tuple[str, int]]:
    """The columns with their widths."""
    return [
        (_("Time"), 17),
        (_("Kind"), 14),
        (_("Amount"), 18),
        (_("Currency"), 8),
        (_("Balance after"), 18),
        (_("Channel"), 14),
        (_("Other side"), 28),
        (_("Other side's account"), 26),
        (_("Other side's bank"), 26),
        (_("Memo"), 28),
        (_("Agreement number"), 24),
        (_("Fee"), 12),
        (_("Event number"), 24),
    ]


class EventSource(Source):
    """The events of one customer (``customer=``), as the filter of the page narrows them: the newest 20,000."""

    name = "events"

    def check(self, request: StaffRequest) -> None:
        """Raises ``Http404`` for a customer outside the scope."""
        if not may(request, Area.CUSTOMERS):
            raise PermissionDenied(Area.CUSTOMERS)
        self._party(request)

    def title(self, request: StaffRequest) -> str:
        """Whose events."""
        party = self._party(request)
        return _("Events of %(name)s (%(number)s)") % {"name": party.name, "number": party.id}

    def subject(self, request: StaffRequest) -> str:
        """The customer."""
        return request.GET.get("customer", "")

    def filters(self, request: StaffRequest) -> list[str]:
        """The fields that narrow, each as the page calls it with what it is set to."""
        form = self._form(request)
        form.is_valid()
        found = []
        for name, field in form.fields.items():
            value = form.cleaned_data.get(name)
            if value not in (None, ""):
                choices = {str(key): str(label) for key, label in getattr(field, "choices", ())}
                found.append(f"{field.label}: {choices.get(str(value), value)}")
        return found

    def parameters(self, request: StaffRequest) -> str:
        """The customer and the form's fields."""
        names = ["customer", *self._form(request).fields]
        return urlencode([(name, request.GET[name]) for name in names if request.GET.get(name)])

    def measure(self, request: StaffRequest) -> tuple[int, Spread]:
        """Counts the events, up to as many as are written."""
        party = self._party(request)
        which = self._form(request).which()
        rows = count_events(request.scope, party.id, which=which, limit=EXPORTED)
        institution = Party.objects.visible_to(request.scope).values_list("institution_id", flat=True).get(id=party.id)
        return rows, [(str(institution or ""), party.kind)]

    def back(self, request: StaffRequest) -> str:
        """The customer's events."""
        return reverse("customer-events", args=[self._party(request).id])

    def write(self, request: StaffRequest, order: Order) -> Written:
        """The workbook."""
        party = self._party(request)
        rows = all_events(request.scope, party.id, which=self._form(request).which(), limit=EXPORTED)
        return Written(write_events(order.file, limited(rows, order.most), facts=order.facts), [party.id])

    def _party(self, request: StaffRequest) -> PartyProfile:
        try:
            return party_profile(request.scope, request.GET.get("customer", ""))
        except Party.DoesNotExist:
            raise Http404 from None

    def _form(self, request: StaffRequest) -> EventForm:
        return event_form(request, holdings(request.scope, self._party(request).id).agreements)


def write_events(file: IO[bytes], rows: Iterable[EventRow], *, facts: Facts) -> int:
    """The events as a marked workbook; money that went out is negative. Returns how many."""
    from guanxi.crm.kernel.workbook import Workbook

    number = 0
    with Workbook(file, {"strings_to_formulas": False}) as book:
        sheet: Any = book.add_worksheet(_("Events"))  # its types forbid Decimal, which it writes exactly
        head = book.add_format({"bold": True, "bg_color": "#EEF1F6", "bottom": 1})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        money = book.add_format({"num_format": "#,##0.00"})
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        for place, (heading, width) in enumerate(headings()):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, heading, head)
        for number, row in enumerate(rows, 1):
            sheet.write_datetime(number, 0, localtime(row.event_time).replace(tzinfo=None), moment)
            sheet.write_number(number, 2, row.signed, money)
            if row.balance_after is not None:
                sheet.write_number(number, 4, row.balance_after, money)
            if row.fee_amount:
                sheet.write_number(number, 11, row.fee_amount, money)
            words = {
                1: word(EventKind, row.kind),
                3: row.currency,
                5: word(Channel, row.channel),
                6: row.counterparty_name,
                7: row.counterparty_account,
                8: row.counterparty_bank,
                9: row.memo,
                10: row.agreement_id,
                12: row.id,
            }
            for place, text in words.items():
                sheet.write_string(number, place, text)
        mark_workbook(book, facts, number)
    return number


offer(EventSource())
