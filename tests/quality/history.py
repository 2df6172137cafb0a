"""A month of nights for their screens: runs, files, tests, and rows kept aside in the ways that real files break."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field
from decimal import Decimal

from guanxi.crm.quality.models import FileDelivery, QuarantinedRow, Reconciliation, Run, RunStep, TestResult

ZONE = datetime.timezone(datetime.timedelta(hours=8))
LAST = datetime.date(2026, 11, 20)
STEPS = (("land", 71.2, 3_412_000), ("build", 96.8, 9_120_400), ("publish", 38.4, 1_204_882))
FILES = (
    ("institution", "full", 62),
    ("staff", "full", 1_204),
    ("product", "full", 118),
    ("party", "increment", 1_430),
    ("party_identifier", "increment", 1_502),
    ("contact_point", "increment", 2_210),
    ("agreement", "full", 502_118),
    ("agreement_party", "increment", 1_905),
    ("balance", "full", 502_118),
    ("event", "increment", 214_377),
    ("exchange_rate", "full", 24),
)
TESTS = (
    ("unique_core_party_party_id", "core_party", "party_id", "error"),
    ("not_null_core_party_party_name", "core_party", "party_name", "error"),
    ("relationships_core_agreement_party_id", "core_agreement", "party_id", "error"),
    ("accepted_values_core_agreement_status", "core_agreement", "status", "warn"),
    ("balance_without_agreement", "core_agreement", "agreement_id", "warn"),
    ("unique_customer_figure_party_id", "customer_figure", "party_id", "error"),
    ("customer_contribution_is_the_sum_of_agreements", "customer_figure", "contribution_r12", "error"),
    ("tier_is_known", "customer_figure", "tier", "error"),
    ("event_balance_runs_on", "core_event", "balance_after", "warn"),
    ("unique_core_event_event_id", "core_event", "event_id", "error"),
    ("movement_is_large", "movement", "moved", "warn"),
)

PARTY = (
    "U|+|{id}|+|person|+|{name}|+||+|F|+|19880214|+|CHN|+|bachelor|+|教师|+|180000.00|+||+||+||+||+||+|B11|+|1111"
    "|+|20150601|+|C3|+|low|+|0|+|active"
)
EVENT = (
    "{id}|+|A000001|+|20261120101500|+|purchase|+|P01|+|D|+|{amount}|+|1204.50|+|mobile|+|{who}|+|6222000011112222"
    "|+|工商银行|+|0.00|+|网上购物"
)


@dataclass
class History:
    """What was made; ``rows`` are the rows kept aside by what is wrong with them."""

    runs: list[Run] = field(default_factory=list)
    rows: dict[str, QuarantinedRow] = field(default_factory=dict)


def build(nights: int = 30, *, waiting: int = 24, seed: int = 7) -> History:
    """``nights`` finished nights up to 2026-11-20, the last with a warning, a failed test once, and rows kept aside."""
    chance = random.Random(seed)
    made = History()
    for position in range(nights):
        day = LAST - datetime.timedelta(days=nights - 1 - position)
        made.runs.append(_night(day, chance, position, last=position == nights - 1))
    if waiting:
        _rows(made, made.runs[-1], waiting)
    return made


def stopped_run(day: datetime.date = LAST) -> Run:
    """A run that stopped on a file that was cut short."""
    run = Run.objects.create(
        id=f"stopped-{day:%Y%m%d}",
        business_date=day,
        previous_business_date=day - datetime.timedelta(days=1),
        status=Run.Status.STOPPED,
        started_at=_at(day, 23, 50),
        finished_at=_at(day, 23, 51),
        folder=f"/data/inbox/{day}",
        problems=[
            {
                "file": "event.dat.gz",
                "rule": "rows",
                "message": "event.dat.gz holds 214,370 rows; its control file states 214,377.",
                "what_to_do": "Have the file delivered again, whole, and start the night's job.",
            }
        ],
    )
    RunStep.objects.create(
        run=run, position=0, name="land", status="stopped", started_at=run.started_at, seconds=41.0, done=3, total=14
    )
    return run


def running_run(day: datetime.date = LAST) -> Run:
    """A run at work on its second step."""
    run = Run.objects.create(
        id=f"running-{day:%Y%m%d}",
        business_date=day,
        previous_business_date=day - datetime.timedelta(days=1),
        status=Run.Status.RUNNING,
        started_at=datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=95),
        folder=f"/data/inbox/{day}",
    )
    RunStep.objects.create(
        run=run, position=0, name="land", status="done", started_at=run.started_at, seconds=62.4, rows=3_412_000,
        peak_bytes=1_204_000_000, done=14, total=14,
    )  # fmt: skip
    RunStep.objects.create(
        run=run, position=1, name="build", status="running",
        started_at=run.started_at + datetime.timedelta(seconds=62), done=31, total=74, detail="core_agreement",
    )  # fmt: skip
    return run


def _night(day: datetime.date, chance: random.Random, position: int, *, last: bool) -> Run:
    run = Run.objects.create(
        id=f"run-{day:%Y%m%d}",
        business_date=day,
        previous_business_date=day - datetime.timedelta(days=1),
        status=Run.Status.DONE,
        started_at=_at(day, 23, 30),
        finished_at=_at(day, 23, 34),
        folder=f"/data/inbox/{day}",
    )
    begun = run.started_at
    for number, (name, seconds, rows) in enumerate(STEPS):
        took = seconds * chance.uniform(0.85, 1.2)
        RunStep.objects.create(
            run=run, position=number, name=name, status="done", started_at=begun, seconds=took, rows=rows,
            peak_bytes=round(1.9e9 * chance.uniform(0.6, 1.1)), done=10, total=10,
        )  # fmt: skip
        begun += datetime.timedelta(seconds=took)
    FileDelivery.objects.bulk_create(_file(run, chance, each, last=last) for each in FILES)
    TestResult.objects.bulk_create(_test(run, chance, each, position, last=last) for each in TESTS)
    total = Decimal("18275044213.56") + position
    Reconciliation.objects.bulk_create(
        [
            Reconciliation(run=run, rule="contribution_of_customers", expected=total / 100, actual=total / 100),
            Reconciliation(run=run, rule="balance_of_files", expected=total, actual=total),
            Reconciliation(
                run=run,
                rule="events_by_direction",
                expected=total / 7,
                actual=total / 7 - (Decimal("0.01") if last else 0),
            ),
        ]
    )
    return run


def _file(run: Run, chance: random.Random, spec: tuple[str, str, int], *, last: bool) -> FileDelivery:
    table, delivery, usual = spec
    spread = 0.002 if delivery == "full" else 0.12
    rows = max(1, round(usual * chance.uniform(1 - spread, 1 + spread)))
    if last and table == "contact_point":
        rows *= 4
    aside = round(rows * chance.uniform(0.0004, 0.0015)) if table in ("party", "agreement", "event") else 0
    return FileDelivery(
        run=run, table=table, file=f"{table}.dat{'.gz' if table == 'event' else ''}", delivery=delivery,
        encoding="gb18030", bytes=rows * 141, rows=rows, accepted=rows - aside, quarantined=aside,
        amount_total=Decimal(rows) * Decimal("31250.07") if table in ("agreement", "balance", "event") else None,
        sha256="9f" * 32,
    )  # fmt: skip


def _test(run: Run, chance: random.Random, spec: tuple[str, str, str, str], position: int, *, last: bool) -> TestResult:
    name, model, column, severity = spec
    failures = 0
    if name == "balance_without_agreement" and (last or chance.random() < 0.3):
        failures = chance.randint(1, 40)
    if name == "tier_is_known" and position == 11:
        failures = 3
    if name == "event_balance_runs_on":
        failures = max(0, position - 21) * 4
    bad = "fail" if severity == "error" else "warn"
    return TestResult(
        run=run, name=name, model=model, column=column, severity=severity, status=bad if failures else "pass",
        failures=failures, message=f"Got {failures} results, configured to {bad} if != 0" if failures else "",
    )  # fmt: skip


def _rows(made: History, run: Run, waiting: int) -> None:
    half = _party("P00031", "王芳").replace("芳".encode("gb18030"), b"\xb7\xff")
    foreign = _party("P00034", "赵敏").replace(b"bachelor", "本科".encode("gb18030"))
    nowhere = _party("P00035", "周杰").replace(b"|+|B11|+|", b"|+|B99|+|")
    broken: list[tuple[str, str, str, str, bytes, str]] = [
        ("encoding", "party", "", "encoding", half,
         "The line is not valid GB18030: the bytes FF at byte 28 are no character."),
        ("required", "party", "party_name", "required", _party("P00032", ""),
         "party_name is empty: it must have a value."),
        ("columns", "party", "", "columns", _party("P00033", "李强|+|先生"),
         "The line has 24 columns where the contract has 23."),
        ("value", "party", "education", "value", foreign,
         "education is '本科': it must be one of primary, secondary, college, bachelor, postgraduate."),
        ("reference", "party", "institution_id", "reference", nowhere,
         "institution_id is 'B99': no institution of this number in today's institution file."),
    ]  # fmt: skip
    for number in range(max(0, waiting - len(broken))):
        raw = EVENT.format(id=f"E{900000 + number}", amount=f"-{number + 1}.00", who="美团外卖").encode("gb18030")
        message = f"amount is '-{number + 1}.00': it must be at least 0."
        broken.append((f"event-{number}", "event", "amount", "range", raw, message))
    for line, (name, table, column, rule, raw, message) in enumerate(broken, 101):
        made.rows[name] = QuarantinedRow.objects.create(
            business_date=run.business_date, table=table, file=f"{table}.dat", line=line * 37, column=column,
            rule=rule, message=message, raw=raw, encoding="gb18030",
        )  # fmt: skip


def _party(number: str, name: str) -> bytes:
    return PARTY.format(id=number, name=name).encode("gb18030")


def _at(day: datetime.date, hour: int, minute: int) -> datetime.datetime:
    return datetime.datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
