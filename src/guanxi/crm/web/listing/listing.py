"""The declared list: columns, filters and sorts make a page of rows, its links, and a spreadsheet.

Grain: one :class:`Listing` a list of the site. Paging is by keyset, forwards and backwards: page one thousand
costs what page one costs. Nothing is counted over the whole table; where a total is known for little, it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from django.db.models.functions import Coalesce

from guanxi.crm.audit.services import masked, searched
from guanxi.crm.web.listing.columns import Column
from guanxi.crm.web.listing.cursor import Cursor, read_cursor
from guanxi.crm.web.listing.filters import Filter, Label, Pairs, Words
from guanxi.crm.web.request import StaffRequest

PAGE_SIZE = 50
COUNTED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """A way to order the rows. ``descending``: which way the first tap goes. ``nulls_as`` stands for nothing.

    ``everywhere``: an index serves it for the whole table; others are offered where the rows are few.
    """

    key: str
    field: str
    descending: bool = True
    nulls_as: Any = None
    everywhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that is done to chosen rows: their keys are posted as ``chosen`` to the URL of that name."""

    label: Label
    url_name: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list. ``key`` is the field that tells rows apart; rows with the same sort value are ordered by it.

    ``export_first`` are columns that a spreadsheet always begins with. With ``actions`` rows can be chosen.
    """

    name: str
    title: Label
    key: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    sorts: tuple[Sort, ...]
    default_sort: str
    empty_title: Label
    empty_text: Label
    page_size: int = PAGE_SIZE
    export_first: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()

    def sort_of(self, key: str) -> Sort | None:
        """The sort of that name."""
        return next((sort for sort in self.sorts if sort.key == key), None)


@dataclass(frozen=True, slots=True)
class State:
    """What an address asks of a list: values of its filters by key, and the sort as ``-assets`` or ``assets``."""

    values: dict[str, Any]
    sort: Sort
    descending: bool
    cursor: Cursor | None = None

    @property
    def sorted_by(self) -> str:
        """The sort as the address says it."""
        return f"-{self.sort.key}" if self.descending else self.sort.key


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows there are; ``exact`` or at least so many."""

    rows: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows in the order shown, each the values of ``fields``."""

    fields: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    first: int
    following: Cursor | None
    preceding: Cursor | None
    total: Total | None = field(default=None)

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return self.first + len(self.rows) - 1


def state_of(listing: Listing, request: StaffRequest, *, narrow: Callable[[dict[str, Any]], bool]) -> State:
    """Reads the address. ``narrow`` says whether rows with these filters are few enough for every sort."""
    parameters = request.GET
    values = {}
    for one in listing.filters:
        value = one.read(request, parameters)
        if value:
            values[one.key] = value
    asked = parameters.get("sort") or listing.default_sort
    sort = listing.sort_of(asked.lstrip("-"))
    if sort is None or not (sort.everywhere or narrow(values)):
        asked = listing.default_sort
        sort = listing.sort_of(asked.lstrip("-"))
    if sort is None:
        raise LookupError(f"list {listing.name} has no sort {asked}")
    descending = asked.startswith("-")
    signed = "-" + sort.key if descending else sort.key
    cursor = read_cursor(parameters.get("page", ""), listing.name, signed)
    return State(values, sort, descending, cursor)


def pairs_of(listing: Listing, state: State, *, sort: str | None = None) -> Pairs:
    """The canonical address of a state, without the page; ``sort`` another one."""
    found: Pairs = []
    for one in listing.filters:
        if one.key in state.values:
            found.extend(one.pairs(state.values[one.key]))
    chosen = sort or state.sorted_by
    return found if chosen == listing.default_sort else [*found, ("sort", chosen)]


def recorded(listing: Listing, state: State) -> dict[str, Any]:
    """What the audit log says of a list's state: the filters and the sort as the address has them; words searched for
    are masked where they are long numbers.
    """
    filters: dict[str, list[str]] = {}
    words: dict[str, str] = {}
    for one in listing.filters:
        value = state.values.get(one.key)
        if value and isinstance(one, Words):
            words = searched(value)
        elif value:
            for name, text in one.pairs(value):
                filters.setdefault(name, []).append(masked(text))
    return {**words, "filters": filters, "sort": state.sorted_by}


def address(pairs: Pairs) -> str:
    """Pairs as a query string, with its question mark."""
    return f"?{urlencode(pairs)}" if pairs else "?"


def narrowed(
    listing: Listing, request: StaffRequest, rows: QuerySet[Any], state: State, *, leave_out: str = ""
) -> QuerySet[Any]:
    """The rows that the filters leave."""
    for one in listing.filters:
        if one.key in state.values and one.key != leave_out:
            rows = one.narrow(request, rows, state.values[one.key])
    return rows


def fields_of(listing: Listing, columns: Sequence[Column]) -> tuple[str, ...]:
    """The fields that some columns read, with the key."""
    wanted = {listing.key: None}
    for column in columns:
        wanted |= dict.fromkeys(column.fields)
    return tuple(wanted)


def ordered(listing: Listing, rows: QuerySet[Any], state: State, *, reverse: bool = False) -> QuerySet[Any]:
    """The rows in the order asked for, or in the reverse; the key has the sort's direction, as the indexes have it."""
    expression: Any = F(state.sort.field)
    if state.sort.nulls_as is not None:
        rows = rows.annotate(_sorted_by=Coalesce(state.sort.field, state.sort.nulls_as))
        expression = F("_sorted_by")
    if state.descending != reverse:
        return rows.order_by(expression.desc(), F(listing.key).desc())
    return rows.order_by(expression.asc(), F(listing.key).asc())


