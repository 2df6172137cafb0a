"""Reads the rows that were kept aside: the list with its filters, and one row with its columns and its history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date

from guanxi.crm.kernel.masks import Secret, hide
from guanxi.crm.org.models import Staff
from guanxi.crm.quality.lines import (
    FieldOfLine,
    Piece,
    column_label,
    format_of,
    pieces_of,
    readable,
    split_line,
    split_text,
    table_label,
    table_of,
)
from guanxi.crm.quality.masking import SECRETIVE, masked_fields, masked_line, written
from guanxi.crm.quality.models import FileDelivery, QuarantinedRow
from guanxi.warehouse.landing.contract import Format, Table
from guanxi.warehouse.landing.tables import TABLES

PAGE = 50
COUNTED = 10_000
ALL = "all"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows: every part may be empty. ``status`` is one of the model's, or empty for those that wait."""

    day: date | None = None
    table: str = ""
    rule: str = ""
    status: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> Filter:
        """From an address's parameters; what cannot be read is left out."""
        try:
            day = parse_date(parameters.get("day", ""))
        except ValueError:
            day = None
        status = parameters.get("status", "")
        return cls(
            day=day,
            table=parameters.get("table", "") if parameters.get("table", "") in TABLES else "",
            rule=parameters.get("rule", "")[:32],
            status=status if status == ALL or status in QuarantinedRow.Status.values else "",
        )

    @property
    def query(self) -> str:
        """The filter as an address's parameters."""
        parts = {
            "day": self.day.isoformat() if self.day else "",
            "table": self.table,
            "rule": self.rule,
            "status": self.status,
        }
        return urlencode({name: value for name, value in parts.items() if value})

    @property
    def narrowed(self) -> bool:
        """Whether it leaves anything out besides the state."""
        return bool(self.day or self.table or self.rule)

    def rows(self) -> QuerySet[QuarantinedRow]:
        """The rows it lets through, newest business date first, then by table and line."""
        rows = QuarantinedRow.objects.order_by("-business_date", "table", "line")
        if self.status != ALL:
            rows = rows.filter(status=self.status or QuarantinedRow.Status.WAITING)
        if self.day:
            rows = rows.filter(business_date=self.day)
        if self.table:
            rows = rows.filter(table=self.table)
        if self.rule:
            rows = rows.filter(rule=self.rule)
        return rows


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row in the list. ``before``, ``at`` and ``after`` are the line around what the rule complained of."""

    id: int
    business_date: date
    table: str
    table_label: str
    line: int
    column_label: str
    rule: str
    message: str
    status: str
    status_label: str
    who: str
    when: datetime | None
    before: tuple[Piece, ...]
    at: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def cursor(self) -> str:
        """Where the next page begins."""
        return f"{self.business_date.isoformat()}~{self.table}~{self.line}"


@dataclass(frozen=True, slots=True)
class RowsPage:
    """A page of rows kept aside. ``count`` goes no further than ``COUNTED``, then ``more`` is set."""

    filter: Filter
    lines: tuple[RowLine, ...]
    after: str
    count: int
    more: bool
    first: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody did with a row. ``who`` is empty for the night's job."""

    at: datetime
    who: str
    status: str
    status_label: str
    mended: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row kept aside. ``raw`` are its fields as delivered, ``fields`` those of the mended line where there is one.

    ``version`` changes with every decision: a form that was opened on an older one must not overwrite it unasked.
    """

    id: int
    business_date: date
    table: str
    table_label: str
    contract: Table | None
    format: Format
    file: str
    line: int
    column: str
    column_label: str
    rule: str
    message: str
    encoding: str
    status: str
    status_label: str
    who: str
    when: datetime | None
    mended: str
    version: str
    text: str
    pieces: tuple[Piece, ...]
    raw: tuple[FieldOfLine, ...]
    fields: tuple[FieldOfLine, ...]
    history: tuple[Decision, ...]

    @property
    def surplus(self) -> int:
        """How many fields the line has beyond its contract."""
        return sum(field.column is None for field in self.raw)


def list_rows(chosen: Filter, *, after: str = "", size: int = PAGE) -> RowsPage:
    """A page of rows kept aside; two queries (the rows with who decided, and a count that stops at ``COUNTED``)."""
    rows = chosen.rows()
    count = rows.order_by()[: COUNTED + 1].count()
    key = _cursor(after)
    if key:
        day, table, line = key
        rows = rows.filter(
            Q(business_date__lt=day) | Q(business_date=day) & (Q(table__gt=table) | Q(table=table, line__gt=line)),
            business_date__lte=day,
        )
    found = list(rows.select_related("mended_by")[: size + 1])
    formats = Formats()
    lines = tuple(_line(row, formats) for row in found[:size])
    return RowsPage(
        filter=chosen,
        lines=lines,
        after=lines[-1].cursor if len(found) > size else "",
        count=min(count, COUNTED),
        more=count > COUNTED,
        first=not key,
    )


def row(row_id: int, *, clear: bool = False) -> Row | None:
    """One row with its columns and its history; None where there is none. At most four queries.

    ``clear`` for those who mend it: others see what is a secret masked.
    """
    found = QuarantinedRow.objects.select_related("mended_by").filter(pk=row_id).first()
    if found is None:
        return None
    contract = table_of(found.table)
    form = Formats().of(found)
    raw = bytes(found.raw)
    fields = split_line(raw, contract, form, found.column) if contract else ()
    kept = split_text(found.mended, contract, form, found.column) if contract and found.mended else fields
    line = found.mended or readable(raw, form.encoding)
    hidden = not clear and (contract is None or found.table in SECRETIVE)
    if hidden:
        fields, kept = masked_fields(found, fields), masked_fields(found, kept)
        line = masked_line(found, contract, form, mended=bool(found.mended))
    return Row(
        id=found.pk,
        business_date=found.business_date,
        table=found.table,
        table_label=table_label(found.table),
        contract=contract,
        format=form,
        file=found.file,
        line=found.line,
        column=found.column,
        column_label=column_label(found.table, found.column),
        rule=found.rule,
        message=found.message,
        encoding=found.encoding,
        status=found.status,
        status_label=found.get_status_display(),  # type: ignore[attr-defined]
        who=found.mended_by.name if found.mended_by else "",
        when=found.mended_at,
        mended=written(line) if hidden and found.mended else found.mended,
        version=version_of(found),
        text=written(line) if hidden else line,
        pieces=pieces_of(line) if hidden else _shown(raw, form),
        raw=fields,
        fields=kept,
        history=_history(found, clear=clear or found.table not in SECRETIVE),
    )


def version_of(row: QuarantinedRow) -> str:
    """A short word that is another after every decision about the row."""
    moment = row.mended_at.isoformat() if row.mended_at else ""
    return sha256(f"{row.status}~{moment}~{row.mended_by_id}~{row.mended}".encode()).hexdigest()[:16]  # type: ignore[attr-defined]


def days_with_rows(count: int = 90) -> tuple[date, ...]:
    """The newest business dates of which rows were kept aside, newest first; one query of what was delivered."""
    return tuple(
        FileDelivery.objects.filter(quarantined__gt=0)
        .order_by("-run__business_date")
        .values_list("run__business_date", flat=True)
        .distinct()[:count]
    )


def exported(chosen: Filter, limit: int) -> Iterator[QuarantinedRow]:
    """The rows a filter lets through, for an export; read in portions."""
    return chosen.rows().select_related("mended_by")[:limit].iterator(chunk_size=2_000)


class Formats:
    """How each day's file of each table is written; each is looked up once."""

    def __init__(self) -> None:
        self._known: dict[tuple[date, str, str], Format] = {}

    def of(self, row: QuarantinedRow) -> Format:
        """The format of the file that the row came from."""
        contract = table_of(row.table)
        if contract is None:
            return Format(encoding=row.encoding or "gb18030")
        key = (row.business_date, row.table, row.encoding)
        if key not in self._known:
            self._known[key] = format_of(contract, row.business_date, settings.INBOX, row.encoding)
        return self._known[key]


