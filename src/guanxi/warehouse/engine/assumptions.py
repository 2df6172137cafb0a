"""Default rates, unit costs and thresholds, and a bank's own in their place: small CSV files with effective dates."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from guanxi.warehouse.rules import Version, tier_thresholds

DEFAULTS = Path(__file__).resolve().parent.parent / "assumptions"
COLUMNS = ["kind", "key", "valid_from", "value"]
END = date(2200, 1, 1)

REQUIRED = {
    "loss_rate": ("normal", "special_mention", "substandard", "doubtful", "loss"),
    "unit_cost": ("*:*",),
    "upkeep": ("demand_deposit", "term_deposit", "loan", "card", "wealth", "insurance", "fund", "e_banking"),
    "setting": ("movement_min", "maturity_days", "absent_days"),
    "group": ("control_above", "shown_least", "beneficial_least"),
    "household": (
        "spouse",
        "household",
        "parent",
        "joint_account",
        "address",
        "address_and_surname",
        "least",
        "most_at_address",
    ),
    # None by default: the records of a customer then count alike, wherever they come from.
    "source_rank": (),
}
# Thresholds that were assumptions once and now stand in a table of rules, by kind.
IN_RULES = {"tier": "tier.json", "alert": "flow.json and alert.json"}
LARGEST = {
    "loss_rate": Decimal(1),
    "group": Decimal(1),
    "household": Decimal(999),
    "upkeep": Decimal(999999),
    "unit_cost": Decimal(999999),
}


@dataclass(frozen=True, slots=True)
class Assumption:
    """One value, in force from ``valid_from`` up to and without ``valid_to``."""

    kind: str
    key: str
    valid_from: date
    valid_to: date
    value: Decimal


class AssumptionError(ValueError):
    """The assumptions cannot be used; ``problems`` says why, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def load(folder: Path | None, on: date) -> list[Assumption]:
    """All assumptions, ordered by kind, key and first day.

    A file of ``folder`` replaces the default file of the same name whole; the others stay. Raises
    :class:`AssumptionError` where a file cannot be read, a row is not understood, or a value that the models need is
    not in force on ``on``.
    """
    files = {path.name: path for path in sorted(DEFAULTS.glob("*.csv"))}
    if folder is not None:
        if not folder.is_dir():
            raise AssumptionError([f"The folder of assumptions {folder} does not exist."])
        files |= {path.name: path for path in sorted(folder.glob("*.csv"))}
    problems: list[str] = []
    values: dict[tuple[str, str, date], Decimal] = {}
    for path in files.values():
        _read(path, values, problems)
    rows = _intervals(values)
    in_force = {(row.kind, row.key) for row in rows if row.valid_from <= on < row.valid_to}
    problems += [
        f"No {kind} for {key} is in force on {on}."
        for kind, keys in REQUIRED.items()
        for key in keys
        if (kind, key) not in in_force
    ]
    if problems:
        raise AssumptionError(problems)
    return rows


def in_rules(version: Version) -> list[Assumption]:
    """What the tiers' rules ask for, so that pages that know thresholds by name find them where they always stood."""
    values = sorted(tier_thresholds(version).items())
    return [Assumption("tier", key, version.effective_from, END, value) for key, value in values]


def _read(path: Path, values: dict[tuple[str, str, date], Decimal], problems: list[str]) -> None:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        if reader.fieldnames != COLUMNS:
            problems.append(f"{path.name}: the first line must be {','.join(COLUMNS)}.")
            return
        for line in reader:
            where = f"{path.name}, line {reader.line_num}"
            try:
                kind, key = line["kind"].strip(), line["key"].strip()
                start, value = date.fromisoformat(line["valid_from"].strip()), Decimal(line["value"].strip())
            except (ValueError, InvalidOperation, AttributeError):
                problems.append(f"{where}: valid_from must be YYYY-MM-DD and value a number.")
                continue
            if kind in IN_RULES:
                problems.append(f"{where}: thresholds of kind {kind} are rules now: state them in {IN_RULES[kind]}.")
            elif kind not in REQUIRED:
                problems.append(f"{where}: there is no assumption of kind {kind}.")
            elif not value.is_finite() or not 0 <= value <= LARGEST.get(kind, Decimal(10) ** 13):
                problems.append(f"{where}: {value} is out of range.")
            elif value != round(value, 6):
                problems.append(f"{where}: {value} has more than six decimals.")
            elif (kind, key, start) in values:
                problems.append(f"{where}: {kind} {key} from {start} is stated twice.")
            else:
                values[kind, key, start] = value


def _intervals(values: dict[tuple[str, str, date], Decimal]) -> list[Assumption]:
    ordered = sorted(values)
    rows = []
    for position, (kind, key, start) in enumerate(ordered):
        after = ordered[position + 1] if position + 1 < len(ordered) else None
        end = after[2] if after is not None and after[:2] == (kind, key) else END
        rows.append(Assumption(kind, key, start, end, values[kind, key, start]))
    return rows