def page_of(
    listing: Listing,
    rows: QuerySet[Any],
    state: State,
    columns: Sequence[Column],
    *,
    total: Total | None = None,
    count: bool = False,
) -> Page:
    """One page: one query, and with ``count`` a second that counts at most a thousand.

    ``rows`` are the narrowed rows. A total that is known may be given; one that follows from the page itself is taken.
    """
    return page_of_fields(listing, rows, state, fields_of(listing, columns), total=total, count=count)


def page_of_fields(
    listing: Listing,
    rows: QuerySet[Any],
    state: State,
    fields: tuple[str, ...],
    *,
    total: Total | None = None,
    count: bool = False,
) -> Page:
    """As :func:`page_of`, of some fields (the key first) instead of what columns read."""
    value_field = state.sort.field if state.sort.nulls_as is None else "_sorted_by"
    cursor = state.cursor
    backward = bool(cursor and cursor.backward)
    wanted = ordered(listing, rows, state, reverse=backward)
    if cursor:
        model_field = rows.model._meta.get_field(state.sort.field)
        below = state.descending != backward
        beyond: Any = TupleLessThan if below else TupleGreaterThan
        at = (model_field.to_python(cursor.value), cursor.key)
        wanted = wanted.filter(beyond((F(value_field), F(listing.key)), at))
    read = [*fields, value_field]
    found = list(wanted.values_list(*dict.fromkeys(read))[: listing.page_size + 1])
    more = len(found) > listing.page_size
    found = found[: listing.page_size]
    if backward:
        found.reverse()
    first = 1
    if cursor:
        first = max(1, cursor.position - len(found)) if backward else cursor.position + 1
        if backward and not more:
            first = 1
    at_value = list(dict.fromkeys(read)).index(value_field)
    later = more if not backward else True
    earlier = more if backward else cursor is not None
    return Page(
        fields=fields,
        rows=found,
        first=first,
        following=_beside(listing, state, found[-1], at_value, first + len(found) - 1) if found and later else None,
        preceding=_beside(listing, state, found[0], at_value, first, backward=True) if found and earlier else None,
        total=total or _total(listing, rows, found, first, exact=not later, count=count),
    )


def _beside(
    listing: Listing, state: State, row: tuple[Any, ...], at_value: int, position: int, *, backward: bool = False
) -> Cursor:
    value = row[at_value]
    return Cursor(state.sorted_by, str(value), str(row[0]), position, backward)


def _total(
    listing: Listing, rows: QuerySet[Any], found: list[tuple[Any, ...]], first: int, *, exact: bool, count: bool
) -> Total | None:
    if exact:
        return Total(first + len(found) - 1 if found else 0, exact=True)
    if not count:
        return None
    counted = len(rows.order_by().values_list(listing.key)[: COUNTED + 1])
    return Total(min(counted, COUNTED), exact=counted <= COUNTED)
