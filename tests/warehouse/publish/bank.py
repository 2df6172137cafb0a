"""The mini bank that the tests begin with: three institutions, six of staff, some parties and their agreements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.warehouse.publish.minibank import OPENING, MiniBank, Row

# Number, kind, name, institution, manager, phone, identifier.
PEOPLE = (
    ("C0001", "person", "张小明", "B11", "S1", "13800138000", "11010119900101123X"),
    ("C0002", "person", "曾国藩", "B11", "S1", "13911112222", "110101198505051234"),
    ("C0003", "person", "单田芳", "B11", "S2", "010-62345678", "110101196012121111"),
    ("C0004", "person", "尉迟敬德", "B12", "S3", "+86 137 0000 1111", "110101197001012222"),
    ("C0005", "person", "Tom Smith", "B12", "S3", "13512345678", "P1234567"),
    ("C0006", "person", "阿卜杜拉·买买提", "B12", None, "15099998888", "650101198001013333"),
    ("C0007", "organisation", "重庆长安实业有限公司", "B11", "S2", "02388886666", "91500000MA5U0000XY"),
    ("C0008", "organisation", "北京华夏ＡＢＣ科技股份有限公司", "B12", "S3", "010-88881234", "91110000MA000000AB"),
    ("C0009", "person", "王芳", "B11", "S1", "13600001111", "110101199203034444"),
    ("C0010", "person", "吕略", "B12", "S3", "18812340000", "110101199909095555"),
)


def small_bank(root: Path) -> MiniBank:
    """A bank of ten parties, before its first night is written."""
    core: dict[str, list[Row]] = {
        "core_institution": [
            institution("B0", None, "bank"),
            institution("B11", "B0", "branch"),
            institution("B12", "B0", "branch"),
        ],
        "core_staff": [
            staff("S0", "B0", "head_office"),
            staff("S1", "B11", "rm"),
            staff("S2", "B11", "rm"),
            staff("S3", "B12", "rm"),
            staff("S4", "B12", "branch_manager"),
        ],
        "core_product": [product("P1", "demand_deposit"), product("P2", "term_deposit")],
        "core_rate": [
            {"product_id": "P2", "currency": "CNY", "term_days": 365, "valid_from": date(2026, 1, 1),
             "annual_rate": Decimal("0.0145")},
        ],
        "core_party": [],
        "core_party_identifier": [],
        "core_contact_point": [],
        "core_party_relation": [
            {"party_id": "C0001", "related_party_id": "C0007", "relation_kind": "legal_representative", "share": None},
        ],
        "core_agreement": [],
        "core_agreement_party": [],
    }  # fmt: skip
    bank = MiniBank(root, core)
    for number, kind, name, place, manager, phone, identifier in PEOPLE:
        add_party(bank, number, kind, name, place, manager, phone=phone, identifier=identifier)
    bank.assumptions = [
        {"kind": "loss", "key": "normal", "valid_from": date(2020, 1, 1), "valid_to": None, "value": Decimal("0.01")},
    ]
    return bank


def add_party(
    bank: MiniBank,
    number: str,
    kind: str,
    name: str,
    place: str,
    manager: str | None,
    *,
    phone: str = "",
    identifier: str = "",
) -> None:
    """A party with one phone, one identifier and two agreements."""
    bank.core["core_party"].append(
        {"party_id": number, "party_kind": kind, "party_name": name, "institution_id": place, "manager_id": manager,
         "opened_on": date(2019, 3, 4), "restricted": False, "status": "active", "aml_risk": "low",
         "annual_income": Decimal("123456.78") if kind == "person" else None}
    )  # fmt: skip
    if phone:
        bank.core["core_contact_point"].append(
            {"party_id": number, "contact_kind": "mobile" if phone.lstrip("+86 ")[:1] == "1" else "landline",
             "sequence_no": 1, "contact_value": phone, "is_primary": True}
        )  # fmt: skip
    if identifier:
        bank.core["core_party_identifier"].append(
            {"party_id": number, "identifier_kind": "resident_id", "identifier_number": identifier,
             "is_primary": True}
        )  # fmt: skip
    for position, kind_of in enumerate(("demand_deposit", "term_deposit"), 1):
        agreement(bank, f"A{number[1:]}{position}", kind_of, number, place, Decimal(position * 1000))


def agreement(bank: MiniBank, number: str, kind: str, party: str, place: str, balance: Decimal, **more: Any) -> None:
    """An agreement with its holder."""
    bank.core["core_agreement"].append(
        {"agreement_id": number, "agreement_kind": kind, "product_id": "P1" if kind == "demand_deposit" else "P2",
         "party_id": party, "institution_id": place, "currency": "CNY", "opened_on": date(2020, 1, 2),
         "status": "active", "balance": balance, "balance_date": OPENING,
         "maturity_date": date(2026, 6, 10) if kind == "term_deposit" else None, **more}
    )  # fmt: skip
    bank.core["core_agreement_party"].append({"agreement_id": number, "party_id": party, "role": "holder"})


def institution(number: str, parent: str | None, kind: str) -> Row:
    path = f"{parent}/{number}/" if parent else f"{number}/"
    return {"institution_id": number, "institution_name": f"机构{number}", "parent_id": parent,
            "institution_kind": kind, "status": "open", "path": path, "depth": path.count("/") - 1}  # fmt: skip


def staff(number: str, place: str, role: str, **more: Any) -> Row:
    return {"staff_id": number, "staff_name": f"员工{number}", "institution_id": place, "role": role, "line": "retail",
            "phone": None, "email": None, "joined_on": date(2020, 1, 1), "left_on": None, "status": "active",
            **more}  # fmt: skip


def product(number: str, kind: str) -> Row:
    return {"product_id": number, "product_name": f"产品{number}", "dimension": "deposit", "agreement_kind": kind,
            "line": "retail", "day_basis": 365, "on_sale": True}  # fmt: skip
