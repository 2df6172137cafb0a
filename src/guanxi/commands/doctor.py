"""``guanxi doctor``: what a bank's administrator must mend before (and while) Guanxi runs, and how."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg

OK, WARN, FAIL = "ok", "warn", "FAIL"
DISK_NEEDED = 10 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: a verdict, the fact, and what to do where it is not well."""

    verdict: str
    what: str
    mend: str = ""


def run() -> int:
    """Runs every check and prints its findings; returns 1 where something must be mended."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.crm.config.settings")
    failed = False
    for title, check in CHECKS:
        try:
            findings = list(check())
        except Exception as error:  # a doctor who falls ill himself must still say of what
            findings = [Finding(FAIL, f"{type(error).__name__}: {error}", "Report this message.")]
        for finding in findings:
            failed = failed or finding.verdict == FAIL
            print(f"{finding.verdict:<5} {title:<12} {finding.what}")
            if finding.verdict != OK:
                print(f"{'':<19}-> {finding.mend}")
    print("\nsomething must be mended" if failed else "\nall is well enough to run")
    return 1 if failed else 0


def versions() -> Iterator[Finding]:
    """Python and the packages that must match one another."""
    found = ".".join(map(str, sys.version_info[:3]))
    yield Finding(OK, f"Python {found}, Guanxi {importlib.metadata.version('guanxi')}")
    engine = importlib.metadata.version("duckdb")
    for word, name in (("PostgreSQL", "postgres-scanner"), ("OpenSSL", "httpfs")):
        extension = importlib.metadata.version(f"duckdb-extension-{name}")
        if engine == extension:
            yield Finding(OK, f"DuckDB {engine} and its {word} extension")
        else:
            yield Finding(
                FAIL,
                f"DuckDB {engine} with the {word} extension of {extension}",
                "Install the versions of requirements/base.lock: they must be the same.",
            )


def database() -> Iterator[Finding]:
    """The operational database: reachable, new enough, the right encoding, migrated, and how old its data are."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        yield Finding(
            WARN,
            "no DATABASE_URL: the embedded PostgreSQL is used",
            "Name the bank's own PostgreSQL 18 in DATABASE_URL before a second branch works with it.",
        )
        from guanxi.startup import prepare

        prepare()
        url = os.environ["DATABASE_URL"]
    try:
        connection = psycopg.connect(url, connect_timeout=5, autocommit=True)
    except psycopg.OperationalError as error:
        yield Finding(
            FAIL,
            f"not reachable: {str(error).strip().splitlines()[-1]}",
            "Check DATABASE_URL, that the server runs, and pg_hba.conf.",
        )
        return
    with connection:
        number = connection.info.server_version
        if number < 180000:
            yield Finding(FAIL, f"PostgreSQL {number // 10000}", "Guanxi needs PostgreSQL 18.")
        else:
            yield Finding(OK, f"PostgreSQL {number // 10000}.{number % 10000}")
        encoding = connection.execute("show server_encoding").fetchone()
        if not encoding or encoding[0] != "UTF8":
            yield Finding(FAIL, f"encoding {encoding}", "Create the database with: encoding 'UTF8' template template0.")
        may = connection.execute(
            "select has_database_privilege(current_database(), 'CREATE'), has_schema_privilege('public', 'CREATE')"
        ).fetchone()
        if may != (True, True):
            yield Finding(
                FAIL,
                "the user may not create schemas and tables",
                "Make the user of DATABASE_URL the owner of the database.",
            )
        yield from migrations(connection)
        yield from row_security(connection)


def row_security(connection: psycopg.Connection) -> Iterator[Finding]:
    """Whether the site connects as a role that policies bind, and whether they cost it no index."""
    from guanxi.postgres import WEB_ROLE, site_environment

    if not connection.execute("select 1 from pg_roles where rolname = %s", [WEB_ROLE]).fetchone():
        yield Finding(
            FAIL,
            f"there is no role {WEB_ROLE}",
            f"As the database's administrator: create role {WEB_ROLE} login password '...'; then run: guanxi migrate",
        )
    elif "GUANXI_ROW_SECURITY" not in site_environment():
        yield Finding(
            WARN,
            "the site connects as the owner, whom row-level security does not bind",
            f"Name the database as {WEB_ROLE} in GUANXI_WEB_DATABASE_URL.",
        )
    else:
        yield Finding(OK, f"the site connects as {WEB_ROLE}, behind row-level security")
    leaky = connection.execute(
        "select count(*) from pg_proc where proname = any (%s) and pronargs = 2 and not proleakproof",
        [["numeric_eq", "numeric_lt", "numeric_le", "numeric_gt", "numeric_ge"]],
    ).fetchone()
    if leaky and leaky[0]:
        yield Finding(
            WARN,
            "comparisons of amounts are not declared leakproof: later pages of long lists are slow",
            "As a superuser: alter function pg_catalog.numeric_lt(numeric, numeric) leakproof; "
            "the same for numeric_eq, numeric_le, numeric_gt, numeric_ge.",
        )


