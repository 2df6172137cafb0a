"""Turns a data file as delivered into one that DuckDB can read: UTF-8, a line a row, line for line.

A line that cannot be taken (not in its encoding, a control character) is replaced by a placeholder, a row with too few
columns: so the row number in DuckDB is always the line number in the bank's file. A clean UTF-8 or ASCII file is read
where it lies.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import BinaryIO, cast

from guanxi.sealed_files import OnceKey, create_sealed, open_sealed
from guanxi.warehouse.landing.contract import Format, Table
from guanxi.warehouse.landing.formats import file_layout
from guanxi.warehouse.landing.lines import CARRIAGE_RETURN, UnreadableLine, forbidden, read_line
from guanxi.warehouse.landing.source import Source

PLACEHOLDER = b"?"
PURPOSE = "scratch"
PIECE = 64 * 1024
SURELY = 20


@dataclass(frozen=True, slots=True)
class Mend:
    """What stands in the place of a line: its text; only where the line's bytes are ``raw``, if that is stated."""

    text: str
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Scratch:
    """A data file made ready. ``lines`` counts the header too; ``rows`` does not. ``mended`` has the bytes that were
    replaced, by line number. ``foreign`` names the encoding that the file is in instead of its format's, where that is
    plain. ``once`` is the key under which ``path`` lies, None for a file to read as it is: see :func:`readable`. For
    the rest see :class:`Source`."""

    path: Path
    lines: int
    rows: int
    ended: bool
    mended: dict[int, bytes]
    sha256: str
    size: int
    damage: str
    cut_short: bool
    foreign: str
    once: OnceKey | None = None


def make_scratch(
    *,
    path: Path,
    table: Table,
    form: Format,
    aside: Path,
    mends: Mapping[int, Mend],
    exact: bool = False,
    heard: Callable[[int], None] = lambda size: None,
    once: OnceKey | None = None,
) -> Scratch:
    """Reads ``path`` once; writes ``aside`` only where DuckDB cannot read the file as it lies, encrypted with ``once``.

    ``exact`` looks at every single line, slowly: for files whose faults the fast way cannot tell apart. ``heard`` is
    told how many bytes of the file have been read so far. Raises ``ValueError`` for a mend that is not one line.
    """
    source = Source(path, form)
    maker = _Maker(table, form, mends, exact)
    writer: BinaryIO | None = None
    done = 0
    ended = True
    try:
        for block in source.blocks():
            result = maker.take(block)
            if writer is None and (result is not block or form.compression or source.marked):
                writer = _create(aside, once)
                _copy_start(path, writer, done)
            if writer is not None:
                writer.write(result)
            done += len(block)
            ended = block.endswith(b"\n")
            heard(source.size)
    finally:
        if writer is not None:
            writer.close()
    if writer is None and form.compression:
        writer = _create(aside, once)
        writer.close()
    return Scratch(
        path=path if writer is None else aside,
        lines=maker.lines,
        rows=maker.lines - min(maker.lines, int(form.header)),
        ended=ended,
        mended=maker.mended,
        sha256=source.sha256,
        size=source.size,
        damage=source.damage,
        cut_short=source.cut_short,
        foreign=source.foreign_mark or maker.foreign,
        once=once if writer is not None else None,
    )


@contextmanager
def readable(scratch: Scratch) -> Iterator[Path]:
    """A path from which the scratch form can be read, once, from its beginning to its end.

    Encrypted, it comes through a pipe: it is never in the clear on a disk.
    """
    if scratch.once is None:
        yield scratch.path
        return
    pipe = scratch.path.with_name(f"{scratch.path.name}.pipe")
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe, 0o600)
    problems: list[Exception] = []
    feeder = Thread(target=_feed, args=(scratch.path, pipe, scratch.once, problems))
    feeder.start()
    try:
        yield pipe
    finally:
        # A feeder whose reader never came, or went early, is let go.
        while feeder.is_alive():
            with suppress(OSError):
                os.close(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))
            feeder.join(0.02)
        pipe.unlink()
    if problems:
        raise problems[0]


def _feed(path: Path, pipe: Path, once: OnceKey, problems: list[Exception]) -> None:
    try:
        with pipe.open("wb", buffering=0) as out, open_sealed(path, purpose=PURPOSE, key_of=once.of) as file:
            shutil.copyfileobj(file, out, 1024 * 1024)
    except BrokenPipeError:
        pass
    except Exception as error:
        problems.append(error)


def _create(aside: Path, once: OnceKey | None) -> BinaryIO:
    if once is None:
        return aside.open("wb")
    return cast("BinaryIO", create_sealed(aside, once.key, purpose=PURPOSE))


