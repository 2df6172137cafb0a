"""The functions by which customers become one and several again, made after each migration (``functions.sql``).

The site only reads published tables and may not write the journal's side of a merge by itself: :func:`define` makes
functions that belong to the owner. Two of them are for the site, and merge only what a verdict in force says.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper

from guanxi.crm.identity import statements
from guanxi.crm.kernel.merging import Layer, registered
from guanxi.crm.kernel.protection import keep_functions
from guanxi.crm.kernel.statement_triggers import are_there
from guanxi.crm.kernel.sums import Sums, entered
from guanxi.postgres import MOVING

# Besides the lock of those who move customers: of those who merge, one at a time.
OWN_LOCK = 0x6775616E78690004
SQL = Path(__file__).with_name("functions.sql")
OWN = Path(__file__).with_name("own.sql")
MEASURES = Path(__file__).with_name("measures.sql")
MEASURE_LOCK = 0x6775616E78690005
FOR_THE_SITE = (
    "identity_merge(varchar, varchar, varchar, varchar, varchar, bigint, bigint, jsonb)",
    "identity_unmerge(bigint, varchar, varchar, jsonb)",
    "identity_measures()",
)
FOR_THE_OWNER = (
    "identity_alone()",
    "identity_follow(bigint[], varchar[], varchar[])",
    "identity_lay(bigint[], varchar[], varchar[], jsonb)",
    "identity_books(varchar[], date, integer)",
    "identity_restore(bigint, boolean, varchar, varchar)",
    "identity_lift(bigint[])",
    "identity_stack(bigint)",
    "identity_family(bigint)",
    "identity_part(bigint[], varchar, varchar, jsonb)",
    "identity_split(bigint[])",
    "identity_relay(bigint[])",
    "identity_sealed(bigint)",
    "identity_before_night(varchar[], varchar[])",
    "identity_archive(bigint[], varchar[], varchar[])",
    "identity_after_night(varchar[])",
    "identity_put(bigint, varchar, text, jsonb, smallint)",
    "identity_balances(bigint[], varchar[], varchar[], smallint)",
    "identity_balances_back(bigint, varchar, varchar)",
    "identity_balances_after(bigint, varchar, varchar)",
)


def define(using: BaseDatabaseWrapper) -> None:
    """Makes the functions what the code and the register say; does nothing while tables are missing."""
    with using.cursor() as cursor:
        if not are_there(cursor, {one.table for one in registered()} | {"identity_mergestep"}):
            return
        cursor.execute(
            "SELECT 1 FROM information_schema.columns WHERE table_name = 'identity_mergestep' AND column_name = 'laid'"
        )
        if cursor.fetchone() is None:
            return
        for name in (*FOR_THE_SITE, *FOR_THE_OWNER):
            # A parameter that is called otherwise keeps a function from being replaced.
            cursor.execute(f"DROP FUNCTION IF EXISTS {name}")
        cursor.execute(functions().replace("%", "%%"), [])
        keep_functions(cursor, for_the_site=FOR_THE_SITE, for_the_owner=FOR_THE_OWNER)


def functions() -> str:
    """All functions as SQL."""
    text = SQL.read_text(encoding="utf-8")
    for word, what in (
        ("follow", statements.follow()),
        ("lay", statements.lay()),
        ("books", "\n".join(books())),
        ("archive", statements.archive()),
        ("split", statements.split()),
        ("own back", statements.own("back")),
        ("own after", statements.own("after")),
        ("back", statements.back()),
        ("two ends", ", ".join(f"'{table}'" for table in two_ended())),
        ("ignored", "{" + ",".join(ignored()) + "}"),
        ("lock", str(MOVING)),
        ("own lock", str(OWN_LOCK)),
    ):
        text = text.replace(f"/* {word} */", what)
    measures = MEASURES.read_text(encoding="utf-8").replace("/* measure lock */", str(MEASURE_LOCK))
    return "\n".join((OWN.read_text(encoding="utf-8"), text, measures))


def two_ended() -> list[str]:
    """Published tables whose rows stand between two customers."""
    tables = [one.table for one in registered(Layer.OVERLAY)]
    return sorted({table for table in tables if tables.count(table) > 1})


def ignored() -> list[str]:
    """The triggers that would write history of rows: names, in the order of the models."""
    from pghistory.trigger import Event

    told = {one.table for one in registered() if one.history}
    return [
        trigger.get_pgid(model)  # pyrefly: ignore[bad-argument-type]
        for model in apps.get_models()
        if model._meta.db_table in told
        for trigger in getattr(model._meta, "triggers", ())
        if isinstance(trigger, Event)
    ]


def books() -> Iterator[str]:
    """One statement a published table of sums over books: what some customers are is added, or taken away."""
    for model in apps.get_models():
        sums: Sums | None = getattr(model, "sums", None)
        if sums is not None and model._meta.app_label in settings.PUBLISHED_APPS:
            yield _book(model, sums)


def _book(model: Any, sums: Sums) -> str:
    if not sums.measures:
        raise ImproperlyConfigured(f"{model._meta.label} sums nothing.")
    rows = f"FROM {sums.of._meta.db_table} f WHERE f.{sums.date} = newest AND f.party_id = ANY (parties)"
    manager = f"coalesce(f.{sums.manager}, '')"
    return f"""{entered(model, sums, rows=rows, manager=manager, sign="turn")}
    DELETE FROM {model._meta.db_table} WHERE turn = 1 AND {sums.date} = newest AND {sums.many} = 0;"""
