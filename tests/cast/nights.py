"""The cast's nights: runs with steps, files, tests, reconciliations, and rows kept aside."""

from __future__ import annotations

import datetime
from decimal import Decimal

from guanxi.crm.quality.models import (
    FileDelivery,
    QuarantinedRow,
    Reconciliation,
    Run,
    RunStep,
    TestResult,
)
from tests.cast.bank import DAY, PREVIOUS

ZONE = datetime.timezone(datetime.timedelta(hours=8))
STEPS = (("land", 12_400), ("prepare", 12), ("build", 9_800), ("test", 64), ("publish", 9_800))
TABLES = (("party", 60, 1), ("agreement", 180, 3), ("balance", 180, 0), ("event", 420, 8))


def _at(date: datetime.date, hour: int, minute: int) -> datetime.datetime:
    return datetime.datetime(date.year, date.month, date.day, hour, minute, tzinfo=ZONE)


def runs() -> list[Run]:
    """Two good nights, and one that stopped before the last was run again."""
    done, stopped = Run.Status.DONE, Run.Status.STOPPED
    problem = {"file": "event_20261120.dat", "what": "row count differs", "stated": 428, "found": 420}
    return [
        Run(
            id="00000000-0000-0000-0000-000000000001",
            business_date=PREVIOUS,
            previous_business_date=datetime.date(2026, 11, 18),
            status=done,
            started_at=_at(PREVIOUS, 23, 30),
            finished_at=_at(PREVIOUS, 23, 41),
            folder="20261119",
        ),
        Run(
            id="00000000-0000-0000-0000-000000000009",
            business_date=DAY,
            previous_business_date=PREVIOUS,
            status=stopped,
            started_at=_at(DAY, 23, 5),
            finished_at=_at(DAY, 23, 6),
            folder="20261120",
            problems=[problem],
        ),
        Run(
            id="00000000-0000-0000-0000-000000000002",
            business_date=DAY,
            previous_business_date=PREVIOUS,
            status=done,
            started_at=_at(DAY, 23, 30),
            finished_at=_at(DAY, 23, 41),
            folder="20261120",
        ),
    ]


def steps(runs: list[Run]) -> list[RunStep]:
    """Five steps of each good night; the stopped one never got beyond the first."""
    made = []
    for run in runs:
        for position, (name, rows) in enumerate(STEPS if run.status == Run.Status.DONE else STEPS[:1]):
            made.append(
                RunStep(
                    id=len(made) + 1,
                    run_id=run.id,
                    position=position,
                    name=name,
                    status=run.status,
                    started_at=run.started_at + datetime.timedelta(minutes=2 * position),
                    seconds=7.5 + position,
                    rows=rows,
                    peak_bytes=210_000_000 + 1_000_000 * position,
                    done=rows,
                    total=rows,
                )
            )
    return made


def files(runs: list[Run]) -> list[FileDelivery]:
    """Four files a night."""
    made = []
    for run in runs:
        for table, rows, aside in TABLES:
            made.append(
                FileDelivery(
                    id=len(made) + 1,
                    run_id=run.id,
                    table=table,
                    file=f"{table}_{run.business_date:%Y%m%d}.dat",
                    delivery="full",
                    encoding="gb18030",
                    bytes=rows * 120,
                    rows=rows,
                    accepted=rows - aside,
                    quarantined=aside,
                    amount_total=Decimal("184250311.07") if table != "party" else None,
                    sha256="ab" * 32,
                )
            )
    return made


def tests(runs: list[Run]) -> list[TestResult]:
    """Four data tests a good night; one warns, more the last time."""
    made = []
    for run in runs:
        if run.status != Run.Status.DONE:
            continue
        for name, model, column, severity, failures in (
            ("unique_core_party_party_id", "core_party", "party_id", "error", 0),
            ("relationships_core_agreement_party_id", "core_agreement", "party_id", "error", 0),
            ("accepted_values_core_agreement_status", "core_agreement", "status", "warn", 0),
            ("balance_not_negative", "core_agreement", "balance", "warn", 3 if run.business_date == DAY else 1),
        ):
            made.append(
                TestResult(
                    id=len(made) + 1,
                    run_id=run.id,
                    name=name,
                    model=model,
                    column=column,
                    severity=severity,
                    status="warn" if failures else "pass",
                    failures=failures,
                    message=f"Got {failures} results, configured to warn if != 0" if failures else "",
                )
            )
    return made


def reconciliations(runs: list[Run]) -> list[Reconciliation]:
    """Two rules a good night: one agrees, on the last night one is a cent off."""
    made = []
    for run in runs:
        if run.status != Run.Status.DONE:
            continue
        off = Decimal("0.01") if run.business_date == DAY else Decimal(0)
        for rule, figure, difference in (
            ("contribution_customers_agreements", Decimal("182734.55"), Decimal(0)),
            ("deposit_ledger", Decimal("84250311.07"), off),
        ):
            made.append(
                Reconciliation(id=len(made) + 1, run_id=run.id, rule=rule, expected=figure, actual=figure + difference)
            )
    return made


def quarantined() -> list[QuarantinedRow]:
    """Twelve rows of the last night: wrong encoding, column count, type, reference, range."""
    broken = [
        ("party", "", "encoding", b"P90001|person|\xd5\xc5\xff|", "bytes are not GB18030"),
        (
            "agreement",
            "party_id",
            "reference",
            "A900001|demand_deposit||D001|P99999|B11|CNY".encode("gb18030"),
            "no such party",
        ),
        (
            "agreement",
            "currency",
            "type",
            "A900002|demand_deposit||D001|P00001|B11|人民币".encode("gb18030"),
            "too long",
        ),
        ("agreement", "", "columns", b"A900003|demand_deposit", "2 columns instead of 20"),
    ]
    broken += [
        (
            "event",
            "amount",
            "range",
            f"V90000{n}|A000001|20261120 101500|purchase||D|-{n}.00".encode(),
            "negative amount",
        )
        for n in range(8)
    ]
    return [
        QuarantinedRow(
            id=position,
            business_date=DAY,
            table=table,
            file=f"{table}_20261120.dat",
            line=100 + position,
            column=column,
            rule=rule,
            message=message,
            raw=raw,
            encoding="gb18030",
        )
        for position, (table, column, rule, raw, message) in enumerate(broken, 1)
    ]
