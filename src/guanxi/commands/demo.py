"""``guanxi demo``: a bank that runs on this machine, made anew or started again."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.table import Table

from guanxi.commands import serve as servers
from guanxi.demo.spec import CastMember, WrittenBank

PASSWORD = "guanxi-demo-2026"  # noqa: S105 - printed on every start; the demo listens on this machine only


def run(*, bank: str, customers: int, berka_dir: Path | None, serve: bool, host: str, port: int) -> None:
    """Makes the bank's files, does the nights that wait, prints the summary, and serves until interrupted.

    Every part notices what is there already: a second start takes seconds, an interrupted one goes on. The demo's
    banks live side by side, each with its own inbox, warehouse and database.
    """
    console = Console(highlight=False)
    kind = f"{bank}-{customers}" if bank == "demo" else bank
    if bank not in {"demo", "berka"}:
        raise SystemExit(f"There is no bank called {bank}: choose demo or berka.")
    if bank == "berka" and (berka_dir is None or not (berka_dir / "asc").is_dir()):
        raise SystemExit("Name the folder of the berka data: make demo BANK=berka BERKA_DIR=<folder with asc/ in it>")
    prepare(kind)
    written = write_files(console, bank=bank, customers=customers, berka_dir=berka_dir)
    clear_what_other_files_left()
    migrate()
    nights(console)
    give_passwords([person.staff_id for person in written.cast])
    work(console)
    if serve:
        serve_until_stopped(console, written.cast, host=host, port=port)


def prepare(kind: str) -> None:
    """Points this process at the folders and the database of one demo bank."""
    from guanxi.crm.config import settings

    var = settings.VAR
    os.environ["GUANXI_INBOX"] = str(var / "demo" / kind / "inbox")
    os.environ["GUANXI_WAREHOUSE"] = str(var / "demo" / kind / "warehouse")
    # Whoever looks at the demo shall need no phone: a bank leaves this out.
    os.environ.setdefault("GUANXI_MFA_ROLES", "")
    if kind == "berka":
        # Its transactions are from six years: all of them shall be seen.
        os.environ.setdefault("GUANXI_EVENTS_KEPT_DAYS", "4000")
        # Its clients were published without names and addresses: there is nothing to tell them apart by.
        os.environ.setdefault("GUANXI_LINK", "0")
    if not os.environ.get("DATABASE_URL"):
        from guanxi.postgres import start_embedded

        os.environ["DATABASE_URL"] = start_embedded(var / "postgres", database="guanxi_" + kind.replace("-", "_"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "guanxi.crm.config.settings"
    settings.DATABASES["default"] = settings.database(os.environ["DATABASE_URL"])
    settings.INBOX = Path(os.environ["GUANXI_INBOX"])
    settings.WAREHOUSE = Path(os.environ["GUANXI_WAREHOUSE"])


def clear_what_other_files_left() -> None:
    """Empties warehouse and database where they were made from other files than those in the inbox now.

    A newer Guanxi may write another bank for the same words; its nights would not fit the ones done before.
    """
    import psycopg

    from guanxi.crm.config import settings

    warehouse = Path(os.environ["GUANXI_WAREHOUSE"])
    marker, bank = warehouse / "made-from", Path(os.environ["GUANXI_INBOX"]) / "bank.json"
    made_from = hashlib.sha256(bank.read_bytes()).hexdigest()
    if marker.exists() and marker.read_text(encoding="ascii") == made_from:
        return
    if warehouse.exists():
        shutil.rmtree(warehouse)
        shutil.rmtree(os.environ.get("GUANXI_AUDIT_HEADS") or settings.VAR / "audit", ignore_errors=True)
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("drop schema if exists inbox cascade")
            connection.execute("drop schema public cascade")
            connection.execute("create schema public")
    warehouse.mkdir(parents=True)
    marker.write_text(made_from, encoding="ascii")


def migrate() -> None:
    """Brings the database to this version."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)


