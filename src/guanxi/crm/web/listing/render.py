"""A page of a list as its template takes it: rows drawn already, links made already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from guanxi.crm.web.exports.rights import may_export
from guanxi.crm.web.exports.sources import has_source
from guanxi.crm.web.icons import icon
from guanxi.crm.web.listing.columns import Column
from guanxi.crm.web.listing.filters import Filter, Flags, Label, Pairs, Words
from guanxi.crm.web.listing.listing import Listing, Page, State, address, pairs_of
from guanxi.crm.web.request import StaffRequest

# A column's width as kept with the person, in steps of eight pixels: a class each, since pages hold no inline style.
NARROWEST, WIDEST, STEP = 48, 480, 8


@dataclass(frozen=True, slots=True)
class ShownFilter:
    """A filter with what its form needs."""

    filter: Filter
    template: str
    value: Any
    active: bool
    context: dict[str, Any]
    url: str


@dataclass(frozen=True, slots=True)
class ShownChip:
    """A filter in force and the address without it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownFlag:
    """A quick chip and the address with it put on or taken off."""

    key: str
    label: Label
    icon: str
    on: bool
    url: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """What ``web/listing/frame.html`` draws. What repeats is drawn already (rows, headings, the choice of columns): a
    template would take some milliseconds for it. ``export_url`` is empty for those who may not take it out.
    """

    listing: Listing
    heads: SafeString
    body: SafeString
    page: Page
    filters: tuple[ShownFilter, ...]
    flags: tuple[ShownFlag, ...]
    chips: tuple[ShownChip, ...]
    columns: SafeString
    words: Words | None
    words_value: str
    sort: str
    hidden: tuple[tuple[str, str], ...]
    url: str
    next_url: str
    previous_url: str
    export_url: str
    clear_url: str


def chosen_columns(listing: Listing, request: StaffRequest, left_out: frozenset[str] = frozenset()) -> list[Column]:
    """The columns to show: as the person chose, else those shown by default without ``left_out``."""
    kept = request.user.preferences.get(f"list:{listing.name}", {})
    chosen = kept.get("columns") if isinstance(kept, dict) else None
    by_key = {column.key: column for column in listing.columns}
    if isinstance(chosen, list):
        fixed = [column for column in listing.columns if column.fixed]
        return fixed + [by_key[key] for key in chosen if key in by_key and not by_key[key].fixed]
    return [column for column in listing.columns if column.fixed or (column.shown and column.key not in left_out)]


def widths_of(listing: Listing, request: StaffRequest) -> dict[str, int]:
    """The widths the person dragged, in pixels, by column."""
    kept = request.user.preferences.get(f"list:{listing.name}", {})
    widths = kept.get("widths", {}) if isinstance(kept, dict) else {}
    return {key: width for key, width in widths.items() if isinstance(width, int) and NARROWEST <= width <= WIDEST}


def drawn_rows(page: Page, columns: Sequence[Column], request: StaffRequest, *, choosing: bool) -> SafeString:
    """All rows as HTML. Every cell's drawing escapes what it is given. ``choosing``: each row begins with a box."""
    at = {name: position for position, name in enumerate(page.fields)}
    cells = []
    for column in columns:
        tag = "th scope=row" if column.fixed else "td"
        css = f"c-{column.key} gx-number" if column.number else f"c-{column.key}"
        opening = f'<{tag} class="{css}">'
        closing = "</th>" if column.fixed else "</td>"
        cells.append((column.draw(request.display), [at[name] for name in column.fields], opening, closing))
    parts: list[str] = []
    add = parts.append
    for row in page.rows:
        add("<tr data-row>")
        if choosing:
            key = escape(str(row[0]))
            add(f'<td class="c-choose"><input type="checkbox" form="list-actions" name="chosen" value="{key}"')
            add(f' class="form-check-input" aria-label="{key}"></td>')
        for draw, places, opening, closing in cells:
            add(opening)
            add(draw(row[places[0]]) if len(places) == 1 else draw(*[row[place] for place in places]))
            add(closing)
        add("</tr>")
    return mark_safe("".join(parts))  # noqa: S308


