"""Writes the log: one entry for each thing done, in the request that does it.

The insert takes no lock and waits for nobody: the chain is made a moment later by :mod:`guanxi.crm.audit.sealing`.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from django.db import connection
from psycopg import Cursor
from psycopg.types.json import Jsonb

from guanxi.crm.audit.context import current
from guanxi.crm.audit.digest import CHANCE_BITS, EPOCH, entry_mac, mark_of, moment_of
from guanxi.crm.audit.models import Action
from guanxi.crm.kernel.masks import words as words_masked

_SINCE_EPOCH = int(EPOCH.timestamp()) * 1_000_000
_COLUMNS = "id, at, actor, roles, request_id, address, action, subject, kind, object_id, detail, mac, transaction"
_VALUES = "%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, pg_current_xact_id()::text::bigint"
_ONCE = "ON CONFLICT (id, at) DO NOTHING"
_INSERT = f"INSERT INTO audit_entry ({_COLUMNS}) SELECT {_VALUES} {_ONCE}"
# Alone in its transaction, an entry need not wait for the disk: sealing flushes it within seconds.
_INSERT_ALONE = (
    f"INSERT INTO audit_entry ({_COLUMNS}) SELECT {_VALUES}"
    f" FROM (SELECT set_config('synchronous_commit', 'off', true)) AS lazily {_ONCE}"
)
_WIDTHS = {"actor": 64, "roles": 120, "request_id": 32, "address": 45, "subject": 40, "kind": 60, "object_id": 120}
DETAIL_MOST = 4_000


def record(
    *, action: str, subject: str = "", kind: str = "", object_id: str = "", detail: Mapping[str, Any] | None = None
) -> int:
    """Writes one entry and returns its number; who, in which roles, from where comes from the request's trace.

    ``subject`` is a customer's number. ``detail`` is turned into plain JSON; amounts and dates become text. Belongs to
    the caller's transaction where there is one. Raises ``ValueError`` for an action that :class:`Action` does not have.
    """
    trace = current()
    if trace.token:
        detail = {**(detail or {}), "token": trace.token}
    values = (
        _fit(trace.actor, "actor"),
        _fit(trace.roles, "roles"),
        _fit(trace.request_id, "request_id"),
        _fit(trace.address, "address"),
        Action(action).value,
        _fit(subject, "subject"),
        _fit(kind, "kind"),
        _fit(object_id, "object_id"),
        _plain(detail or {}),
    )
    statement = _INSERT if connection.in_atomic_block else _INSERT_ALONE
    while True:
        entry_id = _new_id()
        mac = entry_mac((entry_id, *values))
        if _insert(statement, [entry_id, moment_of(entry_id), *values[:-1], Jsonb(values[-1]), mac]):
            trace.recorded += 1
            return entry_id


def _insert(statement: str, values: list[Any]) -> bool:
    """Runs the statement past Django's cursor, which costs more than the insert itself; whether a row was written."""
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        return Cursor(connection.connection).execute(statement.encode(), values).rowcount == 1


def searched(words: str) -> dict[str, str]:
    """What the log says of words that were searched for: long numbers masked, and a mark by which they are found again.

    An identity number or a phone typed into the search box must not lie in the log for everybody who reads it.
    """
    return {"words": masked(words), "mark": mark_of(words.strip().lower())} if words else {}


def masked(text: str) -> str:
    """Text with every number of seven or more digits reduced to its first three and last two."""
    return words_masked(text)


def _new_id() -> int:
    microseconds = time.time_ns() // 1_000 - _SINCE_EPOCH
    return (microseconds << CHANCE_BITS) | secrets.randbits(CHANCE_BITS)


def _fit(text: str, name: str) -> str:
    return _clean(str(text))[: _WIDTHS[name]]


def _clean(text: str) -> str:
    """Text that both JSON and PostgreSQL can hold."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _plain(detail: Mapping[str, Any]) -> dict[str, Any]:
    found = {_clean(str(key)): _value(value) for key, value in detail.items()}
    written = json.dumps(found, ensure_ascii=False)
    if len(written) > DETAIL_MOST:
        return {"shortened": written[:DETAIL_MOST]}
    return found


def _value(value: Any) -> Any:
    # No floats: the database would write some of them differently, and the digest would not fit.
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Mapping):
        return {_clean(str(key)): _value(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_value(one) for one in value]
    return _clean(str(value))