def migrations(connection: psycopg.Connection) -> Iterator[Finding]:
    """Whether the database is of this version, and what business date it shows."""
    import django
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    django.setup()
    executor = MigrationExecutor(connections["default"])
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        yield Finding(FAIL, f"{len(waiting)} migrations wait", "Run: guanxi migrate")
        return
    yield Finding(OK, "migrated")
    yield from keys_in_use()
    newest = connection.execute("select business_date from insight_publication order by id desc limit 1").fetchone()
    if newest is None:
        yield Finding(
            WARN, "nothing is published yet", "Put the first day's folder into the inbox and run: guanxi night"
        )
    elif newest[0] < date.today() - timedelta(days=3):  # noqa: DTZ011 - the bank's own calendar day
        yield Finding(WARN, f"the newest business date is {newest[0]}", "Look at the runs page, or run: guanxi night")
    else:
        yield Finding(OK, f"business date {newest[0]}")


def keys_in_use() -> Iterator[Finding]:
    """Whether every key is there that sealed something in the database."""
    from guanxi.commands.keys import keys_used
    from guanxi.keyring import KeyringError, keyring, keys_file

    try:
        known = {key.id for key in keyring().keys}
    except KeyringError:
        return  # said by the check of the keys
    used = keys_used()
    for key_id in sorted(set(used) - known):
        yield Finding(
            FAIL,
            f"the data key {key_id} is missing, and {used[key_id]:,} values need it",
            f"Put its line back into {keys_file()} from the copy that was kept.",
        )
    if not set(used) - known:
        yield Finding(OK, f"every data key that is needed is there ({', '.join(sorted(used)) or 'none yet'})")


