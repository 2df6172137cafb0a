"""Which rows stand behind each source of the dbt project tonight.

A source is bound to Parquet files, perhaps with a condition, or to nothing: an empty relation with the right columns.
What only some nights need is bound to nothing on the others, so that the same models cost nothing for it then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from guanxi.warehouse.engine.control import NightRow
from guanxi.warehouse.engine.project import models, sources
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.records import ADDED, RECORDS
from guanxi.warehouse.sealing import files_of

ALWAYS_CARRIED = ("agreement_ledger", "customer_tier", "customer_habit", "customer_answer")
# State that earlier versions did not carry: a warehouse that has never written it begins it with tonight.
BEGUN_LATER = ("core_payment_pair", "customer_habit", "customer_answer")
# What a ledger of an earlier version does not have: then every record was a party.
ADDED_TO_LEDGER = "record_id"


@dataclass(frozen=True, slots=True)
class Binding:
    """One source tonight: the Parquet files behind it (none for an empty relation), a condition on their rows.

    ``columns`` are names with SQL types; they are what an empty relation has. Of those that are ``absent`` the files
    know nothing: they are NULL.
    """

    schema: str
    table: str
    columns: tuple[tuple[str, str], ...]
    files: tuple[Path, ...] = ()
    where: str = ""
    absent: tuple[str, ...] = ()


class MissingPart(LookupError):
    """A dataset's part that the night rests on is not there."""


def part_files(layout: Layout, layer: str, name: str, day: date) -> tuple[Path, ...]:
    """The Parquet files of a finished part; raises :class:`MissingPart` where it has none."""
    files = files_of(layout.part(layer, name, day))
    if not files:
        raise MissingPart(f"{layer}/{name} of {day} is not there")
    return files


def bind(
    layout: Layout, night: NightRow, deliveries: Mapping[str, str], control: Mapping[str, Path]
) -> tuple[Binding, ...]:
    """What each source is tonight. Raises :class:`MissingPart` where landing or the night before is not there."""
    tables = sources()
    bound = [
        Binding("landing", table, columns, part_files(layout, "landing", table, night.business_date))
        for table, columns in tables["landing"].items()
    ]
    bound += [Binding("control", table, columns, (control[table],)) for table, columns in tables["control"].items()]
    landed = {record: table for table, record in RECORDS.items()}
    for table in tables["carried"]:
        delivered = landed.get(table, table.removeprefix("core_"))
        replaced = table not in ALWAYS_CARRIED and deliveries.get(delivered) == "full"
        new = table in BEGUN_LATER and not layout.days("core", table)
        bound.append(_carried("carried", table, layout, None if replaced or new else night.previous_business_date))
    balances = part_files(layout, "landing", "balance", night.business_date)
    today = f"balance_date = date '{night.business_date}'"
    before = f"balance_date < date '{night.business_date}'"
    # What the identity step of this night left; nothing of it where the night does not link.
    bound += [
        Binding("identity", table, columns, files_of(layout.part("core", table, night.business_date)))
        for table, columns in tables["identity"].items()
    ]
    opening = night.is_opening
    closing = night.previous_business_date if night.closes else None
    bound += [
        Binding("nightly", "balance", tables["nightly"]["balance"], balances, today if opening else ""),
        Binding("opening", "balance", tables["opening"]["balance"], balances if opening else (), before),
        Binding("opening", "night", tables["control"]["night"], (control["night"],) if opening else ()),
        _carried("closing", "agreement_ledger", layout, closing),
        Binding("closing", "agreement_month", models()["agreement_month"].columns, _journal(layout, night)),
    ]
    return tuple(bound)


def empty() -> tuple[Binding, ...]:
    """Every source without rows, for documentation."""
    tables = sources()
    return tuple(
        Binding(schema, table, columns or tables["control"].get(table) or models()[table].columns)
        for schema, found in tables.items()
        for table, columns in found.items()
    )


def _carried(schema: str, table: str, layout: Layout, day: date | None) -> Binding:
    columns = models()[table].columns
    if day is None:
        return Binding(schema, table, columns)
    absent: tuple[str, ...] = ()
    name = table
    if not layout.part("core", RECORDS["party"], day).is_dir():
        before = {record: f"core_{landed}" for landed, record in RECORDS.items()}
        name = before.get(table, table)
        absent = (ADDED,) if table in before else (ADDED_TO_LEDGER,) * (table == "agreement_ledger")
    return Binding(schema, table, columns, part_files(layout, "core", name, day), absent=absent)


def _journal(layout: Layout, night: NightRow) -> tuple[Path, ...]:
    """The parts in which the last eleven months were closed: a month is closed by a night that lies after it."""
    if not night.closes or night.is_opening:
        return ()
    return tuple(
        file
        for day in layout.days("marts", "agreement_month")
        if night.twelve_start <= day < night.business_date
        for file in part_files(layout, "marts", "agreement_month", day)
    )
