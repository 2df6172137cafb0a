"""One line of a file: its fields, or why it has none. The reference for what is done to many lines at once."""

from __future__ import annotations

from dataclasses import dataclass

from guanxi.warehouse.landing.contract import Format, Table
from guanxi.warehouse.landing.formats import file_layout
from guanxi.warehouse.landing.layouts import BrokenLine

# Longer lines are not rows of any contract; DuckDB would refuse them as well.
LONGEST_LINE = 1_000_000
CARRIAGE_RETURN = b"\r"
NUL = b"\x00"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row: the column (empty for the whole line), the rule, and a sentence with the value."""

    column: str
    rule: str
    message: str


class UnreadableLine(ValueError):
    """A line whose fields cannot be read; ``rule`` is ``encoding`` or ``columns``, ``message`` a sentence."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


def forbidden(form: Format) -> tuple[bytes, ...]:
    """The control characters that no line may hold: they would end it, cut it short, or part its scratch form."""
    separator = file_layout(form).scratch_delimiter(form).encode()
    return (NUL, CARRIAGE_RETURN, separator) if separator == b"\x1f" else (NUL, CARRIAGE_RETURN)


def read_line(line: bytes, table: Table, form: Format) -> list[str]:
    """The fields of a line as delivered (without its line end), empty text for no value.

    Raises :class:`UnreadableLine`.
    """
    if len(line) > LONGEST_LINE:
        raise UnreadableLine("columns", f"The line has {len(line)} bytes; {LONGEST_LINE} are the most.")
    for control in forbidden(form):
        if control in line:
            place = line.index(control) + 1
            raise UnreadableLine(
                "encoding", f"The line holds the control character 0x{control.hex().upper()} at byte {place}."
            )
    try:
        return file_layout(form).split(line, table, form)
    except UnicodeDecodeError as error:
        wrong = line[error.start : error.end].hex(" ").upper()
        raise UnreadableLine(
            "encoding",
            f"The line is not valid {form.codec.upper()}: {wrong} at byte {error.start + 1} is no character.",
        ) from None
    except BrokenLine as error:
        raise UnreadableLine("columns", f"The line {error}.") from None
