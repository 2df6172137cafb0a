"""Control files: what the bank says of a data file, in a small text file beside it.

``<table>.ctl`` stands beside ``<table>.dat`` or ``<table>.dat.gz`` and holds ASCII lines ``key=value``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from guanxi.warehouse.landing.contract import Delivery

REQUIRED = ("table", "business_date", "file", "delivery", "rows", "sha256", "opening")
OPTIONAL = ("amount_total", "encoding", "delimiter")
SUFFIX = ".ctl"

# A control file has a dozen short lines; anything larger is a data file under the wrong name.
MOST_BYTES = 10_000
ESCAPES = {"\\t": "\t", "tab": "\t"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that stops a night: the file (empty for the folder itself), the rule, what is wrong, what to do.

    ``message`` and ``what_to_do`` are whole sentences, which name the file and the numbers.
    """

    file: str
    rule: str
    message: str
    what_to_do: str


class DeliveryError(Exception):
    """The day's delivery cannot be landed; ``problems`` are all that was found wrong with the whole folder."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(f"{problem.message} {problem.what_to_do}" for problem in problems))
        self.problems = tuple(problems)


class BadControlFile(ValueError):
    """A control file that cannot be read; the text says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class ControlFile:
    """What a control file states of its data file.

    ``file`` is the data file's bare name. ``rows`` counts the file's lines without the header. ``amount_total`` is the
    sum of the contract's total column over every row in which that field can be read as an amount, whatever else is
    wrong with the row; None where the contract has no total. ``sha256`` is of the file's bytes as delivered (of the
    compressed file where it is compressed). ``encoding`` and ``delimiter`` override the contract's and ``feed.toml``'s.
    """

    table: str
    business_date: date
    file: str
    delivery: Delivery
    rows: int
    amount_total: Decimal | None
    sha256: str
    opening: bool = False
    encoding: str | None = None
    delimiter: str | None = None

    def render(self) -> str:
        """The text of the control file, keys in a fixed order, one a line."""
        values = {
            "table": self.table,
            "business_date": self.business_date.isoformat(),
            "file": self.file,
            "delivery": self.delivery.value,
            "rows": str(self.rows),
            "amount_total": None if self.amount_total is None else f"{self.amount_total:f}",
            "sha256": self.sha256,
            "opening": "1" if self.opening else "0",
            "encoding": self.encoding,
            "delimiter": None if self.delimiter is None else self.delimiter.replace("\t", "\\t"),
        }
        return "".join(f"{key}={value}\n" for key, value in values.items() if value is not None)


def control_path(folder: Path, table: str) -> Path:
    """Where the control file of ``table`` stands in a day's folder."""
    return folder / f"{table}{SUFFIX}"


def write_control(folder: Path, control: ControlFile) -> Path:
    """Writes (or replaces) the control file of ``control.table`` in a day's folder; returns its path."""
    path = control_path(folder, control.table)
    path.write_bytes(control.render().encode("ascii"))
    return path


def read_control(path: Path) -> ControlFile:
    """Reads a control file; raises :class:`BadControlFile` with the first thing that is wrong with it."""
    if path.stat().st_size > MOST_BYTES:
        raise BadControlFile(f"{path.name} has more than {MOST_BYTES} bytes, so it is no control file.")
    values = _values(path)
    table = values["table"]
    if table != path.name.removesuffix(SUFFIX):
        raise BadControlFile(f"{path.name} states table={table}, but its own name says otherwise.")
    if values["file"] not in (f"{table}.dat", f"{table}.dat.gz"):
        raise BadControlFile(f"{path.name} states file={values['file']}; it must be {table}.dat or {table}.dat.gz.")
    if not re.fullmatch(r"[0-9]{1,12}", values["rows"]):
        raise BadControlFile(f"{path.name} states rows={values['rows']}, which is not a number of rows.")
    if not re.fullmatch(r"[0-9a-fA-F]{64}", values["sha256"]):
        raise BadControlFile(f"{path.name} states a sha256 that is not 64 hexadecimal digits.")
    if values["opening"] not in ("0", "1"):
        raise BadControlFile(f"{path.name} states opening={values['opening']}; it must be 0 or 1.")
    if values["delivery"] not in tuple(Delivery):
        raise BadControlFile(f"{path.name} states delivery={values['delivery']}; it must be full or increment.")
    delimiter = values.get("delimiter")
    return ControlFile(
        table=table,
        business_date=_date(path, values["business_date"]),
        file=values["file"],
        delivery=Delivery(values["delivery"]),
        rows=int(values["rows"]),
        amount_total=_amount(path, values.get("amount_total")),
        sha256=values["sha256"].lower(),
        opening=values["opening"] == "1",
        encoding=values.get("encoding"),
        delimiter=None if delimiter is None else ESCAPES.get(delimiter, delimiter),
    )


def read_day(text: str) -> date:
    """A day written ``YYYY-MM-DD`` or ``YYYYMMDD``; raises ``ValueError`` for anything else."""
    for pattern, form in ((r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"), (r"\d{8}", "%Y%m%d")):
        if re.fullmatch(pattern, text, re.ASCII):
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar day has no time zone
    raise ValueError(f"{text} is not a day")


def _values(path: Path) -> dict[str, str]:
    try:
        text = path.read_bytes().decode("ascii")
    except UnicodeDecodeError as error:
        raise BadControlFile(f"{path.name} holds a byte that is not ASCII, at position {error.start}.") from None
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        key, equals, value = line.partition("=")
        key = key.strip()
        if not equals or key not in REQUIRED + OPTIONAL:
            known = ", ".join(REQUIRED + OPTIONAL)
            raise BadControlFile(f"{path.name}, line {number}: {line[:60]!r} is not one of {known} with = and a value.")
        if key in values:
            raise BadControlFile(f"{path.name}, line {number}: {key} is stated twice.")
        # A delimiter may be a blank or a tab: its value is taken as it stands.
        values[key] = value if key == "delimiter" else value.strip()
    missing = [key for key in REQUIRED if not values.get(key)]
    if missing:
        raise BadControlFile(f"{path.name} does not state {', '.join(missing)}.")
    return {key: value for key, value in values.items() if value}


def _date(path: Path, text: str) -> date:
    try:
        return read_day(text)
    except ValueError:
        raise BadControlFile(f"{path.name} states business_date={text}, which is not a date YYYY-MM-DD.") from None


def _amount(path: Path, text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        if not re.fullmatch(r"-?[0-9]{1,30}(\.[0-9]{1,8})?", text):
            raise InvalidOperation
        return Decimal(text)
    except InvalidOperation:
        raise BadControlFile(f"{path.name} states amount_total={text}, which is not an amount like 1234.50.") from None
