"""The functions by which customers change hands: the one way in which the site's role changes what is published.

The site only reads published tables. :func:`define` makes, after each migration, a few functions that belong to the
owner: ``handover_move`` moves the next customers of a hand-over that all sides have signed, and nothing else;
``lead_set`` writes the manager into every published table that has one. Which those are follows from the models'
``scope_paths``, so that a new mart cannot be forgotten: one that knows no record must say how its sums follow
(:class:`guanxi.crm.kernel.sums.Sums`), or the migration stops.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from guanxi.crm.kernel.protection import keep_functions
from guanxi.crm.kernel.sums import Sums, entered
from guanxi.postgres import MOVING

SQL = Path(__file__).with_name("functions.sql")
FOR_THE_SITE = ("handover_move(bigint, date, integer)", "handover_due(date, integer)")
FOR_THE_OWNER = ("lead_set(varchar[], varchar[])", "lead_reapply()", "handover_signed(bigint)")
SHOWN = "business_date"
# Not plain SELECTs: to those the history of rows adds nothing of who does it.
_MOVE = "WITH told AS (SELECT handover_move(%s, %s, %s) AS many) SELECT many FROM told"
_DUE = "WITH told AS (SELECT handover_due(%s, %s) AS many) SELECT many FROM told"


class BusyError(Exception):
    """The night's figures are being published: nobody changes hands for some minutes."""


def define(using: BaseDatabaseWrapper) -> None:
    """Makes the functions what the code and the models say; does nothing while tables are missing."""
    with using.cursor() as cursor:
        cursor.execute("SELECT to_regclass('handover_item') IS NOT NULL AND to_regclass('insight_bookday') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        cursor.execute(functions().replace("%", "%%"), [])
        keep_functions(cursor, for_the_site=FOR_THE_SITE, for_the_owner=FOR_THE_OWNER)


def functions() -> str:
    """All functions as SQL."""
    text = SQL.read_text(encoding="utf-8")
    return text.replace("/* every table */", "\n".join(statements())).replace("/* lock */", str(MOVING))


def statements() -> Iterator[str]:
    """One statement a published table with a manager of its own; sums before what they sum over has changed."""
    led = [
        model
        for model in apps.get_models()
        if model._meta.app_label in settings.PUBLISHED_APPS
        and hasattr(model, "scope_paths")
        and model.scope_paths.manager  # type: ignore[attr-defined]
        and "__" not in model.scope_paths.manager  # type: ignore[attr-defined]
    ]
    for model in led:
        if not model.scope_paths.record:  # type: ignore[attr-defined]
            yield from _sums(model)
    for model in led:
        if model.scope_paths.record:  # type: ignore[attr-defined]
            yield _row(model)


def _row(model: Any) -> str:
    paths, names = model.scope_paths, {field.attname: field.column for field in model._meta.concrete_fields}
    manager = names[paths.manager]
    shown = f" AND t.{SHOWN} = ANY (days)" if SHOWN in names else ""
    return (
        f"    UPDATE {model._meta.db_table} t SET {manager} = m.manager_id FROM unnest(parties, managers) "
        f"AS m(party_id, manager_id) WHERE t.{names[paths.record]} = m.party_id{shown} "
        f"AND t.{manager} IS DISTINCT FROM m.manager_id;"
    )


def _sums(model: Any) -> Iterator[str]:
    sums: Sums | None = getattr(model, "sums", None)
    if sums is None:
        raise ImproperlyConfigured(
            f"{model._meta.label} has managers and no record: say by `sums` how it follows when customers move."
        )
    of, day, manager = sums.of._meta.db_table, sums.date, sums.manager
    rows = f"""FROM unnest(parties, managers) AS m(party_id, manager_id)
    JOIN {of} f ON f.{day} = newest AND f.party_id = m.party_id AND f.{manager} IS DISTINCT FROM m.manager_id
    CROSS JOIN LATERAL (VALUES (coalesce(f.{manager}, ''), -1), (coalesce(m.manager_id, ''), 1))
        AS side(manager, sign)"""
    yield f"""{entered(model, sums, rows=rows, manager="side.manager", sign="side.sign")}
    DELETE FROM {model._meta.db_table} WHERE {day} = newest AND {sums.many} = 0;"""


def move_next(handover_id: int, *, today: Any, most: int) -> int:
    """Moves the next customers of a hand-over in motion, in a transaction of its own; how many, 0 when it is done.

    Raises :class:`BusyError` while a publication is being written.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MOVE, [handover_id, today, most])
        (moved,) = cursor.fetchone()
    if moved is None:
        raise BusyError
    return moved


def begin_due(*, today: Any, most: int) -> int:
    """Begins what is due and moves the next customers of whatever is in motion; how many, 0 when nothing is left."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_DUE, [today, most])
        (moved,) = cursor.fetchone()
    return moved or 0
