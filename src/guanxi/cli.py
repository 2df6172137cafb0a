"""The ``guanxi`` command: each sub-command is a small module of :mod:`guanxi.commands`, loaded when it is called."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from guanxi.startup import django, prepare, prepare_django

app = typer.Typer(
    help="Guanxi: customer relationship management for commercial banks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
staff_app = typer.Typer(help="Who may sign in.", no_args_is_help=True)
app.add_typer(staff_app, name="staff")
audit_app = typer.Typer(help="The log of who did what, and its proof.", no_args_is_help=True)
app.add_typer(audit_app, name="audit")
api_app = typer.Typer(help="The bank's systems that call the API.", no_args_is_help=True)
app.add_typer(api_app, name="api")
keys_app = typer.Typer(help="The keys of personal data, and their rotation.", invoke_without_command=True)
app.add_typer(keys_app, name="keys")


@app.command()
def demo(
    bank: Annotated[str, typer.Option(help="demo (generated) or berka (a real Czech bank's data)")] = "demo",
    customers: Annotated[int, typer.Option(min=100, help="size of the generated bank")] = 20_000,
    berka_dir: Annotated[Path | None, typer.Option(help="folder of the berka data, with asc/ below it")] = None,
    serve: Annotated[bool, typer.Option(help="start the site afterwards")] = True,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on")] = 8000,
) -> None:
    """A bank that runs: makes its files, does the nights, starts site and worker, prints who can sign in."""
    from guanxi.commands.demo import run

    run(bank=bank, customers=customers, berka_dir=berka_dir, serve=serve, host=host, port=port)


@app.command()
def night(
    date: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="do this day again, and all that came after it"),
    ] = None,
    replay: Annotated[bool, typer.Option(help="do again from the earliest day with mended rows that wait")] = False,
) -> None:
    """The night's job: takes every folder that waits in the inbox, oldest first, and publishes."""
    from guanxi.commands.night import run

    prepare()
    raise typer.Exit(run(again_from=date.date() if date else None, replay=replay))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on")] = 8000,
    workers: Annotated[int, typer.Option(help="processes; 0 takes one a processor")] = 0,
) -> None:
    """The web site."""
    from guanxi.commands.serve import serve as run

    prepare()
    run(host=host, port=port, workers=workers)


@app.command()
def worker() -> None:
    """The worker that does jobs people start from pages: replays, large exports."""
    from guanxi.commands.serve import worker as run

    run()


@app.command()
def migrate() -> None:
    """Brings the database to this version."""
    django([sys.argv[0], "migrate", "--no-input"])


@app.command()
def doctor() -> None:
    """Checks database, secrets, folders and versions, and says what to mend."""
    from guanxi.commands.doctor import run

    raise typer.Exit(run())


@app.command()
def assets() -> None:
    """Collects the pages' files: front-end packages, translations, icons."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.crm.config.settings")
    import django as framework

    framework.setup()
    from guanxi.assets import collect

    collect()


@app.command()
def docs() -> None:
    """Makes the warehouse's lineage and documentation, which the data-quality page links to."""
    from guanxi.commands.docs import run

    prepare()
    run()


@app.command()
def stop() -> None:
    """Stops the embedded database where it still runs."""
    from guanxi.crm.config import settings
    from guanxi.postgres import stop_embedded

    for folder in (settings.VAR / "postgres", settings.VAR / "test" / "postgres"):
        if stop_embedded(folder):
            typer.echo(f"stopped the database of {folder}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def manage(context: typer.Context) -> None:
    """Django's own commands: guanxi manage shell, guanxi manage dbshell, ..."""
    django([sys.argv[0], *context.args])


@staff_app.command("password")
def staff_password(number: str) -> None:
    """Sets the password of a member of staff."""
    prepare_django()
    from guanxi.commands.staff import set_password

    raise typer.Exit(set_password(number))


@staff_app.command("second-factor")
def staff_second_factor(number: str) -> None:
    """Takes away the second factor of somebody who lost phone and recovery codes."""
    prepare_django()
    from guanxi.commands.staff import forget_second_factor

    raise typer.Exit(forget_second_factor(number))


@staff_app.command("administrator")
def staff_administrator(number: str, name: Annotated[str, typer.Option(help="the name to show")] = "") -> None:
    """Makes an administrator: the first one, before the bank's staff file has been read."""
    prepare_django()
    from guanxi.commands.staff import make_administrator

    raise typer.Exit(make_administrator(number, name or number))


@audit_app.command("verify")
def audit_verify(
    new: Annotated[bool, typer.Option(help="only what was sealed since the last verification")] = False,
) -> None:
    """Verifies the audit log and names each entry that was removed, changed, swapped or cut off; exits with 1 then."""
    prepare_django()
    from guanxi.commands.audit import run_verify

    raise typer.Exit(run_verify(new_only=new))


@api_app.command("account")
def api_account(
    number: str,
    institution: Annotated[str, typer.Option(help="the institution that it serves, with all below")],
    name: Annotated[str, typer.Option(help="what the system is called")] = "",
    line: Annotated[str, typer.Option(help="retail, corporate or both")] = "both",
) -> None:
    """Makes the account of a system of the bank; nobody can sign in with it."""
    prepare_django()
    from guanxi.commands.api import make_account

    raise typer.Exit(make_account(number, name=name or number, institution=institution, line=line))


@api_app.command("token")
def api_token(
    number: str,
    may: Annotated[list[str], typer.Option(help="what it may be used for; once for each")],
    name: Annotated[str, typer.Option(help="by which the token is known")] = "",
    days: Annotated[int, typer.Option(help="for how many days")] = 90,
    rows_a_day: Annotated[
        int | None, typer.Option(min=0, help="how many records it may read a day: your approval of a standing delivery")
    ] = None,
) -> None:
    """Makes a token of a system's account and prints it, once."""
    prepare_django()
    from guanxi.commands.api import make_account_token

    raise typer.Exit(make_account_token(number, name=name or number, may=may, days=days, rows_a_day=rows_a_day))


@api_app.command("close")
def api_close(number: str) -> None:
    """Closes a system's account; its tokens end at once."""
    prepare_django()
    from guanxi.commands.api import end_account

    raise typer.Exit(end_account(number))


@keys_app.callback()
def keys(context: typer.Context) -> None:
    """Lists the keys, their age, and how many values use them."""
    if context.invoked_subcommand is None:
        prepare_django()
        from guanxi.commands.keys import run_list

        raise typer.Exit(run_list())


@keys_app.command("new")
def keys_new(
    later: Annotated[bool, typer.Option("--later", help="add it, and let the old one encrypt until activated")] = False,
) -> None:
    """Adds a key, which encrypts from now on."""
    prepare_django()
    from guanxi.commands.keys import run_new

    raise typer.Exit(run_new(later=later))


@keys_app.command("activate")
def keys_activate(key_id: str) -> None:
    """Lets a key that is in the file encrypt from now on."""
    prepare_django()
    from guanxi.commands.keys import run_activate

    raise typer.Exit(run_activate(key_id))


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Encrypts all personal data anew with the active key; the site may serve, and it may be killed and begun again."""
    prepare_django()
    from guanxi.commands.keys import run_rotate

    raise typer.Exit(run_rotate())


@keys_app.command("retire")
def keys_retire(key_id: str) -> None:
    """Takes a key out of use, once nothing needs it any more."""
    prepare_django()
    from guanxi.commands.keys import run_retire

    raise typer.Exit(run_retire(key_id))


def main() -> None:
    """Entry point of the ``guanxi`` command."""
    app()


if __name__ == "__main__":
    main()
