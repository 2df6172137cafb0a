"""A very small bank that delivers a whole, correct day; tests spoil it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import duckdb

from guanxi.warehouse.landing.contract import Delivery, Format, Kind, Table
from guanxi.warehouse.landing.control import ControlFile, read_control, write_control
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.landing.write import data_file, describe_file, write_table
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night

DAY = date(2026, 3, 2)
NEXT = date(2026, 3, 3)

Row = dict[str, object]

PARTIES: list[Row] = [
    {
        "change_code": "U",
        "party_id": f"C{n:03}",
        "party_kind": "person",
        "party_name": name,
        "institution_id": "B1",
        "opened_on": "2020-01-31",
        "restricted": False,
        "status": "active",
    }
    for n, name in enumerate(("张三", "李四", "欧阳㐂𠮷", "Ann Smith"), start=1)
]

ROWS: dict[str, list[Row]] = {
    "institution": [
        {"institution_id": "B1", "institution_name": "总行", "institution_kind": "bank", "status": "open"},
    ],
    "staff": [
        {
            "staff_id": "S1",
            "staff_name": "王五",
            "institution_id": "B1",
            "role": "rm",
            "line": "retail",
            "status": "active",
        },
    ],
    "party": PARTIES,
    "party_identifier": [
        {
            "change_code": "U",
            "party_id": "C001",
            "identifier_kind": "passport",
            "identifier_number": "E1",
            "is_primary": True,
        },
    ],
    "contact_point": [
        {
            "change_code": "U",
            "party_id": "C001",
            "contact_kind": "home_address",
            "sequence_no": 1,
            "contact_value": "北京市朝阳区",
            "is_primary": True,
        },
    ],
    "party_relation": [
        {"change_code": "U", "party_id": "C001", "related_party_id": "C002", "relation_kind": "spouse", "share": "0.5"},
    ],
    "product": [
        {
            "product_id": "P1",
            "product_name": "活期存款",
            "dimension": "deposit",
            "agreement_kind": "demand_deposit",
            "line": "retail",
            "day_basis": 360,
            "on_sale": True,
        },
    ],
    "rate": [
        {
            "product_id": "P1",
            "currency": "CNY",
            "term_days": 0,
            "valid_from": "2020-01-01",
            "annual_rate": "0.0035",
        },
    ],
    "ftp_curve": [
        {
            "curve_code": "F1",
            "currency": "CNY",
            "term_days": 0,
            "valid_from": "2020-01-01",
            "annual_rate": "0.02",
        },
    ],
    "exchange_rate": [{"currency": "USD", "rate_date": "2026-03-01", "mid_rate": "7.12345678"}],
    "agreement": [
        {
            "agreement_id": f"A{n}",
            "agreement_kind": "demand_deposit",
            "product_id": "P1",
            "party_id": f"C{n:03}",
            "institution_id": "B1",
            "currency": "CNY",
            "opened_on": "2020-01-31",
            "status": "active",
            "amount": "10.50",
        }
        for n in range(1, 5)
    ],
    "agreement_party": [
        {"change_code": "U", "agreement_id": "A1", "party_id": "C001", "role": "holder"},
    ],
    "balance": [
        {"agreement_id": f"A{n}", "balance_date": None, "balance": f"{n}000.01", "available": None} for n in range(1, 5)
    ],
    "event": [
        {
            "event_id": f"E{n}",
            "agreement_id": "A1",
            "event_time": None,
            "event_kind": "deposit",
            "direction": "C",
            "amount": "5.00",
            "channel": "mobile",
            "counterparty_name": "某某（北京）有限公司",
        }
        for n in (1, 2, 3)
    ],
}


# The usual files, written once for all tests.
WRITTEN: dict[tuple[str, date, bool], dict[str, bytes]] = {}


@dataclass
class Bank:
    """Writes day folders into an inbox, and says where the warehouse is."""

    root: Path
    formats: dict[str, Format] = field(default_factory=dict)

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def layout(self) -> Layout:
        return Layout(self.root / "warehouse")

    def folder(self, day: date) -> Path:
        return self.inbox / day.isoformat()

    def deliver(
        self,
        day: date = DAY,
        *,
        opening: bool = True,
        rows: Mapping[str, list[Row]] | None = None,
        increments: tuple[str, ...] = (),
    ) -> Path:
        """A whole day; ``rows`` replaces those of some tables, ``increments`` come as such."""
        folder = self.folder(day)
        folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            for table in TABLES.values():
                usual = table.name not in (rows or {}) and table.name not in increments and not self.formats
                key = (table.name, day, opening)
                if usual and key in WRITTEN:
                    for name, content in WRITTEN[key].items():
                        (folder / name).write_bytes(content)
                    continue
                given = (rows or {}).get(table.name, ROWS[table.name])
                write_table(
                    connection=connection,
                    query=query(table, given, day),
                    table=table,
                    format=self.format(table.name),
                    folder=folder,
                    business_date=day,
                    delivery=Delivery.INCREMENT if table.name in increments else Delivery.FULL,
                    opening=opening,
                )
                if usual:
                    files = (self.path(table.name, day), folder / f"{table.name}.ctl")
                    WRITTEN[key] = {file.name: file.read_bytes() for file in files}
        return folder

    def format(self, name: str) -> Format:
        return self.formats.get(name, TABLES[name].format)

    def path(self, name: str, day: date = DAY) -> Path:
        return self.folder(day) / data_file(name, self.format(name))

    def control(self, name: str, day: date = DAY) -> ControlFile:
        return read_control(self.folder(day) / f"{name}.ctl")

    def state(self, name: str, day: date = DAY, **changes: object) -> None:
        """Rewrites what a control file states."""
        write_control(self.folder(day), replace(self.control(name, day), **changes))

    def spoil(self, name: str, change: Callable[[bytes], bytes], day: date = DAY) -> None:
        """Changes a file's (uncompressed) bytes and states them rightly."""
        import gzip

        path = self.path(name, day)
        packed = path.name.endswith(".gz")
        content = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
        content = change(content)
        path.write_bytes(gzip.compress(content, mtime=0) if packed else content)
        self.restate(name, day)

    def restate(self, name: str, day: date = DAY) -> None:
        """States what the file is now."""
        rows, total, sha256 = describe_file(self.path(name, day), TABLES[name], self.format(name))
        self.state(name, day, rows=rows, amount_total=total, sha256=sha256)

    def core(self, name: str, night: Night) -> None:
        """Puts the landed rows of a night where the models would have put them, for the night after."""
        part = self.layout.part("core", f"core_{name}", night.business_date)
        part.mkdir(parents=True, exist_ok=True)
        landed = self.layout.part("landing", name, night.business_date)
        source = f"read_parquet('{landed}/*.parquet', hive_partitioning = false)"
        duckdb.sql(f"COPY (FROM {source}) TO '{part}/part.parquet' (FORMAT parquet)")


def query(table: Table, rows: list[Row], day: date) -> str:
    """The rows as a SELECT in the contract's types; dates that are not given are the day itself."""
    columns = ", ".join(f'CAST("{c.name}" AS {c.sql_type}) AS "{c.name}"' for c in table.columns)
    names = ", ".join(f'"{c.name}"' for c in table.columns)
    lines = []
    for row in rows:
        values = []
        for column in table.columns:
            value = row.get(column.name)
            if value is None and column.required and column.kind in (Kind.DATE, Kind.TIMESTAMP):
                value = f"{day} 09:30:00" if column.kind is Kind.TIMESTAMP else str(day)
            values.append("NULL" if value is None else "'" + str(value).replace("'", "''") + "'")
        lines.append(f"({', '.join(values)})")
    if not lines:
        return f"SELECT {columns} FROM (SELECT {', '.join(f'NULL AS {c.name}' for c in table.columns)}) WHERE false"
    return f"SELECT {columns} FROM (VALUES {', '.join(lines)}) AS given({names})"
