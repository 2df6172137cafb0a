"""A data file's bytes: decompressed, hashed as delivered, in blocks of whole lines."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

from guanxi.warehouse.landing.contract import Format
from guanxi.warehouse.landing.formats import MARKS

BLOCK = 8 * 1024 * 1024
PIECE = 1024 * 1024
# A file without a line end for so long is no file of lines; reading on would only fill the memory.
MOST_WITHOUT_LINE_END = 64 * 1024 * 1024
GZIP = 31  # zlib's word for the gzip wrapper


class Source:
    """One reading of a data file from its beginning to its end.

    After :meth:`blocks` is used up: ``sha256`` and ``size`` are of the file as delivered; ``damage`` says why a
    compressed file could not be read to its end, empty where it could; ``cut_short`` whether it simply stops too
    early; ``marked`` whether a byte-order mark stood at the start; ``foreign_mark`` names the encoding whose mark
    stood there instead of the format's.
    """

    def __init__(self, path: Path, form: Format, *, hashed: bool = True) -> None:
        self.path = path
        self.form = form
        self.hashed = hashed
        self.size = 0
        self.damage = ""
        self.cut_short = False
        self.marked = False
        self.foreign_mark = ""
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The SHA-256 of what has been read of the file as delivered, in hexadecimal; meaningless when not hashed."""
        return self._digest.hexdigest()

    def blocks(self) -> Iterator[bytes]:
        """The content in blocks of whole lines, without a byte-order mark; only the last may lack its line end."""
        rest = b""
        first = True
        for read in self._content():
            piece = self._unmarked(read) if first else read
            first = False
            if not rest and piece.endswith(b"\n"):
                yield piece
                continue
            end = piece.rfind(b"\n") + 1
            if end:
                yield rest + piece[:end]
                rest = piece[end:]
            else:
                rest += piece
                if len(rest) > MOST_WITHOUT_LINE_END:
                    self.damage = f"it has no line end in {len(rest)} bytes"
                    rest = b""
        if rest:
            yield rest

    def _unmarked(self, block: bytes) -> bytes:
        for encoding, mark in MARKS.items():
            if block.startswith(mark):
                if encoding == self.form.codec:
                    self.marked = True
                    return block[len(mark) :]
                self.foreign_mark = encoding
        return block

    def _content(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            if not self.form.compression:
                while block := file.read(BLOCK):
                    self._take(block)
                    yield block
                return
            unpacked = _Gzip()
            parts: list[bytes] = []
            held = 0
            while piece := file.read(PIECE):
                self._take(piece)
                if self.damage:
                    continue  # the rest is read for its hash only
                try:
                    for part in unpacked.feed(piece):
                        parts.append(part)
                        held += len(part)
                        if held >= BLOCK:
                            yield b"".join(parts)
                            parts, held = [], 0
                except zlib.error as error:
                    self.damage = f"its gzip data is damaged ({error})"
            if parts:
                yield b"".join(parts)
            if not self.damage and not unpacked.finished:
                self.damage = "its gzip data ends too early"
                self.cut_short = True

    def _take(self, block: bytes) -> None:
        if self.hashed:
            self._digest.update(block)
        self.size += len(block)


class _Gzip:
    """Gzip members one after the other, as ``cat a.gz b.gz`` makes them, in portions of bounded size."""

    def __init__(self) -> None:
        self.member = zlib.decompressobj(GZIP)
        self.started = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """What the next piece of the file unpacks to; raises ``zlib.error`` for what is no gzip data."""
        while True:
            if self.member.eof:
                piece = piece.lstrip(b"\x00")  # tapes and some tools fill up with zeros
                if not piece:
                    return
                self.member = zlib.decompressobj(GZIP)
            part = self.member.decompress(piece, BLOCK)
            self.started = True
            if part:
                yield part
            piece = self.member.unused_data if self.member.eof else self.member.unconsumed_tail
            if not piece and len(part) < BLOCK:
                return

    @property
    def finished(self) -> bool:
        """Whether the last member came to its end."""
        return self.started and self.member.eof