class _Maker:
    """Blocks of lines as delivered in, blocks of the scratch form out."""

    def __init__(self, table: Table, form: Format, mends: Mapping[int, Mend], exact: bool) -> None:
        self.table = table
        self.form = form
        self.layout = file_layout(form)
        self.mends = dict(sorted(mends.items()))
        self.exact = exact
        self.forbidden = tuple(byte for byte in forbidden(form) if byte != CARRIAGE_RETURN)
        self.lines = 0
        self.mended: dict[int, bytes] = {}
        self.foreign = ""
        self.looked = form.codec == "utf-8"

    def take(self, block: bytes) -> bytes:
        """The scratch form of the next block, as many lines as it has; the block itself where nothing changes."""
        first = self.lines + 1
        self.lines += block.count(b"\n") + (not block.endswith(b"\n"))
        if not self.looked and not block.isascii():
            self.looked = True
            self.foreign = "utf-8" if _is_utf8(block) else ""
        lines = block
        if CARRIAGE_RETURN in lines:
            lines = lines.replace(b"\r\n", b"\n")
        here = [number for number in self.mends if first <= number <= self.lines]
        if here:
            lines = self._mend(lines, first, here)
        if first == 1 and self.form.header:
            # Whatever the header says, it is no row: it only keeps its place.
            lines = PLACEHOLDER + lines[_end(lines, 0) :]
        if self.exact:
            return self._line_by_line(lines)
        controls = [byte for byte in (*self.forbidden, CARRIAGE_RETURN) if byte in lines]
        if controls:
            lines = _without(lines, _places(lines, controls))
        try:
            return self.layout.to_scratch(lines, self.table, self.form)
        except UnicodeDecodeError:
            lines = _without(lines, _undecodable(lines, self.form.codec))
        except ValueError:
            return self._line_by_line(lines)
        try:
            return self.layout.to_scratch(lines, self.table, self.form)
        except ValueError:  # of which UnicodeDecodeError is one
            return self._line_by_line(lines)

    def _line_by_line(self, lines: bytes) -> bytes:
        delimiter = self.layout.scratch_delimiter(self.form)
        made: list[bytes] = []
        body = lines.removesuffix(b"\n")
        for line in body.split(b"\n"):
            try:
                made.append(delimiter.join(read_line(line, self.table, self.form)).encode())
            except UnreadableLine:
                made.append(PLACEHOLDER)
        return b"\n".join(made) + lines[len(body) :]

    def _mend(self, lines: bytes, first: int, numbers: list[int]) -> bytes:
        parts = lines.split(b"\n")
        for number in numbers:
            mend = self.mends[number]
            old = parts[number - first]
            if mend.raw is not None and mend.raw != old:
                continue
            new = mend.text.encode(self.form.codec)
            if b"\n" in new or b"\r" in new:
                raise ValueError(f"The row mended for line {number} of {self.table.name} is more than one line.")
            self.mended[number] = old
            parts[number - first] = new
        return b"\n".join(parts)


def _copy_start(path: Path, writer: BinaryIO, size: int) -> None:
    """Copies the first bytes of a file that turned out clean up to here."""
    with path.open("rb") as file:
        while size:
            block = file.read(min(size, 8 * 1024 * 1024))
            writer.write(block)
            size -= len(block)


def _is_utf8(block: bytes) -> bool:
    """Whether Chinese text that should be GB18030 is UTF-8: most of it would pass, and be nonsense.

    Text in GB18030 may be valid UTF-8 by chance, but hardly with twenty characters of the kind that take three bytes.
    """
    found = re.search(rb"[\x80-\xff]", block)
    start = block.rfind(b"\n", 0, found.start()) + 1 if found else 0
    try:
        text = block[start : _end(block, min(start + PIECE, len(block)))].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(re.findall("[\u2e80-\U0010ffff]", text)) >= SURELY


def _end(lines: bytes, place: int) -> int:
    end = lines.find(b"\n", place)
    return len(lines) if end < 0 else end


def _places(lines: bytes, controls: list[bytes]) -> list[int]:
    places: list[int] = []
    for control in controls:
        place = lines.find(control)
        while place >= 0:
            places.append(place)
            place = lines.find(control, _end(lines, place))
    return sorted(places)


def _undecodable(lines: bytes, codec: str) -> list[int]:
    """Where a character lies that the codec does not know: the first in each such line, in rising order."""
    places: list[int] = []
    start = 0
    while start < len(lines):
        # Small pieces, because the error carries a copy of all that was to be decoded.
        stop = _end(lines, min(start + PIECE, len(lines))) + 1
        try:
            lines[start:stop].decode(codec)
        except UnicodeDecodeError as error:
            places.append(start + error.start)
            stop = _end(lines, start + error.start) + 1
        start = stop
    return places


def _without(lines: bytes, places: list[int]) -> bytes:
    """The lines with a placeholder for each line in which one of the places lies."""
    parts: list[bytes] = []
    kept = 0
    for place in places:
        if place < kept:
            continue  # in a line that is out already
        start = lines.rfind(b"\n", kept, place) + 1 or kept
        parts += [lines[kept:start], PLACEHOLDER]
        kept = _end(lines, place)
    parts.append(lines[kept:])
    return b"".join(parts)
