"""Two customers become one, and several again: the calls of the database's functions (``functions.sql``)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg.errors
from django.db import IntegrityError, connection
from django.db.utils import DatabaseError, ProgrammingError
from django.utils.translation import gettext as _

from guanxi.crm.identity.codes import Cause
from guanxi.crm.identity.database import OWN_LOCK
from guanxi.crm.identity.sealing import sealed_for
from guanxi.crm.party.models import Party
from guanxi.postgres import MOVING

# Not plain SELECTs: to those the history of rows adds nothing of who does it.
_MERGE = "WITH done AS (SELECT identity_merge(%s, %s, %s, %s, %s, %s, %s, %s) AS made) SELECT made FROM done"
_UNMERGE = "WITH done AS (SELECT identity_unmerge(%s, %s, %s, %s) AS made) SELECT made FROM done"


class BusyError(Exception):
    """The night's figures are being published: nobody is merged for some minutes."""

    def __str__(self) -> str:
        return _("The night's figures are being published. Try again in some minutes.")


class MergeError(ValueError):
    """It cannot be done as things stand; the message says why, to whoever asked."""


def survivor(one: Party, other: Party) -> tuple[Party, Party]:
    """Whose number stays, and whose goes: the older customer's stays, as in the night (ties by the number)."""
    kept, gone = sorted((one, other), key=lambda party: (party.opened_on, party.id))
    return kept, gone


def merge(*, kept: str, gone: str, cause: Cause, reason: str, by: str, decision: int, file: int | None = None) -> int:
    """Makes two customers one, in the caller's transaction; returns the merge's number.

    Raises :class:`BusyError` while a publication is being written, :class:`MergeError` where one of them is not there
    any more.
    """
    # In the order of identity_alone(): a publication holds both to its end, and whoever waits for the second hangs.
    (free,) = _call("SELECT pg_try_advisory_xact_lock_shared(%s)", [MOVING])
    if not free:
        raise BusyError
    # What the other brings along is counted on behind what is there: nobody else may add to that meanwhile.
    _call("SELECT pg_advisory_xact_lock(%s) IS NULL", [OWN_LOCK])
    sealed = json.dumps(sealed_for(kept, gone))
    try:
        (made,) = _call(_MERGE, [kept, gone, cause.value, reason, by, decision, file, sealed])
    except IntegrityError as error:
        raise MergeError(_("One of the two has been merged meanwhile. Look at the pair again.")) from error
    except DatabaseError as error:
        if isinstance(error.__cause__, psycopg.errors.NoData):
            raise MergeError(_("One of the two has been merged meanwhile. Look at the pair again.")) from error
        raise
    if made is None:
        raise BusyError
    return made


def unmerge(*, merge_id: int, by: str, reason: str, back: Mapping[str, Sequence[str]]) -> None:
    """Takes a merge back, in the caller's transaction; ``back`` says which later rows go along, by table their keys.

    Raises :class:`BusyError` while a publication is being written, :class:`MergeError` where it is not in force.
    """
    try:
        (done,) = _call(
            _UNMERGE, [merge_id, by, reason, json.dumps({table: list(keys) for table, keys in back.items()})]
        )
    except (DatabaseError, ProgrammingError) as error:
        if isinstance(error.__cause__, psycopg.errors.NoData):
            raise MergeError(_("Somebody has taken this merge back already.")) from error
        raise
    if done is None:
        raise BusyError


def _call(sql: str, parameters: Sequence[Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return cursor.fetchone()