def write_files(console: Console, *, bank: str, customers: int, berka_dir: Path | None) -> WrittenBank:
    """Writes the bank's files where they are not there yet; returns what the bank's writer says of them."""
    from guanxi.commands.terminal import Terminal

    inbox = Path(os.environ["GUANXI_INBOX"])
    started = time.monotonic()
    with Terminal(console) as terminal:
        progress = terminal.step(None, "generate")
        if bank == "berka" and berka_dir is not None:
            from guanxi.demo.berka import write_berka

            written = write_berka(berka_dir, inbox, progress)
        else:
            from guanxi.demo.bank import BankSpec, write_bank
            from guanxi.demo.spec import SECOND_ENTRIES

            written = write_bank(BankSpec(customers=customers, duplicates=SECOND_ENTRIES), inbox, progress)
        terminal.step_done(None, "generate", time.monotonic() - started, 0)
    return written


def nights(console: Console) -> None:
    """Does the nights that wait and prints the summary of all that were done; stops the process where one stopped."""
    from guanxi.commands.night import options, run_with_bars
    from guanxi.crm.config import settings
    from guanxi.warehouse.night.run import NightStopped
    from guanxi.warehouse.night.summary import print_problems, print_summary, write_summary

    try:
        run_with_bars(console)
    except NightStopped as stopped:
        print_problems(console, stopped)
        raise SystemExit(1) from None
    print_summary(console, write_summary(options(), settings.VAR / "summary.json"))


def give_passwords(numbers: list[str]) -> None:
    """Lets the cast sign in with the demo's password; administrators may administer."""
    from guanxi.crm.org.models import Role, Staff

    for staff in Staff.objects.filter(id__in=numbers):
        if not staff.check_password(PASSWORD):
            staff.set_password(PASSWORD)
        staff.is_staff = staff.is_superuser = staff.role == Role.ADMINISTRATOR
        staff.save(update_fields=["password", "is_staff", "is_superuser"])


def work(console: Console) -> None:
    """What the managers did in the last weeks and mean to do next, where nothing of it is there yet."""
    from django.utils import timezone

    from guanxi.commands.demo_calendar import make_calendars
    from guanxi.commands.demo_deals import make_deals
    from guanxi.commands.demo_leads import make_leads
    from guanxi.commands.demo_referrals import make_referrals
    from guanxi.commands.demo_work import make_work
    from guanxi.crm.identity.tasks import measure
    from guanxi.crm.workdays.queries import working_calendar

    now, calendar = timezone.now(), working_calendar()
    started = time.monotonic()
    activities, tasks = make_work(now=now, calendar=calendar)
    if activities:
        console.print(f"work of the managers: {activities:,} activities, {tasks:,} tasks, "
                      f"{time.monotonic() - started:.1f} s")  # fmt: skip
    made: tuple[tuple[str, Callable[[], int]], ...] = (
        ("opportunities", lambda: make_deals(now=now, calendar=calendar)),
        ("leads", lambda: make_leads(now=now)),
        ("appointments", lambda: make_calendars(now=now, calendar=calendar)),
        ("referrals", lambda: make_referrals(now=now, calendar=calendar)),
        ("measures of the customers' data", measure),
    )
    for what, make in made:
        started = time.monotonic()
        if many := make():
            console.print(f"{what}: {many:,}, {time.monotonic() - started:.1f} s")


def serve_until_stopped(console: Console, cast: Sequence[CastMember], *, host: str, port: int) -> None:
    """Starts site and worker, prints the address and the logins, and waits; stops both when interrupted."""
    processes = [
        subprocess.Popen(servers.serve_command(host=host, port=port, workers=0), env=servers.serve_environment()),
        subprocess.Popen(servers.worker_command()),
    ]

    def interrupted(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    try:
        wait_until_answered(f"http://{host}:{port}/sign-in/", processes[0])
        console.print(f"\nGuanxi runs at [bold]http://{host}:{port}/[/bold]   (Ctrl-C stops it)\n")
        table = Table("number", "who", "", box=None, padding=(0, 2))
        for person in cast:
            table.add_row(person.staff_id, f"{person.name}  {person.role_en}", person.about_en)
        console.print(table)
        console.print(f"\npassword of each: [bold]{PASSWORD}[/bold]")
        if not os.environ.get("GUANXI_MFA_ROLES"):
            console.print("no second factor is asked for here (GUANXI_MFA_ROLES is empty); a bank asks for one\n")
        processes[0].wait()
    except KeyboardInterrupt:
        console.print("\nstopping")
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_until_answered(url: str, server: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Returns once the site answers; stops the process where the server died (another one on that port, say)."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit("The web server did not start; is something else listening? Try PORT=8001.")
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The web server did not answer within a minute.")
