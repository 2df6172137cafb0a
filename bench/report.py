"""What was measured, as the tables of ``docs/performance.md``."""

from __future__ import annotations

from typing import Any

MEBI = 1 << 20


def render(results: dict[str, Any]) -> str:
    """Every measurement as Markdown."""
    parts = []
    for name, measured in results.items():
        if name.startswith("night "):
            parts.append(night(measured))
        elif name.startswith("screens "):
            parts.append(screens(name.removeprefix("screens "), measured))
        elif name.startswith("policies "):
            from bench.policies import render as policies

            parts.append(policies(name.removeprefix("policies "), measured))
        elif name == "audit":
            from bench.audit import render as audit

            parts.append(audit(measured))
        elif name.startswith("day "):
            from bench.day import render as day

            parts.append(day(measured))
        elif name == "encryption":
            from bench.encryption import render as encryption

            parts.append(encryption(measured))
        elif name.startswith("identity "):
            from bench.identity import render as identity

            parts.append(identity(measured))
        elif name == "steward":
            from bench.steward import render as steward

            parts.append(steward(measured))
        elif name == "files":
            from bench.files import render as files

            parts.append(files(measured))
    return "\n\n".join(parts)


def night(measured: dict[str, Any]) -> str:
    """One bank's nights: the opening and the measured day by step, and the ratio to the floor."""
    floor = measured["floor"]
    lines = [
        f"### {measured['customers']:,} customers, {measured['history']} days of history, then one more day",
        "",
        "| night | step | seconds | rows | rows a second | peak memory |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for word, one in (("opening", measured["nights"][0]), ("one more day", measured["nights"][-1])):
        for step in one["steps"]:
            lines.append(
                f"| {word} | {step['name']} | {step['seconds']:.1f} | {step['rows']:,} |"
                f" {step['rows'] / step['seconds']:,.0f} | {step['peak_bytes'] / MEBI:,.0f} MiB |"
            )
        lines.append(f"| {word} | **all** | **{one['seconds']:.1f}** | | | |")
    lines += [
        "",
        (
            f"Floor of that day ({floor['rows']:,} rows, {floor['bytes'] / 1e6:,.0f} MB): {floor['seconds']:.1f} s;"
            f" the night took **{measured['ratio']:.1f} times** the floor."
        ),
    ]
    return "\n".join(lines)


def screens(customers: str, measured: list[dict[str, Any]]) -> str:
    """Every screen beside its bare SQL and the empty view, for one client and eight; what the policies cost."""
    lines = [
        f"### Screens at {int(customers):,} customers, warm (milliseconds)",
        "",
        (
            "| screen | clients | p50 | p95 | p50 without policies | p95 | empty view p50 | p95 | bare SQL p50 | p95 |"
            " p95 : (SQL + empty) |"
        ),
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    without = {(row["screen_name"], row["clients"]): row for row in measured if not row["row_security"]}
    for row in measured:
        if not row["row_security"]:
            continue
        shown, empty, sql = row["screen"], row["empty"], row["sql"]
        bare = without[row["screen_name"], row["clients"]]["screen"]
        lines.append(
            f"| {row['screen_name']} | {row['clients']} | {shown['p50']:.1f} | {shown['p95']:.1f} |"
            f" {bare['p50']:.1f} | {bare['p95']:.1f} | {empty['p50']:.1f} | {empty['p95']:.1f} |"
            f" {sql['p50']:.1f} | {sql['p95']:.1f} | {row['ratio_p95']:.1f} |"
        )
    return "\n".join(lines)
