"""Spoils a thousandth of the rows of files that are written already, and says exactly what the quarantine will find."""

from __future__ import annotations

import gzip
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from guanxi.demo.draws import literal
from guanxi.demo.making import Making
from guanxi.demo.mistakes import MISTAKES, Broken
from guanxi.demo.spec import Spoilt
from guanxi.warehouse.landing.contract import Format, Table
from guanxi.warehouse.landing.control import ControlFile, write_control

SHARE = 1000
FEWEST = 100
# A bank whose list of branches or products is wrong does not open; these files are looked at before they leave.
SPARED = ("institution", "staff", "product", "rate", "ftp_curve", "exchange_rate")


@dataclass(slots=True)
class Spoiler:
    """Spoils the files of one bank, day by day and table by table in the contract's order.

    ``unknown`` are the parties that were delivered, but never in a row that could be accepted.
    """

    making: Making
    unknown: set[str] = field(default_factory=set)
    found: list[Spoilt] = field(default_factory=list)
    _earlier: date | None = None
    _refused: set[str] = field(default_factory=set)
    _spoilt_parties: set[str] = field(default_factory=set)

    def next_day(self, earlier: date | None) -> None:
        """Begins a day's files; ``earlier`` is the business date before, None on the opening."""
        self._earlier = earlier

    def spoil(self, *, table: Table, form: Format, control: ControlFile, folder: Path, query: str) -> ControlFile:
        """Spoils one file, rewrites its control file to fit, and notes the damage; returns the control file.

        ``query`` is what the file was written from: rows of it that refer to what was refused are counted as well.
        """
        missing = self._missing(table)
        if table.name not in SPARED:
            control = self._rewrite(table, form, control, folder, missing)
        if table.name == "party":
            self._parties_seen_again(query)
        self._knocked_on(table, control.business_date, query, missing)
        if table.name == "agreement":
            self._refused |= self._knocked_agreements(query)
        return control

    def _missing(self, table: Table) -> dict[str, set[str]]:
        """For each column of the table that refers to something refused: the numbers that are not there."""
        refused = {"party": self.unknown, "agreement": self._refused}
        if table.name in ("party", "agreement"):
            refused.pop("agreement")
        if table.name == "agreement":
            self._refused = set()
        return {
            column.name: refused[reference.table]
            for column, reference in table.references
            if refused.get(reference.table)
        }

    def _rewrite(
        self, table: Table, form: Format, control: ControlFile, folder: Path, missing: Mapping[str, set[str]]
    ) -> ControlFile:
        path = folder / control.file
        aside = path.with_name(path.name + ".spoilt")
        damage: Counter[tuple[str, str, str]] = Counter()
        rows, total = control.rows, control.amount_total
        refused: set[str] = set()
        with _reading(path) as source, aside.open("wb") as file:
            target = _Writer(file, compressed=path.suffix == ".gz")
            done = 0
            for number, draw in _chosen(self.making.spec.seed, table.name, control.business_date, control.rows):
                target.lines(islice(source, number - done))
                line = next(source).removesuffix(b"\n")
                done = number + 1
                fields = line.decode(form.codec).split(form.delimiter)
                named = _Named(table, fields)
                broken, mistake = (None, "") if named.untouchable(missing) else _break(fields, table, form, draw)
                if broken is None:
                    target.lines([line + b"\n"])
                    continue
                target.lines([part + b"\n" for part in broken.lines])
                damage[broken.rule, broken.column, mistake] += 1
                rows += len(broken.lines) - 1
                if total is not None:
                    total += named.difference(broken)
                if broken.rule != "key":
                    refused.add(named.key)
            target.lines(source)
            sha256 = target.close()
        aside.replace(path)
        self.found += [
            Spoilt(control.business_date, table.name, rule, column, mistake, count)
            for (rule, column, mistake), count in sorted(damage.items())
        ]
        if table.name == "party":
            self._spoilt_parties = refused
        elif table.name == "agreement":
            self._refused = refused
        spoilt = replace(control, rows=rows, amount_total=total, sha256=sha256)
        write_control(folder, spoilt)
        return spoilt

    def _parties_seen_again(self, query: str) -> None:
        """A party is known from its first row that is accepted; a spoilt change leaves it as it was."""
        refused = self._spoilt_parties
        known_before = self._known_before(refused)
        if self.unknown:
            again = {
                row[0]
                for row in self._rows(f"SELECT party_id FROM ({query}) WHERE party_id IN ({_list(self.unknown)})")
            }
            self.unknown -= again - refused
        self.unknown |= refused - known_before

    def _known_before(self, parties: set[str]) -> set[str]:
        """Those of the parties that came in an earlier day's file and are not unknown."""
        if not parties or not self._earlier:
            return set()
        rows = self._rows(
            f"SELECT party_id FROM party WHERE party_id IN ({_list(parties)}) AND opened_on <= DATE '{self._earlier}'"
        )
        return {row[0] for row in rows} - self.unknown

    def _knocked_agreements(self, query: str) -> set[str]:
        if not self.unknown:
            return set()
        return {
            row[0]
            for row in self._rows(f"SELECT agreement_id FROM ({query}) WHERE party_id IN ({_list(self.unknown)})")
        }

    def _knocked_on(self, table: Table, day: date, query: str, missing: Mapping[str, set[str]]) -> None:
        """Counts the good rows that are refused because of what they refer to, by the first column that does."""
        earlier: list[str] = []
        removes = " AND change_code <> 'D'" if table.columns[0].name == "change_code" else ""
        for column, numbers in missing.items():
            lost = f"{column} IN ({_list(numbers)})"
            condition = " AND ".join([lost, *[f"NOT coalesce({other}, false)" for other in earlier]])
            count = self._rows(f"SELECT count(*) FROM ({query}) WHERE {condition}{removes}")[0][0]
            if count:
                self.found.append(Spoilt(day, table.name, "reference", column, "", count))
            earlier.append(lost)

    def _rows(self, query: str) -> list[tuple]:
        return self.making.connection.execute(query).fetchall()


