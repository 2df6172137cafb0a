"""The register of rule books: what each decides, from which values, with which answers. A new one is a line here, a
file in ``shipped`` and a place in a model that asks it (``decide('name', ...)``).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from guanxi.warehouse.rules.typing import FLAG, NUMBER, TEXT, Field

SHIPPED = Path(__file__).resolve().parent / "shipped"
TIERS = ("premier", "core", "standard", "restricted", "potential")
REASONS = ("maturity", "loan_due", "inflow", "outflow", "falling", "overdue", "birthday", "anniversary", "founding")
GRADES = ("", "normal", "special_mention", "substandard", "doubtful", "loss")


@dataclass(frozen=True, slots=True)
class Book:
    """One decision: its inputs, the outputs that it must give, the column by whose value a challenger draws, and which
    answers of the first two outputs go together (empty: any)."""

    name: str
    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]
    key: str = "party_id"
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def shipped(self) -> str:
        """The file that comes with the product."""
        return (SHIPPED / f"{self.name}.json").read_text(encoding="utf-8")


TIER = Book(
    "tier",
    (
        Field("restricted", FLAG),
        Field("aml_risk", TEXT, nullable=True),
        Field("risk_grade", TEXT, values=GRADES),
        Field("days_overdue", NUMBER, decimals=0),
        Field("contribution_r12", NUMBER, decimals=2),
        Field("assets_adb_ytd", NUMBER, decimals=2),
        Field("assets_adb_mtd", NUMBER, decimals=2),
        Field("trend", NUMBER, nullable=True, decimals=4),
    ),
    (
        Field("tier", TEXT, values=TIERS),
        Field("sub_tier", TEXT, values=("", "vip", "affluent")),
        Field("reason", TEXT, values=("", "risk", "contribution", "assets", "trend")),
    ),
    pairs=(("premier", "vip"), ("premier", "affluent"), *((tier, "") for tier in TIERS if tier != "premier")),
)
FLOW = Book(
    "flow",
    (
        Field("direction", TEXT, values=("in", "out")),
        Field("change", NUMBER, decimals=2),
        Field("usual", NUMBER, decimals=2),
    ),
    (Field("large", FLAG, values=(True, False)),),
)
ALERT = Book(
    "alert",
    (
        Field("reason", TEXT, values=REASONS),
        Field("kind", TEXT, values=("person", "organisation")),
        Field("amount", NUMBER, decimals=2),
        Field("share", NUMBER, nullable=True, decimals=4),
        Field("many", NUMBER, decimals=0),
        Field("days_ahead", NUMBER, decimals=0),
    ),
    (Field("told", FLAG, values=(True, False)),),
)
BOOKS: dict[str, Book] = {book.name: book for book in (TIER, FLOW, ALERT)}

# Of a customer about whom nothing is remarkable; what a tier asks for is found by raising one value at a time.
PLAIN: dict[str, Decimal | str | bool | None] = {
    "restricted": False,
    "aml_risk": "",
    "risk_grade": "",
    "days_overdue": Decimal(0),
    "contribution_r12": Decimal(0),
    "assets_adb_ytd": Decimal(0),
    "assets_adb_mtd": Decimal(0),
    "trend": Decimal(1),
}