def secrets() -> Iterator[Finding]:
    """The signing key, debugging, and how the site is reached."""
    from guanxi.crm.config import settings

    key_file = Path(os.environ.get("GUANXI_SECRET_KEY_FILE") or settings.VAR / "secret-key")
    if os.environ.get("GUANXI_SECRET_KEY"):
        yield Finding(
            WARN,
            "the signing key is in the environment",
            "Better put it into a file and name that in GUANXI_SECRET_KEY_FILE.",
        )
    elif key_file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding(FAIL, f"others can read {key_file}", f"chmod 600 {key_file}")
    else:
        yield Finding(OK, f"signing key in {key_file}")
    if len(settings.SECRET_KEY) < 50:
        yield Finding(FAIL, "the signing key is shorter than 50 characters", "Make a longer one, of random characters.")
    if settings.DEBUG:
        yield Finding(FAIL, "GUANXI_DEBUG is 1", "Unset it: errors would show their inner details to everybody.")
    if not settings.HTTPS:
        yield Finding(
            WARN, "GUANXI_HTTPS is not 1", "Put a proxy with the bank's certificate in front and set GUANXI_HTTPS=1."
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding(FAIL, "GUANXI_ALLOWED_HOSTS admits every name", "Name the site's own host names.")


def data_keys() -> Iterator[Finding]:
    """The keys that encrypt personal data, and who can read them."""
    from guanxi.keyring import KeyringError, cipher, keyring, keys_file

    try:
        ring, kind = keyring(), cipher()
    except KeyringError as error:
        yield Finding(FAIL, str(error), "Nothing that is encrypted can be read until this is mended.")
        return
    file = keys_file()
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding(FAIL, f"others can read {file}", f"chmod 600 {file}")
    else:
        yield Finding(OK, f"{len(ring.keys)} data keys in {file}, {ring.active.id} encrypts with {kind}")


def signing_in() -> Iterator[Finding]:
    """How people sign in: second factor, leaked passwords, the bank's directory and provider."""
    from guanxi.crm.config import settings

    if settings.MFA_ROLES:
        yield Finding(OK, f"a second factor for {', '.join(sorted(settings.MFA_ROLES))}")
    else:
        yield Finding(WARN, "no role needs a second factor", "Take GUANXI_MFA_ROLES away or name roles in it.")
    file = settings.BREACHED_PASSWORDS
    if file and not os.access(file, os.R_OK):
        yield Finding(FAIL, f"cannot read {file}", "Nobody can set a password: mend GUANXI_BREACHED_PASSWORDS.")
    elif not file:
        yield Finding(
            WARN, "only common passwords are refused", "Name a list of stolen ones in GUANXI_BREACHED_PASSWORDS."
        )
    ldap, oidc = settings.LDAP["url"], settings.OIDC["url"]
    if ldap and not ldap.startswith("ldaps://") and not settings.LDAP["starttls"]:
        yield Finding(FAIL, "passwords go to the directory in the clear", "Take GUANXI_LDAP_STARTTLS away.")
    if oidc and not oidc.startswith("https://"):
        yield Finding(FAIL, "the provider is not reached by https", "Name its https address in GUANXI_OIDC_URL.")


def folders() -> Iterator[Finding]:
    """The folders that Guanxi reads and writes, and the room on their disk."""
    from guanxi.crm.config import settings

    for word, folder, written in (
        ("inbox", settings.INBOX, False),
        ("warehouse", settings.WAREHOUSE, True),
        ("var", settings.VAR, True),
    ):
        place = folder if folder.exists() else _nearest(folder)
        if not os.access(place, os.W_OK if written or not folder.exists() else os.R_OK):
            verb = "write to" if written else "read"
            yield Finding(FAIL, f"{word}: cannot {verb} {folder}", f"Give this user the right to {verb} {place}.")
            continue
        free = shutil.disk_usage(place).free
        verdict = OK if free > DISK_NEEDED else WARN
        there = "" if folder.exists() else ", made when first needed"
        yield Finding(
            verdict,
            f"{word} {folder}{there}, {free / (1 << 30):.0f} GiB free",
            "Make room: a night needs about three times the day's files.",
        )
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        yield Finding(FAIL, "the pages' files are not collected", "Run: guanxi assets")


def files_at_rest() -> Iterator[Finding]:
    """Whether files are encrypted, under which keys they lie, and whether each of these keys is there."""
    import django

    django.setup()
    from guanxi.crm.kernel.storage import files
    from guanxi.keyring import keyring
    from guanxi.warehouse.layout import Layout
    from guanxi.warehouse.night.keys import check_keys, files_by_key
    from guanxi.warehouse.sealing import Sealing, wanted

    ring = keyring()
    layout = Layout(_settings().WAREHOUSE, Sealing.of_environment())
    if wanted():
        yield Finding(OK, f"new files are encrypted under the data key {ring.active.id}")
    else:
        yield Finding(
            WARN,
            "new files are not encrypted: GUANXI_ENCRYPT_FILES is 0",
            "Encrypt the disks under the warehouse and var, or take GUANXI_ENCRYPT_FILES away.",
        )
    for word, counted in (("warehouse", dict(files_by_key(layout))), ("media", files().keys())):
        for key_id, number in sorted(counted.items()):
            if not key_id and wanted():
                yield Finding(
                    WARN,
                    f"{word}: {number} files are not encrypted",
                    "Run: guanxi keys rotate",
                )
            elif key_id and all(key.id != key_id for key in ring.keys):
                yield Finding(
                    FAIL,
                    f"{word}: {number} files lie under the data key {key_id}, which is missing",
                    "Put its line back into the file of keys, from the copy that was kept.",
                )
            elif key_id:
                yield Finding(OK, f"{word}: {number} files under the data key {key_id}")
    check_keys(layout)


def _settings() -> Any:
    from guanxi.crm.config import settings

    return settings


def printing() -> Iterator[Finding]:
    """Whether PDF files can be written."""
    packages = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
    try:
        import weasyprint
    except OSError:
        yield Finding(WARN, "PDF files cannot be written: Pango is missing", f"Debian: apt-get install {packages}")
    else:
        yield Finding(OK, f"WeasyPrint {weasyprint.__version__} with Pango")


def clock() -> Iterator[Finding]:
    """The time zone and the clock."""
    name = os.environ.get("GUANXI_TIME_ZONE") or "Asia/Shanghai"
    try:
        now = datetime.now(UTC).astimezone(ZoneInfo(name))
    except ZoneInfoNotFoundError:
        yield Finding(FAIL, f"no time zone is called {name}", "Set GUANXI_TIME_ZONE to a name like Asia/Shanghai.")
        return
    yield Finding(OK, f"{now:%Y-%m-%d %H:%M} in {name}")


def _nearest(folder: Path) -> Path:
    """The nearest folder above that exists."""
    while not folder.exists():
        folder = folder.parent
    return folder


CHECKS: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
    ("versions", versions),
    ("database", database),
    ("secrets", secrets),
    ("data keys", data_keys),
    ("signing in", signing_in),
    ("folders", folders),
    ("files", files_at_rest),
    ("printing", printing),
    ("clock", clock),
)