def list_page(
    listing: Listing,
    request: StaffRequest,
    state: State,
    page: Page,
    columns: Sequence[Column],
    *,
    narrow: bool,
) -> ListPage:
    """Everything the frame draws; costs no query."""
    base = pairs_of(listing, state)
    words = next((one for one in listing.filters if isinstance(one, Words)), None)
    return ListPage(
        listing=listing,
        heads=_heads(listing, request, state, columns, narrow=narrow),
        body=drawn_rows(page, columns, request, choosing=bool(listing.actions)),
        page=page,
        filters=tuple(_filter(listing, request, state, one) for one in listing.filters if one.template),
        flags=tuple(flag for one in listing.filters if isinstance(one, Flags) for flag in _flags(listing, state, one)),
        chips=tuple(
            ShownChip(chip.label, address([pair for pair in base if pair not in chip.without]))
            for one in listing.filters
            if one.key in state.values
            for chip in one.chips(request, state.values[one.key])
        ),
        columns=_column_choice(listing, columns),
        words=words,
        words_value=state.values.get(words.key, "") if words else "",
        sort=state.sorted_by if state.sorted_by != listing.default_sort else "",
        hidden=tuple(
            pair
            for one in listing.filters
            if one.key in state.values and (isinstance(one, Flags) or one.template == "web/listing/filter_pick.html")
            for pair in one.pairs(state.values[one.key])
        ),
        url=address(base),
        next_url=address([*base, ("page", page.following.write(listing.name))]) if page.following else "",
        previous_url=address([*base, ("page", page.preceding.write(listing.name))]) if page.preceding else "",
        export_url=_export_url(listing, request, [*base, *(("column", column.key) for column in columns)]),
        clear_url=address([pair for pair in base if pair[0] == "sort"]),
    )


def _export_url(listing: Listing, request: StaffRequest, pairs: Pairs) -> str:
    if not may_export(request) or not has_source(listing.name):
        return ""
    return reverse("export-ask", args=[listing.name]) + address(pairs)


def _heads(
    listing: Listing, request: StaffRequest, state: State, columns: Sequence[Column], *, narrow: bool
) -> SafeString:
    """The columns' headings as HTML, each a link that sorts where it can be sorted by, with how it is sorted now."""
    widths = widths_of(listing, request)
    return mark_safe("".join(_head(listing, request, state, column, widths, narrow=narrow) for column in columns))  # noqa: S308


def _head(
    listing: Listing, request: StaffRequest, state: State, column: Column, widths: dict[str, int], *, narrow: bool
) -> str:
    sort = listing.sort_of(column.sort) if column.sort else None
    order, url = "", ""
    if sort and (sort.everywhere or narrow):
        here = state.sort.key == sort.key
        descending = not state.descending if here else sort.descending
        url = address(pairs_of(listing, state, sort=f"-{sort.key}" if descending else sort.key))
        if here:
            order = "descending" if state.descending else "ascending"
    css = f"c-{column.key}"
    if column.number:
        css += " gx-number"
    if column.key in widths:
        css += f" gx-w{widths[column.key] // STEP}"
    said = f' aria-sort="{order}"' if order else ""
    label = f"<span>{escape(str(column.label))}</span>"
    if url:
        href = escape(request.path + url)
        mark = icon("arrow-down" if order == "descending" else "arrow-up") if order else ""
        asked = f'<a href="{href}" hx-get="{href}" hx-target="#list" hx-swap="outerMorph">'
        label = f"{asked}{escape(str(column.label))}{mark}</a>"
    grip = '<i class="gx-grip" aria-hidden="true"></i>'
    return f'<th scope="col" class="{css}" data-column="{escape(column.key)}"{said}>{label}{grip}</th>'


def _column_choice(listing: Listing, columns: Sequence[Column]) -> SafeString:
    """Every column but the fixed ones as a box to tick, as HTML."""
    shown = {column.key for column in columns}
    boxes = [
        f'<li><label><input type="checkbox" class="form-check-input" name="column" value="{escape(column.key)}"'
        f"{' checked' if column.key in shown else ''}>{escape(str(column.label))}</label></li>"
        for column in listing.columns
        if not column.fixed
    ]
    return mark_safe("".join(boxes))  # noqa: S308


def _filter(listing: Listing, request: StaffRequest, state: State, one: Filter) -> ShownFilter:
    value = state.values.get(one.key)
    pick = [*pairs_of(listing, state), ("pick", one.key)]
    return ShownFilter(one, one.template, value, bool(value), one.form(request, value), address(pick))


def _flags(listing: Listing, state: State, one: Flags) -> list[ShownFlag]:
    on = state.values.get(one.key, [])
    base = pairs_of(listing, state)
    found = []
    for flag in one.flags:
        pair = (one.key, flag.key)
        pairs = [other for other in base if other != pair] if flag.key in on else [*base, pair]
        found.append(ShownFlag(flag.key, flag.label, flag.icon, flag.key in on, address(pairs)))
    return found
