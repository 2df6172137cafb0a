"""The chain's head, kept outside of the database: how far the chain reached, signed.

Whoever cuts off the end of the log leaves a chain that is whole in itself; only what was written elsewhere tells that
there was more. ``GUANXI_AUDIT_HEADS`` names the folder: one line a minute in a file a month, and the newest head of
all in ``newest``. Put it where the database's administrator cannot write. Each head also goes to the process's log.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from django.conf import settings

from guanxi.crm.audit.digest import head_signature

logger = logging.getLogger(__name__)
NEWEST = "newest"
LINE_EVERY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Head:
    """The chain reached ``number`` with ``hash`` at a moment (ISO 8601, UTC)."""

    number: int
    hash: bytes
    at: str

    @classmethod
    def of(cls, number: int, hash_: bytes, at: datetime) -> Self:
        """The head of a chain whose last link has that number and hash."""
        return cls(number, hash_, at.isoformat())

    def line(self) -> str:
        """As a line of a file, signed."""
        signature = head_signature(self.number, self.hash.hex(), self.at)
        return json.dumps({"number": self.number, "hash": self.hash.hex(), "at": self.at, "signature": signature})

    @classmethod
    def read(cls, line: str) -> Self | None:
        """The head of a line; None where it was not signed with our key, or is no head at all."""
        try:
            facts = json.loads(line)
            number, hash_, at, signature = facts["number"], facts["hash"], facts["at"], facts["signature"]
            if signature != head_signature(int(number), str(hash_), str(at)):
                return None
            return cls(int(number), bytes.fromhex(hash_), at)
        except (ValueError, KeyError, TypeError):
            return None


def folder() -> Path:
    """Where the heads lie."""
    return Path(settings.AUDIT_HEADS)


def last_head() -> Head | None:
    """The newest head that this folder knows; None where it knows none."""
    try:
        return Head.read((folder() / NEWEST).read_text(encoding="ascii"))
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def all_heads() -> Iterator[tuple[str, Head | None]]:
    """Every line of the folder with its head, oldest file first, the newest head last; None for a line not signed."""
    if not folder().is_dir():
        return
    for file in [*sorted(folder().glob("heads-*.jsonl")), folder() / NEWEST]:
        if file.is_file():
            for place, line in enumerate(file.read_text(encoding="ascii", errors="replace").splitlines(), 1):
                yield f"{file.name} line {place}", Head.read(line)


def write_head(head: Head | None) -> None:
    """Notes a head: always as the newest, once a minute as a line of the month's file."""
    known = last_head()
    if head is None or (known is not None and known.number >= head.number):
        return  # another process has gone on meanwhile
    place = folder()
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    newest, aside = place / NEWEST, place / f"{NEWEST}.{os.getpid()}.{threading.get_ident()}"
    line = head.line()
    aside.write_text(line, encoding="ascii")
    aside.replace(newest)
    month = place / f"heads-{head.at[:7]}.jsonl"
    moment = datetime.fromisoformat(head.at).timestamp()
    if not month.exists() or moment - month.stat().st_mtime >= LINE_EVERY_SECONDS:
        with month.open("a", encoding="ascii") as file:
            file.write(line + "\n")
        logger.info("audit chain: %s", line)
