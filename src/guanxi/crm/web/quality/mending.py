"""One row kept aside: what is wrong with it, and the form that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from guanxi.crm.quality.judging import Objection, objections
from guanxi.crm.quality.lines import CannotJoin, FieldOfLine, explain, join_fields
from guanxi.crm.quality.models import QuarantinedRow
from guanxi.crm.quality.queries.quarantine import Filter, Row, list_rows
from guanxi.crm.quality.queries.quarantine import row as read_row
from guanxi.crm.quality.rights import may_mend
from guanxi.crm.quality.services import OvertakenError, mend_row
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.quality.guards import acts
from guanxi.crm.web.request import StaffRequest


@dataclass(frozen=True, slots=True)
class Input:
    """One field of the form: what was delivered, what stands in it now, and what is wrong with that."""

    name: str
    field: FieldOfLine
    value: str
    error: str
    focused: bool

    @property
    def delivered(self) -> bool:
        """Whether what was delivered is worth showing beside the input: it differs, or could not be read."""
        return self.field.value != self.value

    @property
    def pressing(self) -> bool:
        """Whether this is one of the fields to look at first."""
        return self.field.broken or bool(self.error)


@only_for(Area.QUARANTINE)
def row(request: StaffRequest, row_id: int) -> HttpResponseBase:
    """The row as delivered, what is wrong with it, who did what about it, and the form."""
    if request.method == "POST":
        return _mend(request, row_id)
    found = _found(row_id, clear=may_mend(request.roles))
    values = [field.editable for field in found.fields]
    return _page(request, found, values=values, line=_line(found, values), problems=(), version=found.version)


@acts(Area.QUARANTINE)
def _mend(request: StaffRequest, row_id: int) -> HttpResponse:
    """Keeps the mended line where landing accepts it; else shows the form again as it was typed."""
    found = _found(row_id)
    whole = request.POST.get("as") == "line"
    values = _typed(request)
    line = request.POST.get("line", "")
    version = request.POST.get("version", "")
    text, problems = _judged(found, values, line, whole=whole)
    if not whole:
        line = text or line
    if problems:
        return _page(request, found, values=values, line=line, problems=problems, version=version, whole=whole)
    try:
        mend_row(row_id=row_id, text=text, version=version, staff=request.user)
    except OvertakenError:
        now = _found(row_id)
        return _page(
            request, now, values=values, line=line, problems=(), version=now.version, whole=whole, overtaken=True
        )
    except QuarantinedRow.DoesNotExist:
        raise Http404 from None
    messages.success(
        request,
        _("Line %(line)s of %(table)s is mended. It comes in with the next replay.")
        % {"line": f"{found.line:,}", "table": found.table_label},
    )
    return redirect(_after(request, found))


def _typed(request: StaffRequest) -> list[str]:
    """What stands in the form's fields f1, f2, ..., in the contract's order whatever the page's."""
    count = sum(name[:1] == "f" and name[1:].isdigit() for name in request.POST)
    return [request.POST.get(f"f{position}", "") for position in range(1, count + 1)]


def _found(row_id: int, *, clear: bool = True) -> Row:
    found = read_row(row_id, clear=clear)
    if found is None:
        raise Http404
    return found


def _judged(found: Row, values: list[str], line: str, *, whole: bool) -> tuple[str, tuple[Objection, ...]]:
    """The line that was typed, and what landing has against it."""
    if found.contract is None:
        return "", (Objection("", "table", _("No contract knows this table any more.")),)
    if whole:
        text = line.strip("\r\n")
    else:
        try:
            text = join_fields(values, found.contract, found.format)
        except CannotJoin as cannot:
            return "", (Objection(cannot.column, "field", str(cannot)),)
    return text, objections(text=text, table=found.contract, form=found.format, day=found.business_date)


def _page(
    request: StaffRequest,
    found: Row,
    *,
    values: list[str],
    line: str,
    problems: tuple[Objection, ...],
    version: str,
    whole: bool | None = None,
    overtaken: bool = False,
) -> HttpResponse:
    inputs = _inputs(found, values, problems)
    context: dict[str, Any] = {
        "row": found,
        "why": explain(rule=found.rule, table=found.table, column=found.column, message=found.message),
        "pressing": [one for one in inputs if one.pressing],
        "others": [one for one in inputs if not one.pressing],
        "line": line,
        "whole": _as_one_line(request, found) if whole is None else whole,
        "version": version,
        "problems": problems,
        "elsewhere": [each for each in problems if not any(each.column == one.field.name for one in inputs)],
        "overtaken": overtaken,
        "may_mend": may_mend(request.roles) and bool(found.contract),
        "back": Filter.of(request.GET).query,
    }
    status = 409 if overtaken else 422 if problems else 200
    return render(request, "web/quality/row.html", context, status=status)


def _as_one_line(request: StaffRequest, found: Row) -> bool:
    """As was asked for; by itself where the fields do not stand in their columns."""
    asked = request.GET.get("as", "")
    return asked == "line" or (asked != "columns" and found.rule == "columns" and not found.mended)


def _inputs(found: Row, values: list[str], problems: tuple[Objection, ...]) -> list[Input]:
    wrong: dict[str, str] = {}
    for each in problems:
        wrong.setdefault(each.column, each.message)
    focus = next((field.name for field in found.raw if field.name in wrong), "") or next(
        (field.name for field in found.raw if field.broken), ""
    )
    padded = values + [""] * (len(found.raw) - len(values))
    return [
        Input(f"f{field.position}", field, value, wrong.get(field.name, ""), field.name == focus)
        for field, value in zip(found.raw, padded, strict=False)
        if field.column or value
    ]


def _line(found: Row, values: list[str]) -> str:
    """The whole line for those who would rather edit it as one: as mended, or as delivered with marks."""
    if found.mended:
        return found.mended
    return "".join(piece.text if not piece.odd else "\ufffd" * len(piece.text.split()) for piece in found.pieces)


def _after(request: StaffRequest, found: Row) -> str:
    """Back to the list, or on to the next row that waits, as the button said."""
    chosen = Filter.of(request.GET)
    query = f"?{chosen.query}" if chosen.query else ""
    if "next" in request.POST:
        cursor = f"{found.business_date.isoformat()}~{found.table}~{found.line}"
        lines = list_rows(Filter(chosen.day, chosen.table, chosen.rule), after=cursor, size=1).lines
        if lines:
            return reverse("quarantined-row", args=[lines[0].id]) + query
    return reverse("quarantine") + query
