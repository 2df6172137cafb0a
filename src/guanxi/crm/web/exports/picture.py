"""A watermark as a PNG picture, made of a small dot-matrix font: no font and no imaging library is needed.

The font knows capitals, digits and a few signs; whatever else is shown as a hyphen. Staff numbers and request numbers
are made of these.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from functools import lru_cache

# Five columns a sign, lowest bit on top: the 5 x 7 font of dot-matrix displays.
FONT = {
    " ": "0000000000", "-": "0808080808", ".": "0060600000", "/": "2010080402", ":": "0036360000",
    "_": "4040404040", "0": "3E5149453E", "1": "00427F4000", "2": "4261514946", "3": "2141454B31",
    "4": "1814127F10", "5": "2745454539", "6": "3C4A494930", "7": "0171090503", "8": "3649494936",
    "9": "064949291E", "A": "7E1111117E", "B": "7F49494936", "C": "3E41414122", "D": "7F4141221C",
    "E": "7F49494941", "F": "7F09090901", "G": "3E4149497A", "H": "7F0808087F", "I": "00417F4100",
    "J": "2040413F01", "K": "7F08142241", "L": "7F40404040", "M": "7F020C027F", "N": "7F0408107F",
    "O": "3E4141413E", "P": "7F09090906", "Q": "3E4151215E", "R": "7F09192946", "S": "4649494931",
    "T": "01017F0101", "U": "3F4040403F", "V": "1F2040201F", "W": "3F4038403F", "X": "6314081463",
    "Y": "0708700807", "Z": "6151494543",
}  # fmt: skip
DOT = 3
STEP = 6 * DOT
LINE = 10 * DOT
SLOPE = 4  # one down for four to the right


@lru_cache(maxsize=32)
def watermark(lines: Sequence[str], *, width: int, height: int, grey: int = 226) -> bytes:
    """The lines, slanting and repeated over ``width`` x ``height`` pixels, ``grey`` (0 to 255) on transparent."""
    rows = [bytearray(width) for _row in range(height)]
    wide = max(len(line) for line in lines) * STEP + 8 * DOT
    high = len(lines) * LINE + wide // SLOPE + 6 * DOT
    for band, top in enumerate(range(-high, height, high)):
        for left in range(-(band % 2) * wide // 2, width, wide):
            for position, line in enumerate(lines):
                _write(rows, line.upper(), left, top + high // 2 + position * LINE)
    return _png(rows, width, height, grey)


def _write(rows: list[bytearray], text: str, left: int, top: int) -> None:
    """Draws one line; what falls outside the picture is left out."""
    height, width = len(rows), len(rows[0])
    for number, sign in enumerate(text):
        columns = bytes.fromhex(FONT.get(sign, FONT["-"]))
        for column, bits in enumerate(columns):
            x = left + number * STEP + column * DOT
            for bit in range(7):
                if not bits >> bit & 1:
                    continue
                y = top + bit * DOT - (x - left) // SLOPE
                for dy in range(DOT):
                    if 0 <= y + dy < height:
                        for dx in range(max(0, -x), min(DOT, width - x)):
                            rows[y + dy][x + dx] = 1


def _png(rows: list[bytearray], width: int, height: int, grey: int) -> bytes:
    """A picture of two colours, of which the first is transparent, eight bits a dot; 96 dots an inch."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", bytes([255, 255, 255, grey, grey, grey])),
            chunk(b"tRNS", b"\x00"),
            chunk(b"pHYs", struct.pack(">IIB", 3780, 3780, 1)),
            chunk(b"IDAT", zlib.compress(b"".join(b"\x00" + bytes(row) for row in rows), 9)),
            chunk(b"IEND", b""),
        ]
    )
