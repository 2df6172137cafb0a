"""The data keys of a warehouse's files: whether what lies there opens, and writing it anew under the active key."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import duckdb

from guanxi.warehouse.landing.control import Problem
from guanxi.warehouse.landing.judge import DELIVERED, landed_sha256, write_sha256
from guanxi.warehouse.layout import LAYERS, Layout, put
from guanxi.warehouse.night.lock import Work, only_one
from guanxi.warehouse.progress import Progress, Silent
from guanxi.warehouse.publish.fingerprint import KEPT
from guanxi.warehouse.sealing import (
    SUFFIX,
    WRONG,
    UnreadableFileError,
    content_digest,
    key_id_of,
    quoted,
    relation,
    stem_of,
    unreadable,
)


def stored_files(layout: Layout) -> list[Path]:
    """Every Parquet file that the warehouse keeps, in the order of their paths."""
    folders = [layout.root / layer for layer in (*LAYERS, KEPT)]
    return sorted(file for folder in folders for file in folder.rglob(f"*{SUFFIX}"))


def files_by_key(layout: Layout) -> Counter[str]:
    """How many files lie under each data key, by its id; under the empty id, how many are plain."""
    return Counter(key_id_of(file) for file in stored_files(layout))


def check_keys(layout: Layout) -> None:
    """Whether the newest file of each key opens, before a night begins on them.

    Raises ``MissingFileKeyError`` and :class:`UnreadableFileError`, which name the file and the key.
    """
    newest = {key_id_of(file): file for file in stored_files(layout)}
    newest.pop("", None)
    with layout.sealing.reader() as connection:
        for file in newest.values():
            if unreadable(connection, [file], whole=False):
                raise UnreadableFileError([file])


def damage(layout: Layout, error: BaseException) -> Problem | None:
    """The files that do not open, where that is what ``error`` came of; reads all of the warehouse. Else None."""
    if WRONG not in " ".join(str(error).split()):
        return None
    with layout.sealing.connect() as connection:
        files = unreadable(connection, stored_files(layout), whole=True)
    if not files:
        return None
    return Problem(
        str(files[0]),
        "encryption",
        str(UnreadableFileError(files)),
        "Put the files back from a backup, or do the nights that wrote them again.",
    )


def rewrite_files(layout: Layout, *, progress: Progress | None = None) -> int:
    """Writes every file anew that does not lie under the key for new files; returns how many did not.

    Each is written aside, compared with the old one, renamed beside it, and only then the old one goes: killed at any
    point, all rows are there once for whoever reads them, and the next call goes on. Waits while a night is at work;
    raises ``NightRunningError`` where somebody does the same already.
    """
    with only_one(layout.root, Work.ROTATION):
        aside = layout.work / "keys"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        waiting = [file for file in stored_files(layout) if key_id_of(file) != layout.sealing.key_id]
        with layout.sealing.connect(spill=aside / "spill", preserve_insertion_order=True) as connection:
            _rewrite(layout, connection, aside, waiting, progress or Silent())
        shutil.rmtree(aside, ignore_errors=True)
        return len(waiting)


def _rewrite(
    layout: Layout, connection: duckdb.DuckDBPyConnection, aside: Path, waiting: Iterable[Path], progress: Progress
) -> None:
    files = list(waiting)
    # The published state is links to parts: they stay links.
    moved: dict[tuple[int, int], Path] = {}
    for done, old in enumerate(files, 1):
        new = old.with_name(layout.sealing.name(stem_of(old)))
        found = old.stat()
        if not new.exists():
            _note_delivery(layout, connection, old)
            written = aside / new.name
            twin = moved.get((found.st_dev, found.st_ino))
            if twin is not None:
                os.link(twin, written)
            else:
                _copy(layout, connection, old, written)
            put(written, new)
        moved[found.st_dev, found.st_ino] = new
        old.unlink()
        progress.report(done, len(files), str(old.relative_to(layout.root)))


def _copy(layout: Layout, connection: duckdb.DuckDBPyConnection, old: Path, new: Path) -> None:
    connection.execute(
        f"COPY (FROM {relation([old])}) TO {quoted(new)} (FORMAT parquet, "
        f"PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 1{layout.sealing.copy_options})"
    )
    if content_digest(connection, [old]) != content_digest(connection, [new]):
        raise UnreadableFileError([new])


def _note_delivery(layout: Layout, connection: duckdb.DuckDBPyConnection, old: Path) -> None:
    """Plain landing parts hold the SHA-256 of the delivered file within; an encrypted one has it beside itself."""
    if old.is_relative_to(layout.root / "landing") and not (old.parent / DELIVERED).exists():
        write_sha256(old.parent, landed_sha256(connection, old.parent))
