"""A small bank's core and marts, written as Parquet parts in the shapes of ``docs/warehouse-interfaces.md``.

What a night delivers is a list of dicts a dataset; tests change the lists between nights. The marts' figures are
computed from the agreements' balances, simply, so that they belong together without being the warehouse's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.apps import apps
from django.db import models

from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night

OPENING = date(2026, 5, 29)
EXACT = Decimal("0.01234567")
Row = dict[str, Any]

# What core adds to a contract's columns.
EXTRA = {
    "core_institution": {"path": pa.string(), "depth": pa.int16()},
    "core_agreement": {"balance": pa.decimal128(18, 2), "balance_date": pa.date32()},
    "core_event": {"party_id": pa.string(), "currency": pa.string(), "event_date": pa.date32()},
}
CORE = {f"core_{table.name}": table for table in TABLES.values() if table.name != "balance"}
MARTS = {
    "customer_figure": "CustomerFigure",
    "agreement_figure": "AgreementFigure",
    "agreement_month": "AgreementMonth",
    "customer_month": "CustomerMonth",
    "balance_change": "BalanceChange",
    "tier_change": "TierChange",
    "movement": "Movement",
    "maturity": "Maturity",
    "alert": "Alert",
    "book_day": "BookDay",
    "industry_figure": "IndustryFigure",
    "industry_month": "IndustryMonth",
    "company_link": "CompanyLink",
    "ownership": "Ownership",
    "group_member": "GroupMember",
    "guarantee_circle": "GuaranteeCircle",
    "household_member": "HouseholdMember",
    "identity_record": "identity.Record",
    "identity_pair": "identity.Pair",
    "identity_threshold_count": "identity.ThresholdCount",
    "identity_threshold_sample": "identity.ThresholdSample",
}
# Of core, what is no table of the files.
OF_PARTIES = {"party_field": "identity.FieldSource"}
ASSUMPTION = pa.schema(
    [
        ("kind", pa.string()),
        ("key", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("value", pa.decimal128(20, 6)),
    ]
)


def core_schema(dataset: str) -> pa.Schema:
    """The columns of a core dataset: its contract's, without the change code, and what core adds."""
    columns = [(c.name, arrow_of(c.sql_type)) for c in CORE[dataset].columns if c.name != "change_code"]
    return pa.schema([*columns, *EXTRA.get(dataset, {}).items()])


def mart_schema(dataset: str) -> pa.Schema:
    """The columns of a mart: those of its Django model, without the pinyin."""
    app, _, name = (MARTS | OF_PARTIES)[dataset].rpartition(".")
    fields = apps.get_model(app or "insight", name)._meta.local_concrete_fields
    return pa.schema([(f.column, arrow_of_field(f)) for f in fields if f.column and f.attname != "name_pinyin"])


def arrow_of(sql_type: str) -> pa.DataType:
    if sql_type.startswith("DECIMAL"):
        precision, scale = sql_type[8:-1].split(",")
        return pa.decimal128(int(precision), int(scale))
    return {
        "DATE": pa.date32(),
        "TIMESTAMP": pa.timestamp("us"),
        "INTEGER": pa.int32(),
        "BOOLEAN": pa.bool_(),
        "VARCHAR": pa.string(),
    }[sql_type]


def arrow_of_field(field: models.Field) -> pa.DataType:
    match field:
        case models.DecimalField():
            # The marts hold money as DECIMAL(18,2), which is wide enough, and cheaper than what the tables allow.
            return pa.decimal128(min(field.max_digits, 18) if field.decimal_places == 2 else field.max_digits,
                                 field.decimal_places)  # fmt: skip
        case models.DateField():
            return pa.date32()
        case models.BooleanField():
            return pa.bool_()
        case models.SmallIntegerField():
            return pa.int16()
        case models.IntegerField():
            return pa.int32()
        case _:
            return pa.string()


