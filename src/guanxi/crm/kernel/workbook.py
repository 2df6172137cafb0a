"""Excel workbooks in constant memory, of which nothing lies in the clear on a disk while they are made.

XlsxWriter keeps each sheet's rows, and later each part of the file, in temporary files. Here the rows lie encrypted
under a key of the moment, and the parts go straight into the file.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlsxwriter.packager import Packager
from xlsxwriter.workbook import Workbook as PlainWorkbook
from xlsxwriter.worksheet import Worksheet as PlainWorksheet

from guanxi.sealed_files import OnceKey, create_sealed, open_sealed

PURPOSE = "workbook rows"
HELD = 64 * 1024
# Zip knows nothing earlier, and the same rows shall make the same file.
MADE = (1980, 1, 1, 0, 0, 0)


class Workbook(PlainWorkbook):
    """A workbook that is written to ``file``, which need not be seekable, when it is closed."""

    def __init__(self, file: IO[bytes], options: dict[str, Any]) -> None:
        self._file = file
        self.once = OnceKey()
        # What the library itself would write is an empty archive.
        super().__init__(io.BytesIO(), {**options, "constant_memory": True})

    def add_worksheet(self, name: str | None = None, worksheet_class: type[PlainWorksheet] | None = None) -> Any:
        """A sheet whose rows are kept encrypted."""
        return super().add_worksheet(name, worksheet_class or _sheet_of(self.once))

    def _get_packager(self) -> Packager:
        return _Straight(self._file)


def _sheet_of(once: OnceKey) -> type[PlainWorksheet]:
    class Worksheet(PlainWorksheet):
        """A sheet whose rows are kept encrypted until it is put together."""

        def _initialize(self, init_data: dict[str, Any]) -> None:
            # The library opens a file of its own where it is told to.
            super()._initialize({**init_data, "constant_memory": False})
            self.constant_memory = True
            descriptor, name = tempfile.mkstemp(dir=self.tmpdir)
            os.close(descriptor)
            self.row_data_filename = name
            rows: Any = _Rows(Path(name), once)
            self.row_data_fh = self.fh = rows

        def _opt_reopen(self) -> None:
            """The rows are still open."""

    return Worksheet


class _Rows:
    """A text that is written once, then read once from its beginning."""

    def __init__(self, path: Path, once: OnceKey) -> None:
        self._path, self._once = path, once
        self._out = create_sealed(path, once.key, purpose=PURPOSE)
        self._in: io.TextIOWrapper | None = None
        self._parts: list[str] = []
        self._held = 0

    def write(self, text: str) -> None:
        self._parts.append(text)
        self._held += len(text)
        if self._held >= HELD:
            self._flush()

    def seek(self, _start: int) -> None:
        self._flush()
        self._out.close()
        self._in = io.TextIOWrapper(
            open_sealed(self._path, purpose=PURPOSE, key_of=self._once.of), encoding="utf-8", newline=""
        )

    def read(self, size: int) -> str:
        assert self._in is not None  # noqa: S101 - the library rewinds before it reads
        return self._in.read(size)

    def close(self) -> None:
        self._out.close()
        if self._in is not None:
            self._in.close()

    def __del__(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _flush(self) -> None:
        self._out.write("".join(self._parts).encode())
        self._parts, self._held = [], 0


class _Straight(Packager):
    """Puts the parts into the file one after the other, as they are made."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._zip = ZipFile(file, "w", compression=ZIP_DEFLATED)
        self._part: _Part | None = None

    def _set_in_memory(self, in_memory: bool) -> None:
        self.in_memory = True

    def _filename(self, xml_filename: str) -> io.StringIO:
        self._end_part()
        self._part = _Part(self._zip, xml_filename)
        return self._part

    def _create_package(self) -> list[Any]:
        pictures = super()._create_package()
        self._end_part()
        for content, name, _binary in pictures:
            self._zip.writestr(_info(name), content.getvalue())
        self._zip.close()
        return []

    def _end_part(self) -> None:
        if self._part is not None:
            self._part.end()
            self._part = None


class _Part(io.StringIO):
    """A part that is written into the archive."""

    def __init__(self, archive: ZipFile, name: str) -> None:
        super().__init__()
        self._entry = archive.open(_info(name), "w")
        self._parts: list[str] = []
        self._held = 0

    def write(self, text: str, /) -> int:
        self._parts.append(text)
        self._held += len(text)
        if self._held >= HELD:
            self._flush()
        return len(text)

    def end(self) -> None:
        """Nothing follows."""
        self._flush()
        self._entry.close()

    def _flush(self) -> None:
        self._entry.write("".join(self._parts).encode())
        self._parts, self._held = [], 0


def _info(name: str) -> ZipInfo:
    info = ZipInfo(name, MADE)
    info.compress_type = ZIP_DEFLATED
    return info
