"""The real Czech bank, published whole: its own data where GUANXI_BERKA_DIR names them, else a tiny likeness."""

from __future__ import annotations

import csv
import gzip
import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from guanxi.demo.berka_source import read_source
from tests.acceptance.nights import copy_database, house
from tests.demo.berka_folder import write_folder

pytestmark = pytest.mark.long
REAL = os.environ.get("GUANXI_BERKA_DIR")


@pytest.fixture(scope="module")
def berka(tmp_path_factory, migrated_template):
    folder = tmp_path_factory.mktemp("berka")
    source = Path(REAL) if REAL else write_folder(folder / "source")
    bank = house(folder / "house", copy_database(migrated_template))
    status, printed = bank.command("demo", "--bank", "berka", "--berka-dir", str(source), "--no-serve")
    assert status == 0, printed
    summary = json.loads((bank.options.warehouse.parent / "var" / "summary.json").read_text())
    return source, bank, summary


def lines(source: Path, name: str) -> list[dict[str, str]]:
    for path in (source / "asc" / f"{name}.asc", source / "asc" / f"{name}.asc.gz"):
        if path.is_file():
            data = path.read_bytes()
            text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
            return list(csv.DictReader(text.splitlines(), delimiter=";"))
    raise AssertionError(name)


def test_every_client_account_card_and_loan_is_published(berka):
    source, bank, summary = berka
    kinds = dict(bank.query("select kind, count(*) from holding_agreement group by 1"))
    wanted = {"client": 5369, "account": 4500, "card": 892, "loan": 682} if REAL else {
        name: len(lines(source, name)) for name in ("client", "account", "card", "loan")
    }  # fmt: skip
    assert bank.query("select count(*) from party_party") == [(wanted["client"],)]
    assert kinds == {"demand_deposit": wanted["account"], "card": wanted["card"], "loan": wanted["loan"]}
    assert summary["tables"]["party"]["published"] == wanted["client"]
    assert summary["tables"]["agreement"]["published"] == wanted["account"] + wanted["card"] + wanted["loan"]
    grades = {"A": "normal", "B": "loss", "C": "normal", "D": "doubtful"}
    stated = {f"L{row['loan_id']}": grades[row["status"]] for row in lines(source, "loan")}
    assert dict(bank.query("select id, risk_grade from holding_agreement where kind = 'loan'")) == stated


def test_every_row_is_accounted_for(berka):
    source, bank, summary = berka
    for name, counts in summary["tables"].items():
        assert counts["accepted"] + counts["quarantined"] == counts["rows"], name
    transactions = len({transaction.trans_id for transaction in read_source(source).transactions})
    assert summary["tables"]["event"]["rows"] == transactions
    assert bank.query("select count(*) from holding_event") == [(transactions,)]
    assert summary["tables"]["event"]["published"] == transactions
    assert all(Decimal(rule["expected"]) == Decimal(rule["actual"]) for rule in summary["reconciliation"])


def test_each_accounts_last_balance_is_the_ledgers(berka):
    source, bank, _ = berka
    ledger: dict[str, set[Decimal]] = {}
    days: dict[str, object] = {}
    for transaction in read_source(source).transactions:
        account = f"A{transaction.account_id:05d}"
        if account not in days or transaction.day > days[account]:
            days[account], ledger[account] = transaction.day, set()
        if transaction.day == days[account]:
            ledger[account].add(transaction.balance)
    published = dict(bank.query("select id, balance from holding_agreement where kind = 'demand_deposit'"))
    assert ledger
    for account, balances in ledger.items():
        assert published[account] in balances, account
