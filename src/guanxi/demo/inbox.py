"""An inbox as the demo banks fill it: written aside, marked with what it holds, put in its place in one go."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import Any

from guanxi.demo.spec import CastMember, Spoilt, WrittenBank, WrittenFile

MARKER = "bank.json"


def already_written(inbox: Path, fingerprint: str) -> WrittenBank | None:
    """What the inbox holds, where that is exactly the bank of this fingerprint; None otherwise."""
    try:
        words = json.loads((inbox / MARKER).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return _from_words(words["bank"]) if words.get("fingerprint") == fingerprint else None


@contextmanager
def writing(inbox: Path) -> Iterator[Path]:
    """A folder aside to write an inbox into, renamed into its place when the block ends well.

    What a killed run left aside is removed first. An inbox that stands there is replaced when a demo bank wrote it or
    it is empty; raises ``FileExistsError`` for any other, so that nobody's files are lost.
    """
    if inbox.is_dir() and any(inbox.iterdir()) and not (inbox / MARKER).is_file():
        raise FileExistsError(f"{inbox} holds files that no demo bank wrote. Name another folder, or empty this one.")
    aside = inbox.with_name(inbox.name + ".writing")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    yield aside
    if inbox.is_dir():
        old = inbox.with_name(inbox.name + ".old")
        shutil.rmtree(old, ignore_errors=True)
        inbox.rename(old)
        aside.rename(inbox)
        shutil.rmtree(old)
    else:
        aside.rename(inbox)


def mark(folder: Path, fingerprint: str, bank: WrittenBank) -> None:
    """Says in ``bank.json`` what the inbox holds; the last thing to be written into it."""
    words = {"fingerprint": fingerprint, "bank": asdict(bank)}
    text = json.dumps(words, ensure_ascii=False, indent=1, default=str)
    (folder / MARKER).write_text(text + "\n", encoding="utf-8")


def _from_words(words: dict[str, Any]) -> WrittenBank:
    def rows(kind: type, entries: list[dict[str, Any]]) -> tuple[Any, ...]:
        dated = {field.name for field in fields(kind) if field.name == "business_date"}
        return tuple(
            kind(**{name: date.fromisoformat(value) if name in dated else value for name, value in entry.items()})
            for entry in entries
        )

    return WrittenBank(
        days=tuple(date.fromisoformat(day) for day in words["days"]),
        cast=rows(CastMember, words["cast"]),
        files=rows(WrittenFile, words["files"]),
        spoilt=rows(Spoilt, words["spoilt"]),
        counts=dict(words["counts"]),
    )
