"""What a line of the sample contract is worth, in plain Python: the judge is held against it."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from guanxi.warehouse.landing.contract import Column, Format, Kind, Table


def rule_broken(line: bytes, table: Table, form: Format) -> tuple[str, str]:
    """The column and rule that a line breaks first; two empty words for a good line."""
    fields = split(line, table, form)
    if isinstance(fields, str):
        return "", fields
    for column, field in zip(table.columns, fields, strict=True):
        rule = field_broken(column, field, form)
        if rule:
            return column.name, rule
    return "", ""


def split(line: bytes, table: Table, form: Format) -> list[str] | str:
    """The fields of a line, or the rule that it breaks as a whole."""
    special = form.layout == "fixed" or form.quote
    if b"\0" in line or b"\r" in line or (special and b"\x1f" in line):
        return "encoding"
    try:
        text = line.decode(form.codec)
    except UnicodeDecodeError:
        return "encoding"
    if form.layout == "fixed":
        fields = _fixed(line, table, form)
    elif form.quote:
        fields = _quoted(text, form)
    else:
        fields = text.split(form.delimiter)
    return fields if fields is not None and len(fields) == len(table.columns) else "columns"


def _fixed(line: bytes, table: Table, form: Format) -> list[str] | None:
    if len(line) != sum(column.width for column in table.columns):
        return None
    fields = []
    for column in table.columns:
        try:
            field = line[: column.width].decode(form.codec)
        except UnicodeDecodeError:
            return None
        line = line[column.width :]
        while field.endswith(" "):
            field = field[:-1]
        while field.startswith(" ") and column.kind not in (Kind.TEXT, Kind.CODE):
            field = field[1:]
        fields.append(field)
    return fields


def _quoted(text: str, form: Format) -> list[str] | None:
    fields, field, state = [], "", "start"
    for letter in text:
        if state == "inside":
            state, field = ("closed", field) if letter == '"' else ("inside", field + letter)
        elif letter == form.delimiter:
            fields.append(field)
            field, state = "", "start"
        elif letter == '"' and state == "start":
            state = "inside"
        elif letter == '"' and state == "closed":
            state, field = "inside", field + letter
        elif letter == '"' or state == "closed":
            return None
        else:
            state, field = "plain", field + letter
    return None if state == "inside" else [*fields, field]


def value(column: Column, field: str, form: Format) -> object:  # noqa: PLR0911 - one a kind
    """The value of a good field."""
    if field == "":
        return None
    match column.kind:
        case Kind.INTEGER:
            return int(field)
        case Kind.DECIMAL:
            return Decimal(field).scaleb(-column.scale) if form.decimal == "implied" else Decimal(field)
        case Kind.DATE:
            return datetime.strptime(field, form.date_format).date()  # noqa: DTZ007
        case Kind.TIMESTAMP:
            return datetime.strptime(field, form.timestamp_format)  # noqa: DTZ007
        case Kind.FLAG:
            return field == "1"
        case _:
            return field


def field_broken(column: Column, field: str, form: Format) -> str:  # noqa: PLR0911 - one a kind
    """The rule that a field breaks; empty for a good one."""
    if column.required and not field.strip(" \u3000\t"):
        return "required"
    if field == "":
        return ""
    match column.kind:
        case Kind.TEXT:
            return "length" if len(field) > column.length else ""
        case Kind.CODE:
            return "" if field in column.values else "value"
        case Kind.FLAG:
            return "" if field in ("0", "1") else "value"
        case Kind.DATE:
            return _day(field, form.date_format)
        case Kind.TIMESTAMP:
            return _day(field, form.timestamp_format)
    return _number(column, field, form)


def _day(field: str, written: str) -> str:
    digits = {"%Y": r"(\d{4})", "%m": r"\d{2}", "%d": r"\d{2}", "%H": r"\d{2}", "%M": r"\d{2}", "%S": r"\d{2}"}
    pattern = re.sub("%.", lambda match: digits[match[0]], re.escape(written))
    if not re.fullmatch(pattern, field, re.ASCII) or (field[-2:] == "60" and written.endswith("%S")):
        return "type"
    try:
        day = datetime.strptime(field, written).date()  # noqa: DTZ007
    except ValueError:
        return "type"
    return "" if date(1900, 1, 1) <= day <= date(2199, 12, 31) else "range"


def _number(column: Column, field: str, form: Format) -> str:
    if column.kind is Kind.INTEGER:
        if not re.fullmatch(r"-?[0-9]+", field):
            return "type"
        number = Decimal(field)
        if not -(2**31) <= number <= 2**31 - 1:
            return "range"
    else:
        implied = form.decimal == "implied"
        if not re.fullmatch(r"-?[0-9]+" if implied else rf"-?[0-9]+(\.[0-9]{{1,{column.scale}}})?", field):
            return "type"
        number = Decimal(field).scaleb(-column.scale) if implied else Decimal(field)
        if abs(number) >= Decimal(10) ** (column.precision - column.scale):
            return "range"
    too_low = column.low is not None and number < column.low
    too_high = column.high is not None and number > column.high
    return "range" if too_low or too_high else ""