@dataclass(frozen=True, slots=True)
class _Named:
    """The fields of a line by the contract's names."""

    table: Table
    fields: list[str]

    @property
    def key(self) -> str:
        return self._value(self.table.key[0])

    def untouchable(self, missing: Mapping[str, set[str]]) -> bool:
        """Rows that are refused anyhow are left alone, and so are those that remove: they are judged by other rules."""
        if self.table.columns[0].name == "change_code" and self.fields[0] == "D":
            return True
        return any(self._value(column) in numbers for column, numbers in missing.items())

    def difference(self, broken: Broken) -> Decimal:
        """By how much the mistake changes the sum of the total column over the rows in which it can be read."""
        assert self.table.total is not None  # noqa: S101 - asked only for tables that have one
        before = Decimal(self._value(self.table.total) or 0)
        if not broken.counts:
            return -before
        after = before if broken.amount is None else Decimal(broken.amount)
        return after * len(broken.lines) - before

    def _value(self, column: str) -> str:
        names = [declared.name for declared in self.table.columns]
        return self.fields[names.index(column)]


def _break(fields: list[str], table: Table, form: Format, draw: int) -> tuple[Broken | None, str]:
    """Makes the mistake that the draw names, or the next one that this line can have."""
    for turn in range(len(MISTAKES)):
        mistake = MISTAKES[(draw + turn) % len(MISTAKES)]
        broken = mistake(fields, table, form, draw // len(MISTAKES))
        if broken is not None:
            return broken, mistake.__name__
    return None, ""


def _chosen(seed: int, table: str, day: date, rows: int) -> Iterator[tuple[int, int]]:
    """The rows to spoil, from 0 and rising, one in each thousand, each with a number that decides how."""
    if rows < FEWEST:
        return
    count = max(1, round(rows / SHARE))
    for turn in range(count):
        first, last = turn * rows // count, (turn + 1) * rows // count
        digest = hashlib.sha256(f"{seed}:{table}:{day}:{turn}".encode()).digest()
        yield first + int.from_bytes(digest[:8], "big") % (last - first), int.from_bytes(digest[8:12], "big")


def _reading(path: Path) -> BinaryIO:
    if path.suffix == ".gz":
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


def _list(numbers: set[str]) -> str:
    return ", ".join(map(literal, sorted(numbers)))


class _Writer:
    """Writes lines to a file, compressed or not, and knows the SHA-256 of what it wrote."""

    def __init__(self, file: BinaryIO, *, compressed: bool) -> None:
        self.file = file
        self.digest = hashlib.sha256()
        # No time of day in it, so that the same lines give the same bytes.
        self.zipped = (
            gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=self, mtime=0) if compressed else None
        )  # type: ignore[arg-type]

    def lines(self, lines: Iterator[bytes] | list[bytes]) -> None:
        """Writes lines, each with its end."""
        (self.zipped or self).writelines(lines)

    def writelines(self, lines: Iterator[bytes] | list[bytes]) -> None:
        """Writes lines as they are, many at a time."""
        lines = iter(lines)
        while block := b"".join(islice(lines, 50_000)):
            self.write(block)

    def write(self, block: bytes) -> int:
        """Writes bytes as they are."""
        self.digest.update(block)
        return self.file.write(block)

    def flush(self) -> None:
        """Nothing is held back here."""

    def close(self) -> str:
        """Ends the compression; returns the SHA-256 of the file."""
        if self.zipped is not None:
            self.zipped.close()
        return self.digest.hexdigest()
