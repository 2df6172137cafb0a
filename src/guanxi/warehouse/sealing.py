"""How the warehouse's Parquet files are encrypted: Parquet's own encryption (AES-256-GCM), written by DuckDB.

A file's name says under which data key it lies: ``part.<id>.parquet``; one without an id is not encrypted. Files under
several keys, and plain ones from before, are read side by side. What DuckDB spills is encrypted under a key that it
draws itself; a DuckDB connection comes from :meth:`Sealing.connect` only.

Encryption draws a nonce a page, so equal rows are not equal bytes: compare :func:`content_digest`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from guanxi.keyring import DataKey, KeyringError, MissingKeyError, derive, keyring, keys_file
from guanxi.sealed_files import MissingFileKeyError

if TYPE_CHECKING:
    import pyarrow as pa

PURPOSE = "warehouse parquet"
VARIABLE = "GUANXI_ENCRYPT_FILES"
SUFFIX = ".parquet"
DIGEST = "digest.json"
_NAME = re.compile(r"(?P<stem>[^.]+)(?:\.(?P<key>[a-z0-9]{1,16}))?\.parquet")
# What DuckDB says where a page, a footer or a key is not the right one.
WRONG = "AES tag differs"


class UnreadableFileError(KeyringError):
    """Files of the warehouse do not open; the message names them and their key."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = tuple(files)
        keys = ", ".join(sorted({key_id_of(file) for file in files}))
        named = ", ".join(map(str, files[:3])) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
        super().__init__(
            f"{named} cannot be read with the data key {keys}: changed or damaged, or {keys_file()} holds another key "
            "of this id."
        )


@dataclass(frozen=True, slots=True)
class Sealing:
    """Under which data key new files are written; the empty id writes them plain.

    Fixed for a run: a key that becomes active meanwhile is for the next one.
    """

    key_id: str = ""

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> Sealing:
        """Under the active data key, unless ``GUANXI_ENCRYPT_FILES`` is 0."""
        return cls(keyring().active.id if wanted(environment) else "")

    def name(self, stem: str = "part") -> str:
        """The name of a new file."""
        return f"{stem}.{self.key_id}{SUFFIX}" if self.key_id else f"{stem}{SUFFIX}"

    @property
    def copy_options(self) -> str:
        """What a ``COPY ... (FORMAT parquet ...)`` says in addition; it names the key and does not hold it."""
        return f", ENCRYPTION_CONFIG {{footer_key: '{self.key_id}'}}" if self.key_id else ""

    @property
    def read_options(self) -> str:
        """What a ``read_parquet(...)`` of files that this writes says in addition."""
        return _read_options(self.key_id)

    def write_arrow(self, tables: Mapping[Path, pa.Table]) -> None:
        """Writes each Arrow table as a file.

        By DuckDB all the same: of what PyArrow encrypts, DuckDB does not read all, and PyArrow nothing of DuckDB's.
        """
        with self.connect(threads=1) as connection:
            for file, table in tables.items():
                connection.register("arrow", table)
                connection.execute(f"COPY arrow TO {quoted(file)} (FORMAT parquet{self.copy_options})")
                connection.unregister("arrow")

    def reader(self) -> duckdb.DuckDBPyConnection:
        """A database in memory that reads such files and writes none; for little, as it begins at once."""
        return self._connect({"temp_directory": ""}, writes=False)

    def connect(self, *, spill: Path | None = None, **config: Any) -> duckdb.DuckDBPyConnection:
        """A database in memory that reads and writes such files. What it spills, it encrypts; without a folder to
        spill to it runs out of memory instead."""
        return self._connect({"temp_directory": str(spill or ""), **config}, writes=True)

    def prepare(self, connection: duckdb.DuckDBPyConnection, *, writes: bool = True) -> None:
        """Gives a connection the keys, by name; one that writes also encrypts what it spills."""
        if self.key_id and writes:
            # Writing needs OpenSSL, which this extension brings (60 ms); DuckDB's own part only decrypts.
            connection.execute(f"LOAD {quoted(extension('httpfs'))}")
            connection.execute("SET temp_file_encryption = true")
        if self.key_id or keys_file().exists():
            for key in keyring().keys:
                _add_key(connection, key)

    def _connect(self, config: dict[str, Any], *, writes: bool) -> duckdb.DuckDBPyConnection:
        off = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
        connection = duckdb.connect(":memory:", config={**off, **config})  # noqa: TID251 - here it is made
        try:
            connection.execute("SET enable_progress_bar = false")
            self.prepare(connection, writes=writes)
        except BaseException:
            connection.close()
            raise
        return connection


PLAIN = Sealing()


def wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the settings want files encrypted."""
    return (environment.get(VARIABLE) or "1") != "0"


def files_of(folder: Path) -> tuple[Path, ...]:
    """The Parquet files of a part, one for each stem: a rotation that was killed may have left two of the same rows."""
    found: dict[str, Path] = {}
    for file in sorted(folder.glob(f"*{SUFFIX}")):
        known = _NAME.fullmatch(file.name)
        found.setdefault(known["stem"] if known else file.name, file)
    return tuple(found.values())


def key_id_of(file: Path) -> str:
    """The id of the key that a file's name states; empty for a plain one."""
    known = _NAME.fullmatch(file.name)
    return (known["key"] or "") if known else ""


