"""``write_bank``: a synthetic bank's files, from the opening to the last night, into an inbox."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

from guanxi.demo.agreements import create_agreements, number_agreements
from guanxi.demo.cast import OUTSIDER, cast_of, create_staff_rows
from guanxi.demo.catalogue import create_catalogue
from guanxi.demo.days import queries
from guanxi.demo.details import create_changes, create_contacts, create_identifiers, create_relations
from guanxi.demo.duplicates import create_duplicates, write_truth
from guanxi.demo.files import formats
from guanxi.demo.inbox import already_written, mark, writing
from guanxi.demo.ledger import create_ledger, create_month_ends, create_movements
from guanxi.demo.making import Making, open_making
from guanxi.demo.network import SubBranch, create_institutions, sub_branches
from guanxi.demo.organisations import create_organisations
from guanxi.demo.parties import create_parties, create_staff
from guanxi.demo.persons import create_persons
from guanxi.demo.roles import create_roles
from guanxi.demo.spec import BankSpec, WrittenBank, WrittenFile
from guanxi.demo.spoil import Spoiler
from guanxi.warehouse.landing.contract import Delivery
from guanxi.warehouse.landing.formats import write_feed
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.landing.write import write_table
from guanxi.warehouse.progress import Progress, Silent

__all__ = ["BankSpec", "WrittenBank", "write_bank"]

# Raised when the same spec gives other files than before, so that an inbox of the old ones is not taken for the new.
VERSION = 4

# What is made, and about how long each takes, beside the others.
STEPS: tuple[tuple[str, int, Callable[[Making, list[SubBranch]], None]], ...] = (
    ("institutions", 1, create_institutions),
    ("persons", 12, create_persons),
    ("organisations", 2, lambda making, _: create_organisations(making)),
    ("parties", 3, lambda making, _: create_parties(making)),
    ("staff", 2, lambda making, _: create_staff(making)),
    ("posts", 1, create_staff_rows),
    ("catalogue", 1, lambda making, _: create_catalogue(making)),
    ("agreements", 14, lambda making, _: create_agreements(making)),
    ("account numbers", 4, lambda making, _: number_agreements(making)),
    ("movements", 6, lambda making, _: create_movements(making)),
    ("ledger", 16, lambda making, _: create_ledger(making)),
    ("month-ends", 4, lambda making, _: create_month_ends(making)),
    ("changes", 1, lambda making, _: create_changes(making)),
    ("identifiers", 2, lambda making, _: create_identifiers(making)),
    ("contacts", 4, lambda making, _: create_contacts(making)),
    ("relations", 1, lambda making, _: create_relations(making)),
    ("roles", 3, lambda making, _: create_roles(making)),
    ("duplicates", 1, lambda making, _: create_duplicates(making)),
)
# The same for the opening's files; a night's are a few hundredths of it.
FILES = {"party": 4, "contact_point": 4, "agreement": 8, "agreement_party": 2, "balance": 45, "event": 25}


def write_bank(spec: BankSpec, inbox: Path, progress: Progress | None = None) -> WrittenBank:
    """Writes the bank's day folders and ``feed.toml`` into ``inbox``; returns what it wrote.

    Everything is written aside and renamed at the end: a killed call starts again cleanly, and a second one with the
    same spec only reads what the first one noted. An inbox of another spec is replaced; raises ``FileExistsError``
    where the folder holds files that no demo bank wrote. Takes about two minutes for a million customers with thirty
    days of history on two cores, and less than 6 GiB of memory.
    """
    fingerprint = spec.fingerprint(VERSION)
    written = already_written(inbox, fingerprint)
    if written is not None:
        return written
    with writing(inbox) as folder:
        written = _Writing(spec, folder, progress or Silent()).write()
        mark(folder, fingerprint, written)
    return written


class _Writing:
    """One bank being written: how far it is, and what has been written."""

    def __init__(self, spec: BankSpec, folder: Path, progress: Progress) -> None:
        self.spec = spec
        self.folder = folder
        self.progress = progress
        self.files: list[WrittenFile] = []
        self.done = 0
        nights = spec.nights * len(TABLES)
        self.total = sum(weight for _, weight, _ in STEPS) + sum(FILES.get(name, 1) for name in TABLES) + nights

    def write(self) -> WrittenBank:
        work = self.folder / ".making"
        making = open_making(self.spec, work)
        try:
            subs = sub_branches(making)
            for name, weight, step in STEPS:
                self.progress.report(self.done, self.total, name)
                step(making, subs)
                self.done += weight
            spoiler = Spoiler(making)
            write_feed(self.folder, formats(plain=self.spec.plain))
            write_truth(making, self.folder)
            for day in self.spec.days:
                self._day(making, spoiler, day)
            institutions = making.connection.execute(
                "SELECT institution_id, institution_name, institution_name_en FROM institution"
            ).fetchall()
            names = {number: (name, english) for number, name, english in institutions}
            counts = _counts(making)
        finally:
            making.connection.close()
            shutil.rmtree(work, ignore_errors=True)
        self.progress.report(self.total, self.total)
        return WrittenBank(
            days=self.spec.days,
            cast=cast_of(
                branch=names["810100"],
                sub=names[subs[0].institution_id],
                other=names[f"81{OUTSIDER[:4]}"],
                book=("有贵宾、有到期、有逾期，个人企业都有", "persons and firms, with VIPs, maturities and arrears"),
            ),
            files=tuple(self.files),
            spoilt=tuple(spoiler.found),
            counts=counts,
        )

    def _day(self, making: Making, spoiler: Spoiler, day: date) -> None:
        opening = day == self.spec.opening_day
        chosen = formats(plain=self.spec.plain)
        folder = self.folder / day.isoformat()
        spoiler.next_day(None if opening else self.spec.days[self.spec.days.index(day) - 1])
        for name, query in queries(making, day).items():
            self.progress.report(self.done, self.total, f"{day} {name}")
            table = TABLES[name]
            control = write_table(
                connection=making.connection,
                query=query,
                table=table,
                format=chosen[name],
                folder=folder,
                business_date=day,
                delivery=Delivery.FULL if opening else table.delivery,
                opening=opening,
            )
            if self.spec.bad_rows:
                control = spoiler.spoil(table=table, form=chosen[name], control=control, folder=folder, query=query)
            size = (folder / control.file).stat().st_size
            self.files.append(WrittenFile(day, name, control.file, control.rows, size))
            self.done += FILES.get(name, 1) if opening else 1


def _counts(making: Making) -> dict[str, int]:
    """How many of each were made, before any row was spoilt: over all days, and by kind of agreement."""
    counts = {
        name: making.connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
        for name, table in (
            ("institutions", "institution"),
            ("staff", "staff"),
            ("persons", "person"),
            ("organisations", "organisation"),
            ("agreements", "agreement"),
            ("events", "event"),
        )
    }
    kinds = making.connection.execute(
        "SELECT agreement_kind, count(*) FROM agreement GROUP BY ALL ORDER BY 1"
    ).fetchall()
    return counts | dict(kinds)
