"""Reads the files of the PKDD 1999 financial challenge (Berka and Sochorova): a real Czech bank, made anonymous.

The folder holds ``asc/`` with account, client, disp, card, loan, order, district and one or more parts of trans (any
name that begins so), each ``.asc`` or ``.asc.gz``, ``;`` separated; ``derived/feup_trans_test.csv[.gz]``, where it
is there, is one more part of trans with English labels.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

TABLES = ("account", "client", "disp", "card", "loan", "order", "district")
COLUMNS = {
    "account": ("account_id", "district_id", "frequency", "date"),
    "client": ("client_id", "birth_number", "district_id"),
    "disp": ("disp_id", "client_id", "account_id", "type"),
    "card": ("card_id", "disp_id", "type", "issued"),
    "loan": ("loan_id", "account_id", "date", "amount", "duration", "payments", "status"),
    "order": ("order_id", "account_id", "bank_to", "account_to", "amount", "k_symbol"),
    "district": ("A1", "A2", "A3"),
    "trans": (
        "trans_id",
        "account_id",
        "date",
        "type",
        "operation",
        "amount",
        "balance",
        "k_symbol",
        "bank",
        "account",
    ),
}
# The words of the original beside those of the translated part.
CREDIT = ("PRIJEM", "credit")
OPERATIONS = {
    "VKLAD": "cash_in", "credit in cash": "cash_in",
    "VYBER": "cash_out", "withdrawal in cash": "cash_out",
    "VYBER KARTOU": "card_out", "credit card withdrawal": "card_out",
    "PREVOD Z UCTU": "transfer_in", "collection from another bank": "transfer_in",
    "PREVOD NA UCET": "transfer_out", "remittance to another bank": "transfer_out",
}  # fmt: skip
SYMBOLS = {
    "UROK": "interest", "interest credited": "interest",
    "SANKC. UROK": "penalty", "sanction interest if negative balance": "penalty",
    "SLUZBY": "statement", "payment for statement": "statement",
    "POJISTNE": "insurance", "insurrance payment": "insurance",
    "SIPO": "household", "household": "household",
    "DUCHOD": "pension", "old-age pension": "pension",
    "UVER": "loan", "loan payment": "loan",
}  # fmt: skip


class BerkaError(ValueError):
    """The folder does not hold what it should; the text says what is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One line of the ledger. ``balance`` is what the ledger says stood afterwards, in CZK."""

    trans_id: int
    account_id: int
    day: date
    credit: bool
    operation: str
    amount: Decimal
    balance: Decimal
    symbol: str
    bank: str
    account: str

    @property
    def signed(self) -> Decimal:
        """The amount, negative where it left the account."""
        return self.amount if self.credit else -self.amount


@dataclass(frozen=True, slots=True)
class Source:
    """Everything in the folder: the small tables as they stand, and the ledger with each trans_id once.

    ``read`` counts the lines of each source table, ``repeated`` the transactions that stood in more than one part.
    """

    tables: dict[str, list[dict[str, str]]]
    transactions: list[Transaction]
    read: dict[str, int]
    repeated: int = 0
    fingerprint: str = field(default="", compare=False)


def read_source(folder: Path) -> Source:
    """Reads the whole folder; raises :class:`BerkaError`."""
    tables = {name: list(_rows(_one(folder, name), name)) for name in TABLES}
    read = {name: len(rows) for name, rows in tables.items()}
    transactions: dict[int, Transaction] = {}
    repeated = 0
    parts = _parts(folder)
    for path in parts:
        count = 0
        for row in _rows(path, "trans"):
            count += 1
            transaction = _transaction(row)
            if transactions.setdefault(transaction.trans_id, transaction) is not transaction:
                repeated += 1
        read[f"trans {path.name.split('.')[0]}"] = count
    return Source(tables, list(transactions.values()), read, repeated)


def fingerprint(folder: Path, version: int) -> str:
    """What tells this folder's files from another's."""
    digest = hashlib.sha256(f"berka {version}".encode())
    for path in [*(_one(folder, name) for name in TABLES), *_parts(folder)]:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def read_day(text: str) -> date:
    """A day written YYMMDD, with or without a time after it: all of them lie in the twentieth century."""
    digits = text[:6]
    return date(1900 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))


def read_birth(number: str) -> tuple[date, str]:
    """Date of birth and sex from a birth number YYMMDD: women's months are fifty higher."""
    month = int(number[2:4])
    sex = "F" if month > 50 else "M"
    return date(1900 + int(number[:2]), month - 50 if month > 50 else month, int(number[4:6])), sex


def _one(folder: Path, name: str) -> Path:
    for path in (folder / "asc" / f"{name}.asc", folder / "asc" / f"{name}.asc.gz"):
        if path.is_file():
            return path
    raise BerkaError(f"{folder / 'asc'} holds neither {name}.asc nor {name}.asc.gz.")


def _parts(folder: Path) -> list[Path]:
    asc = [path for path in (folder / "asc").glob("trans*") if path.name.endswith((".asc", ".asc.gz"))]
    derived = [folder / "derived" / f"feup_trans_test.csv{ending}" for ending in ("", ".gz")]
    found = sorted(asc) + [path for path in derived if path.is_file()][:1]
    if not found:
        raise BerkaError(f"{folder / 'asc'} holds no file of transactions: trans*.asc or trans*.asc.gz.")
    return found


def _rows(path: Path, table: str) -> Iterator[dict[str, str]]:
    with io.TextIOWrapper(io.BytesIO(_bytes(path)), encoding="latin-1", newline="") as lines:
        reader = csv.DictReader(lines, delimiter=";")
        missing = [name for name in COLUMNS[table] if name not in (reader.fieldnames or [])]
        if missing:
            raise BerkaError(f"{path.name} has no column {', '.join(missing)}.")
        yield from reader


def _bytes(path: Path) -> bytes:
    """The file's content, unpacked; even the whole ledger of the challenge is under 70 MB."""
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def _transaction(row: dict[str, str]) -> Transaction:
    return Transaction(
        trans_id=int(row["trans_id"]),
        account_id=int(row["account_id"]),
        day=read_day(row["date"]),
        credit=row["type"] in CREDIT,
        operation=OPERATIONS.get(row["operation"] or "", ""),
        amount=Decimal(row["amount"]),
        balance=Decimal(row["balance"]),
        symbol=SYMBOLS.get((row["k_symbol"] or "").strip(), ""),
        bank=(row["bank"] or "").strip(),
        account=(row["account"] or "").strip(),
    )