def _line(row: QuarantinedRow, formats: Formats) -> RowLine:
    before, at, after = _around(row, formats.of(row))
    return RowLine(
        id=row.pk,
        business_date=row.business_date,
        table=row.table,
        table_label=table_label(row.table),
        line=row.line,
        column_label=column_label(row.table, row.column),
        rule=row.rule,
        message=row.message,
        status=row.status,
        status_label=row.get_status_display(),  # type: ignore[attr-defined]
        who=row.mended_by.name if row.mended_by else "",
        when=row.mended_at,
        before=before,
        at=at,
        after=after,
    )


def _around(row: QuarantinedRow, form: Format) -> tuple[tuple[Piece, ...], tuple[Piece, ...], tuple[Piece, ...]]:
    """The line cut before and after the offending column, shortened so that this column is in sight."""
    contract = table_of(row.table)
    raw = bytes(row.raw)
    if contract is None or (not row.column and row.table in SECRETIVE):
        return (), (), pieces_of(masked_line(row, contract, form)[:400])
    if not row.column:
        return (), (), _shown(raw[:400], form)
    fields = masked_fields(row, split_line(raw, contract, form, row.column))
    place = next((field.position for field in fields if field.column and field.broken), 0)
    if not place:
        return (), (), pieces_of(masked_line(row, contract, form)[:400])
    mark = form.delimiter if form.layout != "fixed" else " "
    before = mark.join(field.value for field in fields[: place - 1])
    after = mark.join(field.value for field in fields[place:])
    return (
        pieces_of(("…" + before[-30:] if len(before) > 30 else before) + (mark if place > 1 else "")),
        pieces_of(fields[place - 1].value),
        pieces_of((mark if place < len(fields) else "") + after[:160]),
    )


def _shown(raw: bytes, form: Format) -> tuple[Piece, ...]:
    try:
        return pieces_of(raw.decode(form.encoding.removesuffix("-sig"), "surrogateescape"))
    except (LookupError, UnicodeDecodeError):
        return pieces_of(raw.decode("ascii", "surrogateescape"))


def _history(row: QuarantinedRow, *, clear: bool) -> tuple[Decision, ...]:
    """By what the row is, so that it outlives a night that was run again and wrote the row anew; two queries."""
    model: Any = QuarantinedRow.history.rel.related_model  # type: ignore[attr-defined]
    events = list(
        model.objects.filter(business_date=row.business_date, table=row.table, line=row.line)
        .select_related("pgh_context")
        .order_by("-pgh_id")[:50]
    )
    numbers = {_who(event) for event in events} - {""}
    names = dict(Staff.objects.filter(id__in=numbers).values_list("id", "name")) if numbers else {}
    return tuple(
        Decision(
            at=event.pgh_created_at,
            who=names.get(_who(event), _who(event)),
            status=event.status,
            status_label=str(QuarantinedRow.Status(event.status).label),
            mended=event.mended if clear else hide(Secret.WHOLE, event.mended),
        )
        for event in events
    )


def _who(event: Any) -> str:
    metadata = event.pgh_context.metadata if event.pgh_context else {}
    return str(metadata.get("user") or "")


def _cursor(text: str) -> tuple[date, str, int] | None:
    day, _, rest = text.partition("~")
    table, _, line = rest.partition("~")
    try:
        parsed = parse_date(day)
    except ValueError:
        return None
    return (parsed, table, int(line)) if parsed and table and line.isdecimal() and len(line) < 18 else None
