"""What the acceptance tests of whole nights share: a small bank's files, and a warehouse with its database."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.apps import apps

from guanxi.crm.kernel.sealed import sealed_fields
from guanxi.demo.bank import BankSpec, write_bank
from guanxi.sealing import context_of, unseal_column
from guanxi.warehouse.night.options import NightOptions
from guanxi.warehouse.sealing import PLAIN, content_digest
from tests.environment import NAME

SPEC = BankSpec(customers=400, daily_days=12, month_ends=3, nights=2)

# Written anew at every publication, or by the clock: everything else must come out the same.
PUBLISHED = (
    "org_institution", "org_post", "party_party", "party_partyidentifier", "party_contactpoint",
    "party_partyrelation", "party_linkedparty", "party_searchtoken", "holding_product", "holding_productrate",
    "holding_agreement", "holding_agreementparty", "holding_event", "insight_customerfigure", "insight_agreementfigure",
    "insight_agreementmonth", "insight_customermonth", "insight_balancechange", "insight_tierchange",
    "insight_movement", "insight_maturity", "insight_alert", "insight_bookday", "insight_assumption",
    "insight_ownership", "insight_groupmember", "insight_guaranteecircle", "insight_householdmember", "identity_field",
)  # fmt: skip
# An agreement's balance date is the business date at which the row was last written: which nights were published in
# between, wrong ones too, shows in it.
BY_CLOCK = {"org_post": ("id",), "holding_agreement": ("balance_date",)}
# Of these the date before stays for those who still read it, as long as no night is run again.
DAILY = {"insight_customerfigure", "insight_agreementfigure", "insight_maturity", "insight_alert"}


def sealed_columns(table: str) -> dict[str, tuple[str, list[str]]]:
    """The encrypted columns of a table: the label of each and the columns of its row's key."""
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    columns = {field.attname: field.column for field in model._meta.concrete_fields}
    return {field.column: (field.label, [columns[name] for name in field.key]) for field in sealed_fields(model)}


def _with_opened(rows: list[tuple], sealed: dict[str, tuple[str, list[str]]]) -> list[list[bytes]]:
    """What each row's digest was, and after it what its encrypted columns hold."""
    made, place = [[row[0].encode()] for row in rows], 1
    for label, key in sealed.values():
        contexts = [context_of(row[place + 1 : place + 1 + len(key)]) for row in rows]
        for one, value in zip(made, unseal_column(label, contexts, [row[place] for row in rows]), strict=True):
            one.append(b"-" if value is None else b"+" + value)
        place += 1 + len(key)
    return made


@dataclass(frozen=True)
class House:
    """One warehouse with its inbox and database."""

    options: NightOptions

    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to work on this house."""
        return (
            os.environ
            | {
                "DATABASE_URL": self.options.database_url,
                "GUANXI_INBOX": str(self.options.inbox),
                "GUANXI_WAREHOUSE": str(self.options.warehouse),
                "GUANXI_VAR": str(self.options.warehouse.parent / "var"),
                "GUANXI_THREADS": "2",
            }
            | ({} if self.options.link else {"GUANXI_LINK": "0"})
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The guanxi command as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "guanxi.cli", *arguments],
            env=self.environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip

    def command(self, *arguments: str) -> tuple[int, str]:
        """Runs the guanxi command to its end; returns its exit status and all that it printed."""
        process = self.start(*arguments)
        printed, _ = process.communicate(timeout=300)
        return process.returncode, printed

    def query(self, sql: str, *parameters: object) -> list[tuple]:
        """Rows of the house's database."""
        with psycopg.connect(self.options.database_url) as connection:
            return connection.execute(sql, parameters).fetchall()

    def contents(self) -> dict[str, str]:
        """A digest of each published table's rows at the business date, the same for the same rows in any order.

        What is encrypted is opened: its bytes are never the same twice.
        """
        digests = {}
        with psycopg.connect(self.options.database_url) as connection:
            for table in PUBLISHED:
                sealed = sealed_columns(table)
                minus = "".join(f" - '{column}'" for column in (*BY_CLOCK.get(table, ()), *sealed))
                wanted = "".join(f", t.{name}" for column, (_label, key) in sealed.items() for name in (column, *key))
                today = " where business_date = (select max(business_date) from insight_publication)"
                rows = connection.execute(
                    f"select md5((to_jsonb(t){minus})::text){wanted} from {table} t{today * (table in DAILY)}"
                ).fetchall()
                digests[table] = hashlib.sha256(repr(sorted(_with_opened(rows, sealed))).encode()).hexdigest()
        return digests

    def files(self) -> dict[str, str]:
        """A digest of the content of each of the warehouse's Parquet files: its rows, in any order.

        Their bytes are never the same twice: each is encrypted with nonces of its own.
        """
        root = self.options.warehouse
        with PLAIN.connect() as connection:
            return {
                str(file.relative_to(root)): content_digest(connection, [file])
                for file in sorted(root.rglob("*.parquet"))
                if file.relative_to(root).parts[0] not in {"work", "dbt"}
            }

    def business_date(self) -> date | None:
        """The business date that the staff see."""
        rows = self.query("select business_date from insight_publication order by id desc limit 1")
        return rows[0][0] if rows else None


def house(folder: Path, database_url: str) -> House:
    """A house with empty folders on an empty database."""
    for name in ("inbox", "warehouse", "var"):
        (folder / name).mkdir(parents=True)
    return House(_options(folder, database_url))


def _options(folder: Path, database_url: str) -> NightOptions:
    """Without linking, of which ``test_identity_golden.py`` is: the small bank has nobody twice."""
    return NightOptions(inbox=folder / "inbox", warehouse=folder / "warehouse", database_url=database_url, link=False)


@dataclass(frozen=True)
class Photograph:
    """A house as it stood at one moment: its folder copied, its database kept as a template."""

    folder: Path
    database: str

    def copy(self, folder: Path) -> House:
        """A house of its own that stands as the photographed one did."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return House(_options(folder, copy_database(self.database)))


def photograph(taken: House, folder: Path) -> Photograph:
    """Keeps a house as it stands now; nobody may be connected to its database."""
    shutil.copytree(taken.options.warehouse.parent, folder, symlinks=True)
    return Photograph(folder, urlsplit(copy_database(urlsplit(taken.options.database_url).path[1:])).path[1:])


def copy_database(template: str) -> str:
    """A new database like ``template``; returns its address. Dropped with all of its kind by :func:`drop_copies`."""
    name = f"house_{NAME}_{secrets.token_hex(6)}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f'create database "{name}" template "{template}"')
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def drop_copies() -> None:
    """Drops every database that :func:`copy_database` made in this or an interrupted earlier run of the same name."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        names = connection.execute("select datname from pg_database where datname like %s", (f"house_{NAME}_%",))
        for (name,) in names.fetchall():
            connection.execute(f'drop database if exists "{name}" with (force)')


def bank_files(folder: Path) -> Path:
    """The day folders of the small bank."""
    write_bank(SPEC, folder, None)
    return folder


def deliver(files: Path, inbox: Path, *days: date) -> None:
    """Puts day folders (all, where none is named) and the feed's description into an inbox, as links to the files."""
    feed = files / "feed.toml"
    if feed.exists() and not (inbox / "feed.toml").exists():
        (inbox / "feed.toml").symlink_to(feed)
    for day in days or SPEC.days:
        target = inbox / day.isoformat()
        target.mkdir()
        for file in (files / day.isoformat()).iterdir():
            (target / file.name).symlink_to(file)
