"""The Czech bank's rows in the columns of the contracts, each with the first and the last business date that has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby

from guanxi.demo.berka_ledger import in_order
from guanxi.demo.berka_loans import Loan, loan_of
from guanxi.demo.berka_source import Source, Transaction, read_birth, read_day
from guanxi.demo.cast import CAST

CURRENCY = "CZK"
# Assumed, for the data have none of them: rates a year that customers get and pay, what the treasury pays and charges
# the branches (the Czech interbank market of 1998 stood between 10 and 16 %), and CNY for a koruna at the end of 1998.
DEPOSIT_RATE, LOAN_RATE, CARD_RATE = "0.040000", "0.150000", "0.180000"
DEPOSIT_TRANSFER, LOAN_TRANSFER = "0.090000", "0.110000"
EXCHANGE_RATE = "0.27730000"
SINCE = date(1993, 1, 1)

HEAD_OFFICE = "CZ"
REGIONS = {
    "Prague": "布拉格", "central Bohemia": "中捷克", "south Bohemia": "南捷克", "west Bohemia": "西捷克",
    "north Bohemia": "北捷克", "east Bohemia": "东捷克", "south Moravia": "南摩拉维亚", "north Moravia": "北摩拉维亚",
}  # fmt: skip
CARDS = {"junior": "BK-CJ", "classic": "BK-CC", "gold": "BK-CG"}
ROLES = {"OWNER": "holder", "DISPONENT": "authorised_signatory"}
KINDS = {"cash_in": "deposit", "cash_out": "withdrawal", "card_out": "withdrawal", "transfer_in": "transfer_in",
         "transfer_out": "transfer_out"}  # fmt: skip
CHANNELS = {"cash_in": "counter", "cash_out": "counter", "card_out": "atm"}
MEMOS = {"interest": "interest credited", "penalty": "sanction interest", "statement": "payment for statement",
         "insurance": "insurance payment", "household": "household", "pension": "old-age pension",
         "loan": "loan payment"}  # fmt: skip

Row = tuple[object, ...]


@dataclass(slots=True)
class Rows:
    """Rows by table, in the contract's columns with first and last day after them; what became of the source's lines.

    ``regions`` are the institution numbers of the regions, in the order of the source, with their Chinese and their
    English name.
    """

    tables: dict[str, list[Row]] = field(default_factory=dict)
    delivered: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    regions: dict[str, tuple[str, str]] = field(default_factory=dict)


def make_rows(source: Source, days: Sequence[date]) -> Rows:
    """Everything the bank delivers on these business dates, of which the first is the opening."""
    rows = Rows()
    opening = days[0]
    districts = _institutions(rows, source, opening)
    _staff(rows, opening)
    _catalogue(rows, days)
    accounts = {row["account_id"]: row for row in source.tables["account"]}
    owners = {row["account_id"]: row["client_id"] for row in source.tables["disp"] if row["type"] == "OWNER"}
    _parties(rows, source, districts, accounts, opening)
    loans = [loan_of(row, opening) for row in source.tables["loan"]]
    _agreements(rows, source, loans, owners, days)
    ledger = in_order(source.transactions)
    _balances(rows, ledger, loans, days)
    _events(rows, ledger, opening)
    rows.tables |= {"contact_point": [], "party_relation": []}
    rows.delivered |= {name: source.read[name] for name in ("account", "client", "disp", "card", "loan", "district")}
    rows.left_out["order"] = source.read["order"]
    _count_parts(rows, source)
    return rows


def _count_parts(rows: Rows, source: Source) -> None:
    """Of each part of trans: what went out with it, and what had stood in a part before it."""
    repeated = source.repeated
    for name in reversed([name for name in source.read if name.startswith("trans ")]):
        twice = min(repeated, source.read[name])
        rows.delivered[name] = source.read[name] - twice
        rows.left_out[name] = twice
        repeated -= twice


def _institutions(rows: Rows, source: Source, opening: date) -> dict[str, tuple[str, str]]:
    """Bank, regions, districts; returns each district's institution number and that of its region."""
    made: list[Row] = [
        (
            HEAD_OFFICE,
            "捷克银行（PKDD 1999）",
            "Czech bank (PKDD 1999)",
            None,
            "bank",
            "Praha",
            SINCE,
            "open",
            opening,
            None,
        )
    ]
    names = list(dict.fromkeys(row["A3"] for row in source.tables["district"]))
    regions = {name: f"CZ{number:02d}" for number, name in enumerate(names, 1)}
    for name, number in regions.items():
        english = name[0].upper() + name[1:]
        zh = f"{REGIONS.get(name, name)}分行"
        rows.regions[number] = (zh, f"{english} Branch")
        made.append((number, zh, f"{english} Branch", HEAD_OFFICE, "branch", None, SINCE, "open", opening, None))
    districts: dict[str, tuple[str, str]] = {}
    for row in source.tables["district"]:
        region = regions[row["A3"]]
        number = f"{region}{int(row['A1']):02d}"
        districts[row["A1"]] = (number, region)
        name = row["A2"]
        made.append((number, name, f"{name} District", region, "sub_branch", name, SINCE, "open", opening, None))
    rows.tables["institution"] = made
    return districts