def local(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment as the bank's files have it: without a time zone, in the bank's own."""
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001


@dataclass
class MiniBank:
    """The bank as it stands tonight; ``write`` lays it down as a night's parts.

    ``core`` and ``assumptions`` are states, dataset by dataset; ``events`` and ``journals`` are what the night to be
    written adds, and are emptied by it.
    """

    root: Path
    core: dict[str, list[Row]]
    assumptions: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    journals: dict[str, list[Row]] = field(default_factory=dict)
    last: Night | None = None

    @property
    def layout(self) -> Layout:
        return Layout(self.root)

    def row(self, dataset: str, key: str) -> Row:
        """The row of a state dataset whose first column is ``key``."""
        first = core_schema(dataset).names[0]
        return next(row for row in self.core[dataset] if row[first] == key)

    def write(self, day: date = OPENING, *, previous: date | None = None) -> Night:
        """Writes the night of ``day``, after the one written last (or after ``previous``)."""
        night = Night(day, previous or (self.last.business_date if self.last else None))
        for dataset in CORE:
            rows = self.events if dataset == "core_event" else self.core.get(dataset, [])
            self._put("core", dataset, day, rows, core_schema(dataset))
        for dataset in OF_PARTIES:
            self._put("core", dataset, day, self.core.get(dataset, []), mart_schema(dataset))
        self._put("control", "assumption", day, self.assumptions, ASSUMPTION)
        figures = {**figures_of(self, day), **self.journals}
        for dataset in MARTS:
            self._put("marts", dataset, day, figures.get(dataset, []), mart_schema(dataset))
        self.events, self.journals, self.last = [], {}, night
        return night

    def _put(self, layer: str, dataset: str, day: date, rows: list[Row], schema: pa.Schema) -> None:
        with self.layout.writing(layer, dataset, day) as folder:
            pq.write_table(pa.Table.from_pylist(rows, schema), folder / "part.parquet")

    def event(self, number: str, agreement: str, moment: datetime, **more: Any) -> None:
        """One event for the night to come."""
        holder = self.row("core_agreement", agreement)
        self.events.append(
            {
                "event_id": number,
                "agreement_id": agreement,
                "party_id": holder["party_id"],
                "currency": holder["currency"],
                "event_time": moment,
                "event_date": moment.date(),
                "event_kind": "transfer_in",
                "direction": "C",
                "amount": Decimal("12.50"),
                "channel": "mobile",
                **more,
            }
        )

    def month(self, first: date) -> None:
        """The rows of a month that this night closes."""
        for row in self.core["core_agreement"]:
            self.journals.setdefault("agreement_month", []).append(
                zeros("agreement_month")
                | {"month": first, "agreement_id": row["agreement_id"], "party_id": row["party_id"],
                   "dimension": "deposit", "days": 31, "day_basis": 365, "balance_end": row["balance"] or Decimal(0)}
            )  # fmt: skip
        for row in self.core["core_party"]:
            self.journals.setdefault("customer_month", []).append(
                zeros("customer_month") | {"month": first, "party_id": row["party_id"], "contribution": Decimal(7)}
            )

    def change(self, dataset: str, **row: Any) -> None:
        """One row of a journal for the night to come; figures that are not stated are zero."""
        self.journals.setdefault(dataset, []).append(zeros(dataset) | row)


def zeros(dataset: str) -> Row:
    """A mart's row in which every number is zero and every text empty."""
    empty: dict[Callable[[pa.DataType], bool], Any] = {
        pa.types.is_decimal: Decimal(0),
        pa.types.is_integer: 0,
        pa.types.is_string: "",
        pa.types.is_boolean: False,
    }
    row: Row = {}
    for column in mart_schema(dataset):
        for holds, zero in empty.items():
            if holds(column.type):
                row[column.name] = zero
    return row


def figures_of(bank: MiniBank, day: date) -> dict[str, list[Row]]:
    """The daily marts, from the agreements' balances."""
    held: dict[str, Decimal] = {}
    figures, maturities = [], []
    for row in bank.core["core_agreement"]:
        balance = row["balance"] or Decimal(0)
        held[row["party_id"]] = held.get(row["party_id"], Decimal(0)) + balance
        figures.append(
            zeros("agreement_figure")
            | {"business_date": day, "agreement_id": row["agreement_id"], "party_id": row["party_id"],
               "dimension": "deposit", "balance": balance, "days": day.day, "day_basis": 365,
               "annual_rate": row.get("annual_rate"), "interest_sum": (balance * EXACT).quantize(Decimal("1e-8")),
               "balance_sum": balance * day.day}
        )  # fmt: skip
        if row.get("maturity_date") and day <= row["maturity_date"] <= day + timedelta(days=30):
            party = bank.row("core_party", row["party_id"])
            maturities.append(
                {"business_date": day, "agreement_id": row["agreement_id"], "party_id": row["party_id"],
                 "institution_id": party["institution_id"], "manager_id": party["manager_id"],
                 "kind": row["agreement_kind"], "maturity_date": row["maturity_date"], "balance": balance}
            )  # fmt: skip
    customers = [
        zeros("customer_figure")
        | {"business_date": day, "party_id": row["party_id"], "kind": row["party_kind"], "name": row["party_name"],
           "institution_id": row["institution_id"], "manager_id": row["manager_id"], "tier": "standard",
           "tier_since": OPENING, "deposit": held.get(row["party_id"], Decimal(0)),
           "assets": held.get(row["party_id"], Decimal(0)), "restricted": row["restricted"],
           "opened_on": row["opened_on"], "months_known": 3, "trend": None}
        for row in bank.core["core_party"]
    ]  # fmt: skip
    return {"customer_figure": customers, "agreement_figure": figures, "maturity": maturities}
