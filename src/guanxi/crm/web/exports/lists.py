"""Declared lists as sources: the spreadsheet of exactly the rows and columns that the person sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.urls import reverse

from guanxi.crm.web.access import Area, may
from guanxi.crm.web.exports.rights import Spread
from guanxi.crm.web.exports.sources import Order, Source, Written, limited
from guanxi.crm.web.exports.workbook import write_workbook
from guanxi.crm.web.listing.columns import Column
from guanxi.crm.web.listing.listing import Listing, State, address, fields_of, narrowed, ordered, pairs_of, state_of
from guanxi.crm.web.listing.registry import source_of
from guanxi.crm.web.listing.render import chosen_columns
from guanxi.crm.web.request import StaffRequest

PORTION = 2_000
# A list without customers, a log for one, may be endless: it is counted no further, and no more is written.
COUNTED = 1_000_000


class ListSource(Source):
    """A declared list. ``customer`` is the field with the customer's number, ``spread`` those of institution and
    kind of customer; both are empty where the rows are about no customer and belong to no institution. The columns
    wanted are asked for as ``column``, else they are those the person has chosen.
    """

    def __init__(
        self,
        listing: Listing,
        *,
        area: Area,
        url_name: str,
        customer: str = "party_id",
        spread: tuple[str, ...] = ("institution_id", "kind"),
    ) -> None:
        self.name = listing.name
        self.listing = listing
        self.area, self.url_name, self.customer, self.spread = area, url_name, customer, spread

    def check(self, request: StaffRequest) -> None:
        """Raises ``PermissionDenied`` to those who may not use the list."""
        if not may(request, self.area):
            raise PermissionDenied(self.area)

    def title(self, request: StaffRequest) -> str:
        """The list's title."""
        return str(self.listing.title)

    def filters(self, request: StaffRequest) -> list[str]:
        """The chips above the list."""
        state = self._state(request)
        return [
            chip.label
            for one in self.listing.filters
            if one.key in state.values
            for chip in one.chips(request, state.values[one.key])
        ]

    def parameters(self, request: StaffRequest) -> str:
        """The list's canonical address, without its page and columns."""
        return urlencode(pairs_of(self.listing, self._state(request)))

    def columns(self, request: StaffRequest) -> list[str]:
        """Those asked for, behind those with which every spreadsheet begins."""
        known = {column.key for column in self.listing.columns}
        asked = [key for key in dict.fromkeys(request.GET.getlist("column")) if key in known]
        shown = asked or [column.key for column in chosen_columns(self.listing, request)]
        first = [key for key in self.listing.export_first if key in known]
        return first + [key for key in shown if key not in first]

    def measure(self, request: StaffRequest) -> tuple[int, Spread]:
        """One query over the rows."""
        rows = self._rows(request, self._state(request)).order_by()
        if not self.spread:
            return rows[:COUNTED].count(), None
        found = list(rows.values_list(*self.spread).annotate(rows=Count(self.listing.key)))
        spread = sorted({(str(institution or ""), str(kind or "")) for institution, kind, _rows in found})
        return sum(rows for _institution, _kind, rows in found), spread

    def back(self, request: StaffRequest) -> str:
        """The list as it was."""
        query = address(pairs_of(self.listing, self._state(request)))
        return reverse(self.url_name) + ("" if query == "?" else query)

    def write(self, request: StaffRequest, order: Order) -> Written:
        """The workbook."""
        by_key = {column.key: column for column in self.listing.columns}
        columns: list[Column] = [by_key[key] for key in order.columns if key in by_key]
        state = self._state(request)
        wanted = tuple(dict.fromkeys([*fields_of(self.listing, columns), *filter(None, [self.customer])]))
        values = ordered(self.listing, self._rows(request, state), state).values_list(*wanted)
        customers: dict[str, None] = {}
        found: Iterable[tuple[Any, ...]] = limited(values.iterator(chunk_size=PORTION), order.most)
        written = write_workbook(
            order.file,
            request=request,
            facts=order.facts,
            columns=columns,
            fields=wanted,
            rows=_noting(found, wanted.index(self.customer), customers) if self.customer else found,
            progress=order.progress,
        )
        return Written(written, customers)

    def _state(self, request: StaffRequest) -> State:
        return state_of(self.listing, request, narrow=lambda _values: True)

    def _rows(self, request: StaffRequest, state: State) -> Any:
        return narrowed(self.listing, request, source_of(self.listing.name)(request), state)


def _noting(rows: Iterable[tuple[Any, ...]], place: int, customers: dict[str, None]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        if row[place]:  # what is about a prospect names no customer yet
            customers[row[place]] = None
        yield row