def _staff(rows: Rows, opening: date) -> None:
    """Each region has a manager and two relationship managers; the head office has the rest of the cast."""
    names = {number: name for number, name, *_ in CAST}
    made: list[Row] = []

    def hire(number: str, institution: str, role: str, fallback: str) -> None:
        mail = f"s{number}@pkdd.example"
        name = names.get(number, fallback)
        made.append((number, name, institution, role, "both", None, mail, SINCE, None, "active", opening, None))

    for number, _, _, role, *_ in CAST:
        if number.startswith("00"):
            hire(number, HEAD_OFFICE, role, "")
    for place, region in enumerate(rows.regions, 1):
        hire(f"{place:02d}0001", region, "branch_manager", f"Manager {region}")
        for turn in (1, 2):
            hire(f"{place:02d}01{turn:02d}", region, "rm", f"RM {region}-{turn}")
    rows.tables["staff"] = made


def _catalogue(rows: Rows, days: Sequence[date]) -> None:
    opening = days[0]
    until: Row = (opening, None)
    deposit, loan, line, card = "BK-D", "BK-L", "retail", "card"
    products: list[Row] = [
        (
            "BK-DD",
            "活期账户",
            "Current account",
            "deposit",
            "demand_deposit",
            line,
            deposit,
            365,
            None,
            None,
            True,
            SINCE,
        ),
        ("BK-LN", "个人贷款", "Loan", "loan", "loan", line, loan, 365, None, None, True, SINCE),
        (CARDS["junior"], "青少年卡", "Junior card", "fee", card, line, None, 365, None, None, True, SINCE),
        (CARDS["classic"], "普通卡", "Classic card", "fee", card, line, None, 365, None, None, True, SINCE),
        (CARDS["gold"], "金卡", "Gold card", "fee", card, line, None, 365, None, None, True, SINCE),
    ]
    rows.tables["product"] = [product + until for product in products]
    rows.tables["rate"] = [
        (product, CURRENCY, 0, SINCE, Decimal(rate), *until)
        for product, rate in (("BK-DD", DEPOSIT_RATE), ("BK-LN", LOAN_RATE))
    ]
    rows.tables["ftp_curve"] = [
        (curve, CURRENCY, 0, SINCE, Decimal(rate), *until)
        for curve, rate in ((deposit, DEPOSIT_TRANSFER), (loan, LOAN_TRANSFER))
    ]
    rated: list[Row] = [(CURRENCY, SINCE, Decimal(EXCHANGE_RATE), opening, opening)]
    rated += [(CURRENCY, day, Decimal(EXCHANGE_RATE), day, day) for day in days]
    rows.tables["exchange_rate"] = rated


def _parties(
    rows: Rows,
    source: Source,
    districts: dict[str, tuple[str, str]],
    accounts: dict[str, dict[str, str]],
    opening: date,
) -> None:
    came: dict[str, date] = {}
    for row in source.tables["disp"]:
        opened = read_day(accounts[row["account_id"]]["date"])
        came[row["client_id"]] = min(opened, came.get(row["client_id"], opened))
    parties: list[Row] = []
    identifiers: list[Row] = []
    for row in source.tables["client"]:
        number = row["client_id"]
        born, sex = read_birth(row["birth_number"])
        institution, region = districts[row["district_id"]]
        # Two relationship managers share a region: even and odd client numbers.
        manager = f"{region.removeprefix(HEAD_OFFICE)}01{1 + int(number) % 2:02d}"
        name = f"Client {number}"
        person: Row = (
            "U",
            party_id(number),
            "person",
            name,
            name,
            sex,
            born,
            "CZE",
            None,
            None,
            None,
            None,
            None,
            None,
        )
        rest: Row = (None, None, institution, manager, came.get(number, SINCE), None, "low", False, "active")
        parties.append((*person, *rest, opening, None))
        identifiers.append(("U", party_id(number), "other", row["birth_number"], None, None, True, opening, None))
    rows.tables |= {"party": parties, "party_identifier": identifiers}


