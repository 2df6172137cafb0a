"""What may come in as a file: judged by its bytes and its size, never by its name; archives before they are unpacked.

The one place for it. A screen that takes files calls :func:`judge` and reads only what comes back.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _


class Kind(StrEnum):
    """What a file is, by its content."""

    XLSX = "xlsx"
    CSV = "csv"
    ZIP = "zip"
    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"


class RefusedUploadError(Exception):
    """A file that is not taken in; the text says why, in the language of who uploads."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is taken: ``bytes`` of the file, ``unpacked`` of an archive in all, its ``parts``, and how many times
    larger than packed a part may be once it is of some size.
    """

    bytes: int = 10_000_000
    unpacked: int = 100_000_000
    parts: int = 2_000
    ratio: int = 250


# Below this a part may be packed as tightly as it likes: a sheet of equal cells is, and does no harm.
SMALL_PART = 4_000_000
ENCRYPTED = 0x1
_NOT_IN_NAMES = re.compile(r"[^\w.\-()（）\[\] ]+")
_ENTITY = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.I)
# Where a document type can stand: before the root element.
PROLOGUE = 4_096
TABLES = frozenset({Kind.XLSX, Kind.CSV})
NAMES = {Kind.XLSX: "Excel (.xlsx)", Kind.CSV: "CSV", Kind.PDF: "PDF", Kind.JPEG: "JPEG", Kind.PNG: "PNG"}
# What a PDF has no need of that one only reads: programs, and files within the file.
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)\b")
PNG_BEGIN, PNG_END = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"\x00\x00\x00\x00IEND\xaeB`\x82"
# What a camera writes behind the picture, or a mailer behind a PDF.
TRAILER = 4_096


def safe_name(name: str, *, longest: int = 100) -> str:
    """A file's name as a label: without folders, control characters and what file systems take for more than a name.

    Never used to open anything.
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign for sign in base if unicodedata.category(sign)[0] != "C")
    plain = _NOT_IN_NAMES.sub("_", plain).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    if dot and len(plain) > longest:
        plain = stem[: max(1, longest - len(ending) - 1)] + "." + ending[:10]
    return plain[:longest] or "file"


def judge(content: bytes, *, allowed: Collection[Kind], bounds: Bounds | None = None) -> Kind:
    """What the file is, one of ``allowed``; raises :class:`RefusedUploadError` for anything else and for what is too
    large, packed or not.
    """
    bounds = bounds or Bounds()
    if len(content) > bounds.bytes:
        raise RefusedUploadError(_("The file is larger than %(size)s MB.") % {"size": bounds.bytes // 1_000_000})
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        kind = _archive(content, bounds)
    elif (document := _document(content)) is not None:
        kind = document
    elif b"\x00" in content or content.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"MZ", b"\x1f\x8b", b"Rar!")):
        kind = None
    else:
        kind = Kind.CSV
    if kind is None or kind not in allowed:
        if kind is Kind.ZIP and Kind.XLSX in allowed:
            raise RefusedUploadError(_("This is not an Excel workbook (.xlsx)."))
        if TABLES.issuperset(allowed):
            raise RefusedUploadError(_("The file is neither an Excel workbook (.xlsx) nor CSV."))
        wanted = ", ".join(name for one, name in NAMES.items() if one in allowed)
        raise RefusedUploadError(_("The file is none of these, whatever its name says: %(kinds)s.") % {"kinds": wanted})
    return kind


def _document(content: bytes) -> Kind | None:
    """A picture or a PDF by its first and its last bytes; None for anything else. A PDF with programs is refused."""
    end = content[-TRAILER:]
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in end:
        return Kind.JPEG
    if content.startswith(PNG_BEGIN) and PNG_END in end:
        return Kind.PNG
    if content.startswith(b"%PDF-") and b"%%EOF" in end:
        if _ACTIVE.search(content):
            raise RefusedUploadError(_("This PDF holds programs or files within it. Print it to a plain PDF first."))
        return Kind.PDF
    return None


def _archive(content: bytes, bounds: Bounds) -> Kind:
    """Looks at an archive's directory, and unpacks each part once within the bounds, keeping nothing."""
    no_workbook = _("This is not an Excel workbook (.xlsx).")
    too_large = _("The workbook is too large when unpacked.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            entries = parts.infolist()
            names = [entry.filename for entry in entries]
            if len(entries) > bounds.parts or sum(entry.file_size for entry in entries) > bounds.unpacked:
                raise RefusedUploadError(too_large)
            if len(set(names)) != len(names) or any(_is_bad_name(name) for name in names):
                raise RefusedUploadError(no_workbook)
            if any(entry.flag_bits & ENCRYPTED for entry in entries):
                raise RefusedUploadError(_("The file is protected by a password."))
            is_workbook = {"xl/workbook.xml", "[Content_Types].xml"} <= set(names)
            unpacked = 0
            for entry in entries:
                unpacked += _unpack(parts, entry, bounds, bounds.unpacked - unpacked, is_workbook=is_workbook)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError,
            ValueError, OSError) as error:  # fmt: skip
        raise RefusedUploadError(no_workbook) from error
    if not is_workbook:
        return Kind.ZIP
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise RefusedUploadError(_("The workbook holds macros. Save it as .xlsx without them."))
    return Kind.XLSX


def _unpack(parts: zipfile.ZipFile, entry: zipfile.ZipInfo, bounds: Bounds, left: int, *, is_workbook: bool) -> int:
    """Unpacks one part, counting what really comes out whatever the directory says; returns how many bytes."""
    size = 0
    first = b""
    with parts.open(entry) as part:
        while portion := part.read(65_536):
            first = first or portion[:PROLOGUE]
            size += len(portion)
            packed = max(1, entry.compress_size)
            if size > left or (size > SMALL_PART and size > packed * bounds.ratio):
                raise RefusedUploadError(_("The workbook is too large when unpacked."))
    if is_workbook and entry.filename.endswith((".xml", ".rels")) and _ENTITY.search(first):
        raise RefusedUploadError(_("This is not an Excel workbook (.xlsx)."))
    return size


def _is_bad_name(name: str) -> bool:
    """Whether a part would leave the folder into which somebody unpacks the archive."""
    path = name.replace("\\", "/")
    return path.startswith("/") or ".." in path.split("/") or ":" in path or "\x00" in path
