"""``write_berka``: a real Czech bank (PKDD 1999) in the same files as any other bank's.

What becomes of its tables:

* district: an institution each, below its region, below the bank;
* client: a person; the birth number tells the date of birth and the sex; there are no names, so "Client 17";
* account: a demand deposit of its owner; card: a card of the disposition's client; loan: a loan of the owner;
* disp: OWNER is the holder, DISPONENT an authorised signatory;
* trans: events, and a balance for each day on which something was booked. Accounts without transactions in the
  parts that are there have no balance, those of which only a part is there keep the last one known;
* order: standing orders have no place in the contract; they are counted as left out.

The status of a loan: A (finished, paid) is closed and normal; C (running, paid so far) is active and normal; D
(running, in debt) is active and doubtful; B (finished, not paid) is active past its maturity and a loss. The data say
nothing of single instalments: principal is taken to be paid in equal parts each month (that is what ``payments`` is),
and of B and D as much is taken to be unpaid as their grade stands for at the least: twelve and six months.

Rates, transfer prices and the exchange rate are not in the data; the constants below state what is assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from guanxi.demo.berka_rows import Rows, make_rows
from guanxi.demo.berka_source import BerkaError, fingerprint, read_source
from guanxi.demo.cast import cast_of
from guanxi.demo.files import formats
from guanxi.demo.inbox import already_written, mark, writing
from guanxi.demo.spec import WrittenBank, WrittenFile
from guanxi.warehouse.landing.contract import Delivery, Table
from guanxi.warehouse.landing.formats import write_feed
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.landing.write import write_table
from guanxi.warehouse.progress import Progress, Silent

__all__ = ["BerkaCounts", "BerkaError", "write_berka"]

VERSION = 1
DAYS = tuple(date(1998, 12, 28) + timedelta(days=number) for number in range(4))


@dataclass(frozen=True, slots=True)
class BerkaCounts:
    """What became of every line of every source table: ``read`` = ``delivered`` + ``left_out`` for each.

    ``left_out`` are standing orders, and transactions that stand in two parts.
    """

    read: dict[str, int]
    delivered: dict[str, int]
    left_out: dict[str, int]

    @property
    def accounted(self) -> bool:
        """Whether every line went somewhere."""
        return all(
            count == self.delivered.get(name, 0) + self.left_out.get(name, 0) for name, count in self.read.items()
        )

    @classmethod
    def of(cls, written: WrittenBank) -> BerkaCounts:
        """The counts that a written bank carries."""
        parts: dict[str, dict[str, int]] = {"read": {}, "delivered": {}, "left_out": {}}
        for name, count in written.counts.items():
            part, table = name.split(" ", 1)
            parts[part][table] = count
        return cls(**parts)

    def words(self) -> dict[str, int]:
        """The counts as a flat table, such as a :class:`WrittenBank` carries."""
        parts = {"read": self.read, "delivered": self.delivered, "left_out": self.left_out}
        return {f"{part} {table}": count for part, counts in parts.items() for table, count in counts.items()}


def write_berka(source: Path, inbox: Path, progress: Progress | None = None) -> WrittenBank:
    """Writes the Czech bank's day folders and ``feed.toml`` into ``inbox``; returns what it wrote.

    ``source`` is the folder that holds ``asc/`` (see :mod:`guanxi.demo.berka_source`). The opening is 1998-12-28 and
    brings the whole history; three nights follow. Written aside and renamed; a second call with the same source only
    reads what the first one noted. Raises :class:`BerkaError` where the source is incomplete, ``FileExistsError``
    where the inbox holds files that no demo bank wrote.
    """
    heard = Silent() if progress is None else progress
    print_of_source = fingerprint(source, VERSION)
    written = already_written(inbox, print_of_source)
    if written is not None:
        return written
    heard.report(0, 100, "reading")
    data = read_source(source)
    rows = make_rows(data, DAYS)
    counts = BerkaCounts(read=data.read, delivered=rows.delivered, left_out=rows.left_out)
    if not counts.accounted:
        raise BerkaError(f"Not every line of the source is accounted for: {counts}")
    with writing(inbox) as folder:
        files = _write(rows, folder, heard)
        first, second = list(rows.regions.values())[:2]
        bank = WrittenBank(
            days=DAYS,
            cast=cast_of(
                branch=first,
                sub=first,
                other=second,
                book=(
                    "个人账户、银行卡和贷款，有的已逾期",
                    "persons with accounts, cards and loans, some of them in debt",
                ),
            ),
            files=files,
            counts=counts.words(),
        )
        mark(folder, print_of_source, bank)
    return bank


def _write(rows: Rows, folder: Path, progress: Progress) -> tuple[WrittenFile, ...]:
    chosen = formats(plain=False)
    write_feed(folder, chosen)
    written: list[WrittenFile] = []
    with duckdb.connect(config={"preserve_insertion_order": True}) as connection:
        for name, table in TABLES.items():
            _load(connection, table, rows.tables[name])
        done, total = 0, len(DAYS) * len(TABLES)
        for day in DAYS:
            opening = day == DAYS[0]
            for name, table in TABLES.items():
                progress.report(10 + 90 * done // total, 100, f"{day} {name}")
                control = write_table(
                    connection=connection,
                    query=_query(table, day),
                    table=table,
                    format=chosen[name],
                    folder=folder / day.isoformat(),
                    business_date=day,
                    delivery=Delivery.FULL if opening else table.delivery,
                    opening=opening,
                )
                size = (folder / day.isoformat() / control.file).stat().st_size
                written.append(WrittenFile(day, name, control.file, control.rows, size))
                done += 1
    progress.report(100, 100)
    return tuple(written)


def _load(connection: duckdb.DuckDBPyConnection, table: Table, rows: Iterable[Sequence[object]]) -> None:
    """A DuckDB table with the contract's columns, and ``first_day`` and ``last_day``, on which a row is delivered."""
    import pyarrow as pa

    kinds = {"DATE": pa.date32(), "TIMESTAMP": pa.timestamp("s"), "INTEGER": pa.int32(), "BOOLEAN": pa.bool_()}
    fields = []
    for column in table.columns:
        if column.sql_type.startswith("DECIMAL"):
            kind: pa.DataType = pa.decimal128(column.precision or 18, column.scale or 0)
        else:
            kind = kinds.get(column.sql_type, pa.string())
        fields.append(pa.field(column.name, kind))
    fields += [pa.field("first_day", pa.date32()), pa.field("last_day", pa.date32())]
    columns = list(zip(*rows, strict=True)) or [()] * len(fields)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, fields, strict=True)]
    connection.register("incoming", pa.table(arrays, schema=pa.schema(fields)))
    connection.execute(f"CREATE TABLE {table.name} AS FROM incoming")
    connection.unregister("incoming")


def _query(table: Table, day: date) -> str:
    """The rows of a business date: on the opening all of it and before, in a night what is new or still holds."""
    if table.delivery is Delivery.FULL or day == DAYS[0]:
        where = f"first_day <= DATE '{day}' AND (last_day IS NULL OR last_day >= DATE '{day}')"
    else:
        where = f"first_day = DATE '{day}'"
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return f"SELECT {columns} FROM {table.name} WHERE {where}"