def _agreements(
    rows: Rows, source: Source, loans: Sequence[Loan], owners: dict[str, str], days: Sequence[date]
) -> None:
    """Agreements as they stand on each day, and who is what in them."""
    places = {row[1]: row[16] for row in rows.tables["party"]}
    holders = {row["disp_id"]: row["client_id"] for row in source.tables["disp"]}
    agreements: list[Row] = []
    roles: list[Row] = []
    opening = days[0]

    def add(number: str, kind: str, product: str, client: str, opened: date, loan: Loan | None = None) -> None:
        party = party_id(client)
        base: Row = (number, kind, number[1:], product, party, places[party], CURRENCY, opened)
        rate = None if kind == "card" else Decimal(DEPOSIT_RATE if loan is None else LOAN_RATE)
        for day in days:
            if opened <= day:
                rest: Row = loan.terms(day, rate) if loan else (None, "active", None, rate, *[None] * 8)
                agreements.append((*base, *rest, day, day))

    for row in source.tables["account"]:
        add(
            account_number(row["account_id"]),
            "demand_deposit",
            "BK-DD",
            owners[row["account_id"]],
            read_day(row["date"]),
        )
    for row in source.tables["card"]:
        issued = read_day(row["issued"])
        number, client = f"K{row['card_id']}", holders[row["disp_id"]]
        add(number, "card", CARDS[row["type"]], client, issued)
        roles.append(("U", number, party_id(client), "holder", issued, None, max(opening, issued), None))
    for loan in loans:
        client = owners[loan.account_id]
        add(loan.number, "loan", "BK-LN", client, loan.granted, loan)
        roles.append(
            ("U", loan.number, party_id(client), "holder", loan.granted, None, max(opening, loan.granted), None)
        )
    for row in source.tables["disp"]:
        role = ROLES[row["type"]]
        roles.append(
            ("U", account_number(row["account_id"]), party_id(row["client_id"]), role, None, None, opening, None)
        )
    rows.tables |= {"agreement": agreements, "agreement_party": roles}


def _balances(rows: Rows, ledger: dict[int, list[Transaction]], loans: Sequence[Loan], days: Sequence[date]) -> None:
    """What stood on each agreement: on the opening at the end of every day that changed it, then every night."""
    opening = days[0]
    made: list[Row] = []

    def state(number: str, history: Sequence[tuple[date, Decimal]]) -> None:
        made.extend((number, day, balance, None, opening, opening) for day, balance in history if day <= opening)
        for day in days[1:]:
            known = [balance for since, balance in history if since <= day]
            if known:
                made.append((number, day, known[-1], None, day, day))

    for account, transactions in ledger.items():
        ends = [list(group)[-1] for _, group in groupby(transactions, key=lambda row: row.day)]
        state(account_number(str(account)), [(end.day, end.balance) for end in ends])
    for loan in loans:
        state(loan.number, loan.balances(days[-1]))
    rows.tables["balance"] = made


def _events(rows: Rows, ledger: dict[int, list[Transaction]], opening: date) -> None:
    made: list[Row] = []
    for account, transactions in ledger.items():
        number = account_number(str(account))
        for _, group in groupby(transactions, key=lambda row: row.day):
            for turn, row in enumerate(group):
                # The data have days only; a minute apart, so that the order stays.
                booked = datetime.combine(row.day, time(9)) + timedelta(minutes=turn)
                channel = CHANNELS.get(row.operation, "batch")
                fee = row.amount if row.symbol == "statement" else None
                side: Row = (None, row.account or None, row.bank or None, fee, MEMOS.get(row.symbol))
                made.append(
                    (f"T{row.trans_id}", number, booked, _kind(row), None, "C" if row.credit else "D", row.amount,
                     row.balance, channel, *side, max(opening, row.day), None)
                )  # fmt: skip
    rows.tables["event"] = made


def _kind(row: Transaction) -> str:
    if row.symbol in ("interest", "penalty"):
        return "interest"
    if row.symbol == "statement":
        return "fee"
    if row.symbol == "loan":
        return "repayment"
    # The translated part says of some withdrawals only that they are: by their type.
    return KINDS.get(row.operation, "deposit" if row.credit else "withdrawal")


def party_id(client: str) -> str:
    """A client's customer number."""
    return f"C{int(client):05d}"


def account_number(account: str) -> str:
    """An account's agreement number."""
    return f"A{int(account):05d}"
