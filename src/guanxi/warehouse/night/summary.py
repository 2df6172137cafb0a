"""What the nights did, added up: for the terminal, and as ``summary.json`` for whoever checks it by program."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from guanxi.warehouse.identity.counting import counted
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.layout import put
from guanxi.warehouse.night.options import NightOptions
from guanxi.warehouse.night.register import NightRegister
from guanxi.warehouse.night.run import NightStopped

# Where a file's rows stand in the operational database. A balance stands as the agreement's figures of the business
# date; transfer prices and exchange rates are computed with and stand nowhere by themselves.
PUBLISHED_AS = {
    "institution": "org_institution",
    "staff": "org_staff",
    "party": "party_party",
    "party_identifier": "party_partyidentifier",
    "contact_point": "party_contactpoint",
    "party_relation": "party_partyrelation",
    "product": "holding_product",
    "rate": "holding_productrate",
    "agreement": "holding_agreement",
    "agreement_party": "holding_agreementparty",
    "balance": "insight_agreementfigure",
    "event": "holding_event",
}


def summarise(options: NightOptions) -> dict[str, Any]:
    """The summary of every finished night of the warehouse.

    ``tables.<name>``: ``rows`` in the files of all nights, of these ``accepted`` and ``quarantined``, and
    ``published``, the rows that stand in the operational database now. ``steps``: a row a night and step, seconds and
    bytes. ``customers``: ``records`` of the files, the ``customers`` that they are, ``waiting`` pairs of records that
    wait for a steward; empty where records were never linked. ``reconciliation``: the last night's rules, amounts as
    decimal strings.
    """
    records = NightRegister(options.warehouse).all()
    tables = {}
    published = next((record.published for record in reversed(records) if record.published is not None), {}) or {}
    for name in TABLES:
        counts = {"rows": 0, "accepted": 0, "quarantined": 0}
        for record in records:
            for word in counts:
                counts[word] += record.tables.get(name, {}).get(word, 0)
        tables[name] = {**counts, "published": published.get(PUBLISHED_AS.get(name, ""), {}).get("total", 0)}
    return {
        "business_date": records[-1].business_date.isoformat() if records else None,
        "tables": tables,
        "steps": [
            {
                "name": step.name,
                "business_date": record.business_date.isoformat(),
                "seconds": round(step.seconds, 3),
                "rows": step.rows,
                "peak_bytes": step.peak_bytes,
            }
            for record in records
            for step in record.steps
        ],
        "customers": counted(options.layout, records[-1].business_date) if records else {},
        "reconciliation": records[-1].reconciliation if records else [],
    }


def write_summary(options: NightOptions, file: Path) -> dict[str, Any]:
    """Writes the summary to ``file`` and returns it."""
    summary = summarise(options)
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(".aside")
    aside.write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    put(aside, file)
    return summary


def print_summary(console: Console, summary: dict[str, Any]) -> None:
    """Prints the summary as two tables and the reconciliation."""
    files = Table("table", box=None, padding=(0, 2))
    for word in ("rows", "accepted", "kept aside", "published"):
        files.add_column(word, justify="right")
    for name, counts in summary["tables"].items():
        files.add_row(name, *(f"{counts[word]:,}" for word in ("rows", "accepted", "quarantined", "published")))
    steps = Table("night", "step", box=None, padding=(0, 2))
    for word in ("seconds", "rows", "peak memory"):
        steps.add_column(word, justify="right")
    for step in summary["steps"]:
        steps.add_row(
            step["business_date"], step["name"], f"{step['seconds']:.1f}", f"{step['rows']:,}",
            f"{step['peak_bytes'] / (1 << 20):,.0f} MiB",
        )  # fmt: skip
    console.print(f"\nbusiness date {summary['business_date']}\n", highlight=False)
    console.print(files)
    console.print()
    console.print(steps)
    console.print()
    if found := summary["customers"]:
        console.print(
            f"{found['records']:,} records are {found['customers']:,} customers; "
            f"{found['waiting']:,} pairs wait for the data steward\n", highlight=False,
        )  # fmt: skip
    for rule in summary["reconciliation"]:
        expected, actual = Decimal(rule["expected"]), Decimal(rule["actual"])
        verdict = "agrees" if expected == actual else f"DIFFERS by {actual - expected:,.2f}"
        console.print(f"  {rule['rule']:<44}{actual:>22,.2f}  {verdict}", highlight=False)


def print_problems(console: Console, stopped: NightStopped) -> None:
    """Prints why a night stopped and what to do; nothing of that night was published."""
    console.print(f"\nThe night of {stopped.day} stopped before anything was published:", highlight=False)
    for problem in stopped.problems:
        where = f"{problem.file}: " if problem.file else ""
        console.print(f"  {where}{problem.message}", highlight=False)
        console.print(f"    -> {problem.what_to_do}", highlight=False)
    console.print("Then start the night's job again: it goes on from here.", highlight=False)
