"""Events as an Excel workbook: dates and amounts are such in Excel, numbers of accounts stay text."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from guanxi.crm.holding.codes import Channel, EventKind
from guanxi.crm.holding.event_queries import EventRow
from guanxi.crm.party.codes import word

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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


def write_events(rows: Iterable[EventRow], *, title: str) -> bytes:
    """The events as a workbook; money that went out is negative."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet: Any = book.add_worksheet(_("Events"))  # its types forbid Decimal, which it writes exactly
        book.set_properties({"title": title})
        head = book.add_format({"bold": True, "bg_color": "#EEF1F6", "bottom": 1})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        money = book.add_format({"num_format": "#,##0.00"})
        sheet.freeze_panes(1, 1)
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
    return out.getvalue()