def stem_of(file: Path) -> str:
    """A file's name without its key."""
    return file.name.split(".", 1)[0]


def written_here(pattern: Path, sealing: Sealing) -> str:
    """SQL: the rows of files that ``sealing`` has just written under any names, to stand after FROM."""
    return f"read_parquet({quoted(pattern)}, hive_partitioning = false{_read_options(sealing.key_id)})"


def relation(files: Iterable[Path], columns: str = "*") -> str:
    """SQL: the rows of files, whatever their keys, to stand after FROM.

    Raises :class:`MissingFileKeyError` for a file whose key is not there.
    """
    groups: dict[str, list[Path]] = {}
    for file in files:
        groups.setdefault(_checked(file), []).append(file)
    # The folders are called business_date=...: without this DuckDB would add a column of that name.
    reads = [
        f"read_parquet([{', '.join(map(quoted, group))}], hive_partitioning = false{_read_options(key)})"
        for key, group in groups.items()
    ]
    if len(reads) == 1:
        return reads[0]
    return "(" + " UNION ALL BY NAME ".join(f"SELECT {columns} FROM {read}" for read in reads) + ")"


def content_digest(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> str:
    """A word that is the same for the same rows of the same columns, however they are ordered and encrypted.

    Of 128 bits, for finding out what has not changed, not for proving anything. Reads all of it.
    """
    source = relation(files)
    columns = connection.execute(f"DESCRIBE FROM {source}").fetchall()
    names = ", ".join('"' + name.replace('"', '""') + '"' for name, *_ in columns)
    found = connection.execute(
        f"SELECT count(*), coalesce(sum(CAST(h AS HUGEINT)), 0), coalesce(bit_xor(h), 0) "
        f"FROM (SELECT hash({names}) AS h FROM {source})"
    ).fetchone()
    said = repr((duckdb.__version__, [column[:2] for column in columns], found))
    return hashlib.sha256(said.encode()).hexdigest()


def part_digest(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> str:
    """The :func:`content_digest` of a part's files, noted beside them the first time; empty for no files."""
    if not files:
        return ""
    note = files[0].with_name(DIGEST)
    try:
        noted = json.loads(note.read_text(encoding="ascii"))
        if noted["duckdb"] == duckdb.__version__:
            return noted["digest"]
    except (FileNotFoundError, ValueError, KeyError):
        pass
    digest = content_digest(connection, files)
    aside = note.with_name(f".{DIGEST}.aside")
    aside.write_text(json.dumps({"duckdb": duckdb.__version__, "digest": digest}), encoding="ascii")
    aside.replace(note)
    return digest


def memo(files: Sequence[Path]) -> list[Path]:
    """The note of a part's digest, where there is one."""
    notes = [files[0].with_name(DIGEST)] if files else []
    return [note for note in notes if note.exists()]


def unreadable(connection: duckdb.DuckDBPyConnection, files: Iterable[Path], *, whole: bool) -> list[Path]:
    """Those of ``files`` that do not open; ``whole`` reads all of each instead of its footer."""
    wrong = []
    for file in files:
        try:
            source = relation([file])
            if whole:
                content_digest(connection, [file])
            else:
                connection.execute(f"SELECT count(*) FROM {source}").fetchone()
        except duckdb.Error:
            wrong.append(file)
    return wrong


@cache
def extension(name: str) -> Path:
    """The file of one of DuckDB's extensions, from its wheel: nothing is fetched from the network."""
    import importlib

    package = importlib.import_module(f"duckdb_extension_{name}")
    found = sorted(Path(package.__file__ or "").parent.rglob(f"{name}.duckdb_extension"))
    if not found:
        raise FileNotFoundError(f"the wheel duckdb-extension-{name.replace('_', '-')} holds no extension")
    return found[-1]


def quoted(value: object) -> str:
    """A text as an SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"


def _read_options(key_id: str) -> str:
    return f", encryption_config = {{footer_key: '{key_id}'}}" if key_id else ""


def _checked(file: Path) -> str:
    key_id = key_id_of(file)
    if key_id:
        try:
            keyring().by_id(key_id)
        except MissingKeyError as error:
            raise MissingFileKeyError(key_id, file) from error
    return key_id


def _add_key(connection: duckdb.DuckDBPyConnection, key: DataKey) -> None:
    """Names a key to a connection. The statement takes no parameters, so neither a message nor a frame may hold it."""
    try:
        connection.execute(f"PRAGMA add_parquet_key('{key.id}', '{base64.b64encode(derive(key, PURPOSE)).decode()}')")
        return
    except duckdb.Error:
        pass
    # Not from within: the error's own message would come along.
    raise KeyringError(f"DuckDB does not take the data key {key.id}.")
