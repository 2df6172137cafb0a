"""Takes one file in: judged by its bytes, scanned, and stored under a name that tells nothing.

Whose file it is, how many there may be and who may fetch it is said by the room that keeps the row.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from guanxi.crm.kernel.scanning import scan
from guanxi.crm.kernel.uploads import Bounds, Kind, judge, safe_name

ALLOWED = frozenset({Kind.JPEG, Kind.PNG, Kind.PDF, Kind.XLSX})
LARGEST = Bounds(bytes=8_000_000)
# What a browser is told of each; every one is given out as a download.
TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that may be kept: its name as a label, what it is, and by what it was found clean (empty: by nothing)."""

    name: str
    content: bytes
    kind: str
    sha256: str
    scanner: str

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)


def take(*, name: str, content: bytes, bounds: Bounds = LARGEST) -> Taken:
    """Looks at a file. Raises :class:`guanxi.crm.kernel.uploads.RefusedUploadError` for what is not taken in."""
    kind = judge(content, allowed=ALLOWED, bounds=bounds)
    scanner = scan(content)
    return Taken(safe_name(name), content, kind, hashlib.sha256(content).hexdigest(), scanner)


def store(taken: Taken, *, folder: str) -> tuple[UUID, str]:
    """Puts a file into the storage; returns its number and where it lies. Whoever cannot keep the row deletes it."""
    number = uuid4()
    return number, default_storage.save(f"{folder}/{number.hex[:2]}/{number.hex}", ContentFile(taken.content))
