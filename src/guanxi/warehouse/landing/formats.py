"""How this bank writes its files: the contracts' formats, overridden by ``feed.toml`` and by control files."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from guanxi.warehouse.landing.contract import Format, Table
from guanxi.warehouse.landing.control import ControlFile
from guanxi.warehouse.landing.layouts import LAYOUTS, FileLayout
from guanxi.warehouse.landing.tables import TABLES

FEED_FILE = "feed.toml"
ENCODINGS = {
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8-sig",
    "ascii": "utf-8",
}
DELIMITERS = ("|+|", "|", ",", "\t")
DATE_FORMATS = ("%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y")
TIMESTAMP_FORMATS = ("%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y%m%d %H%M%S")
DECIMALS = ("point", "implied")
COMPRESSIONS = ("", "gzip")
# Bytes at the start of a file that say in which encoding it is.
MARKS = {"utf-8": b"\xef\xbb\xbf", "gb18030": b"\x84\x31\x95\x33"}


class BadFormat(ValueError):
    """A format that cannot be read or written; the text says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What ``feed.toml`` says: formats by table, and the days on which the bank delivers nothing."""

    default: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    closed_days: frozenset[date] = frozenset()

    def format(self, table: Table, control: ControlFile | None = None) -> Format:
        """The format of a table's file; raises :class:`BadFormat`.

        The contract's format, overridden by ``[default]``, by ``[tables.<name>]``, and by the control file's own
        encoding and delimiter; the compression follows from the file's name.
        """
        words = self.default | self.tables.get(table.name, {})
        if control is not None:
            words["compression"] = "gzip" if control.file.endswith(".gz") else ""
            if control.encoding:
                words["encoding"] = control.encoding
            if control.delimiter:
                words["delimiter"] = control.delimiter
        return checked(replace(table.format, **words), table)


def read_feed(inbox: Path) -> Feed:
    """Reads ``<inbox>/feed.toml``, an empty :class:`Feed` where there is none; raises :class:`BadFormat`."""
    path = inbox / FEED_FILE
    if not path.exists():
        return Feed()
    try:
        words = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFormat(f"{FEED_FILE} is not valid TOML: {error}.") from None
    unknown = set(words) - {"default", "tables", "closed_days"}
    if unknown:
        raise BadFormat(
            f"{FEED_FILE} has {', '.join(sorted(unknown))}; only default, tables and closed_days may stand."
        )
    tables = words.get("tables", {})
    unknown = set(tables) - set(TABLES)
    if unknown:
        raise BadFormat(f"{FEED_FILE} has formats for {', '.join(sorted(unknown))}, which no contract knows.")
    days = words.get("closed_days", [])
    if not isinstance(days, list) or not all(type(day) is date for day in days):
        raise BadFormat(f"{FEED_FILE}: closed_days is a list of dates such as [2026-10-01, 2026-10-02].")
    default = _format_words("[default]", words.get("default", {}))
    feed = Feed(default, {name: _format_words(f"[tables.{name}]", tables[name]) for name in tables}, frozenset(days))
    for table in TABLES.values():
        try:
            feed.format(table)
        except BadFormat as error:
            raise BadFormat(f"{FEED_FILE}: {error}") from None
    return feed


def write_feed(inbox: Path, formats: dict[str, Format]) -> Path:
    """Writes a ``feed.toml`` that states the whole format of each table named; returns its path."""
    lines: list[str] = []
    for name, form in formats.items():
        lines.append(f"[tables.{name}]")
        for part in fields(Format):
            value = getattr(form, part.name)
            if part.name != "compression":
                text = ("true" if value else "false") if isinstance(value, bool) else _quoted(value)
                lines.append(f"{part.name} = {text}")
        lines.append("")
    path = inbox / FEED_FILE
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def file_layout(form: Format) -> FileLayout:
    """The module that reads and writes the format's layout."""
    return LAYOUTS[form.layout]


def checked(form: Format, table: Table) -> Format:
    """The format with its encoding's usual name; raises :class:`BadFormat` where it is none that can be read."""
    encoding = ENCODINGS.get(form.encoding.lower().replace("_", "-"))
    if encoding is None:
        raise BadFormat(f"{table.name}: the encoding {form.encoding} is not known; it is gb18030 or utf-8.")
    form = replace(form, encoding=encoding)
    for name, known in (
        ("layout", tuple(LAYOUTS)),
        ("date_format", DATE_FORMATS),
        ("timestamp_format", TIMESTAMP_FORMATS),
        ("decimal", DECIMALS),
        ("compression", COMPRESSIONS),
    ):
        if getattr(form, name) not in known:
            raise BadFormat(f"{table.name}: the {name} {getattr(form, name)!r} is not one of {', '.join(known)}.")
    reason = file_layout(form).refusal(table, form)
    if reason:
        raise BadFormat(f"{table.name}: {reason}")
    return form


def _format_words(place: str, words: dict[str, Any]) -> dict[str, Any]:
    kinds = {part.name: bool if part.name == "header" else str for part in fields(Format) if part.name != "compression"}
    for key, value in words.items():
        if key not in kinds:
            raise BadFormat(f"{FEED_FILE}: {place} has {key}; it may have {', '.join(kinds)}.")
        if type(value) is not kinds[key]:
            kind = "true or false" if key == "header" else "a text in quotation marks"
            raise BadFormat(f"{FEED_FILE}: {key} in {place} is {value!r}; it must be {kind}.")
    return dict(words)


def _quoted(text: str) -> str:
    return '"' + re.sub(r'[\\"]', r"\\\g<0>", text).replace("\t", "\\t") + '"'
