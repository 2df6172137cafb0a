"""Fields of fixed width, counted in bytes of the file's encoding: a Chinese character of GB18030 takes two or four."""

from __future__ import annotations

from itertools import accumulate

from guanxi.warehouse.landing.contract import Column, Format, Kind, Table
from guanxi.warehouse.landing.layouts.broken import BrokenLine

UNIT_SEPARATOR = b"\x1f"
# These stand on the right of their field, everything else on the left.
RIGHT_ALIGNED = (Kind.DECIMAL, Kind.INTEGER)


class Fixed:
    """Fields of ``Column.width`` bytes, padded with blanks: numbers on the left, everything else on the right."""

    def refusal(self, table: Table, form: Format) -> str:
        """Every column of the contract needs a width."""
        missing = [column.name for column in table.columns if column.width is None]
        if missing:
            return f"the contract states no width for {', '.join(missing)}, so the file cannot be of fixed width."
        return ""

    def scratch_delimiter(self, form: Format) -> str:
        """A control character."""
        return UNIT_SEPARATOR.decode()

    def split(self, line: bytes, table: Table, form: Format) -> list[str]:
        """The fields of one line, without their padding."""
        widths = _widths(table)
        codec = form.codec
        line.decode(codec)
        if not line:
            raise BrokenLine("is empty")
        if len(line) != sum(widths):
            raise BrokenLine(f"has {len(line)} bytes where the contract has {sum(widths)}")
        fields: list[str] = []
        for column, width, end in zip(table.columns, widths, accumulate(widths), strict=True):
            try:
                field = line[end - width : end].decode(codec)
            except UnicodeDecodeError:
                raise BrokenLine(f"has a character that does not end with the field {column.name}") from None
            fields.append(field.rstrip(" ") if column.kind in (Kind.TEXT, Kind.CODE) else field.strip(" "))
        return fields

    def to_scratch(self, lines: bytes, table: Table, form: Format) -> bytes:
        """Puts a separator between the fields of all lines at once: a copy of each byte's column of the whole block."""
        widths = _widths(table)
        width = sum(widths)
        ended = lines if lines.endswith(b"\n") else lines + b"\n"
        rows, rest = divmod(len(ended), width + 1)
        if rest or ended[width :: width + 1] != b"\n" * rows or ended.count(b"\n") != rows:
            raise BrokenLine("is not as wide as the contract says")
        stride = width + len(widths)
        block = bytearray(UNIT_SEPARATOR) * (rows * stride)
        place = 0
        target = 0
        for field in widths:
            for _ in range(field):
                block[target::stride] = ended[place :: width + 1]
                place += 1
                target += 1
            target += 1
        block[stride - 1 :: stride] = b"\n" * rows
        parted = bytes(block)
        # Cutting a character in two at a field's border makes the decoding fail, as it should.
        return parted if parted.isascii() else parted.decode(form.codec).encode()

    def field_sql(self, column: Column, field: str) -> str:
        """The field without its padding."""
        return f"rtrim({field}, ' ')" if column.kind in (Kind.TEXT, Kind.CODE) else f"trim({field}, ' ')"

    def line_sql(self, table: Table, form: Format, values: dict[str, str]) -> str:
        """The fields with a separator between them; :meth:`from_scratch` pads them, since widths are in bytes."""
        fields: list[str] = []
        for column in table.columns:
            value = values[column.name]
            if column.kind is Kind.TEXT:
                controls = " OR ".join(f"contains({value}, chr({code}))" for code in (0, 10, 13, 31))
                wrong = f"{column.name} holds a line end or a control character"
                value = f"CASE WHEN {controls} THEN error('{wrong}') ELSE {value} END"
            fields.append(value)
        return f"concat({', chr(31), '.join(fields)})"

    def from_scratch(self, lines: bytes, table: Table, form: Format) -> bytes:
        """Pads each field to its width; raises ``ValueError`` for one that is wider."""
        written = bytearray()
        for line in lines.decode().split("\n"):
            if not line:
                continue
            for column, value in zip(table.columns, line.split(UNIT_SEPARATOR.decode()), strict=True):
                field = value.encode(form.codec)
                width = column.width or 0
                if len(field) > width:
                    raise ValueError(f"{table.name}.{column.name}: {value!r} is wider than {width} bytes")
                written += field.rjust(width) if column.kind in RIGHT_ALIGNED else field.ljust(width)
            written += b"\n"
        return bytes(written)


def _widths(table: Table) -> list[int]:
    return [column.width or 0 for column in table.columns]
