"""Which state was published last: a word that names it, and the files that still hold it.

A publication stores the word ``<business date>/<rules>/<parts>``: the business date, hashes of the rules by which rows
and search tokens are made of parts, and one of the parts' rows. What the next publication compares with must bear the
same word: the warehouse's parts of that business date, or, where that day has been run again meanwhile, the links to
the parts that a publication leaves under ``published/``. Where neither does, or where the rules have changed since,
PostgreSQL itself is compared with.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from guanxi.keyring import DataKey
from guanxi.warehouse.layout import Layout, put
from guanxi.warehouse.publish.declare import Kind
from guanxi.warehouse.publish.search.surnames import COMPOUND_SURNAMES, IN_NAMES, SURNAMES
from guanxi.warehouse.publish.search.tokens import VERSION
from guanxi.warehouse.publish.tables import tables_of
from guanxi.warehouse.sealing import Sealing, files_of, memo, part_digest

KEPT = "published"


@dataclass(frozen=True, slots=True)
class Parts:
    """The snapshot parts of one state: their files by table name, and the word that names them."""

    day: date
    files: Mapping[str, tuple[Path, ...]]
    digests: Mapping[str, str]

    @property
    def digest(self) -> str:
        """What tells its files from any others."""
        whole = hashlib.sha256()
        for name in sorted(self.digests):
            whole.update(f"{name}={self.digests[name]}\n".encode())
        return whole.hexdigest()[:39]

    def word(self, rules: Rules) -> str:
        """The word by which a publication remembers this state, made by these rules."""
        return f"{self.day}/{rules.rows}-{rules.search}/{self.digest}"


@dataclass(frozen=True, slots=True)
class Rules:
    """Hashes of what decides how a part's rows become published rows (``rows``) and search tokens (``search``).

    The key of blind tokens is one of these: another key, other tokens. The keys of sealed columns are not: a row is
    compared by what it says.
    """

    rows: str
    search: str

    @classmethod
    def of_now(cls, index_key: DataKey) -> Rules:
        """Those of this version of the program and of this key of blind tokens."""
        import pypinyin

        search = (VERSION, SURNAMES, COMPOUND_SURNAMES, IN_NAMES, pypinyin.__version__, index_key.id)
        rows = [(table.name, table.key, table.columns) for table in tables_of(Kind.SNAPSHOT)]
        return cls(*(hashlib.sha256(repr(said).encode()).hexdigest()[:6] for said in (rows, search)))

    @classmethod
    def of_word(cls, word: str) -> Rules:
        """Those by which a published state was made; of a word from elsewhere, none that any version has."""
        rows, _, search = word.split("/")[1].partition("-") if word.count("/") == 2 else ("", "", "")
        return cls(rows, search)


def parts_of(layout: Layout, day: date) -> Parts:
    """The warehouse's snapshot parts of ``day``, those that are there."""
    folders = {table.name: layout.part(table.layer, table.dataset, day) for table in tables_of(Kind.SNAPSHOT)}
    return _read(day, folders, layout.sealing)


def parts_published(layout: Layout, word: str) -> Parts | None:
    """The parts that bear ``word``, wherever they are; None where they are no longer there."""
    try:
        day = date.fromisoformat(word[:10])
    except ValueError:
        return None
    kept = {table.name: layout.dataset(KEPT, table.name) for table in tables_of(Kind.SNAPSHOT)}
    for parts in (parts_of(layout, day), _read(day, kept, layout.sealing)):
        if parts.digest == word.rpartition("/")[2]:
            return parts
    return None


def keep(layout: Layout, parts: Parts) -> None:
    """Links the files of a published state, so that they outlive their day's being run again; costs no space.

    Where the file system has no links nothing is kept, and PostgreSQL is compared with instead.
    """
    aside = layout.work / KEPT
    shutil.rmtree(aside, ignore_errors=True)
    try:
        for name, files in parts.files.items():
            (aside / name).mkdir(parents=True)
            for file in [*files, *memo(files)]:
                os.link(file, aside / name / file.name)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        return
    put(aside, layout.root / KEPT)


def _read(day: date, folders: Mapping[str, Path], sealing: Sealing) -> Parts:
    files = {name: files_of(folder) for name, folder in folders.items()}
    with sealing.connect() as connection:
        return Parts(day, files, {name: part_digest(connection, found) for name, found in files.items()})
