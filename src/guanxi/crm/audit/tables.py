"""The log's tables as the database must hold them: months made ahead, and rights to add and to read alone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from guanxi.postgres import WEB_ROLE

APPENDED = ("audit_entry", "audit_link", "audit_verification")
MONTHS_AHEAD = 13


def hold(using: BaseDatabaseWrapper) -> None:
    """Makes the months ahead and takes from the site's role whatever goes beyond adding and reading."""
    with using.cursor() as cursor:
        if not _there(cursor):
            return
        make_months(cursor)
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WEB_ROLE])
        if cursor.fetchone():
            tables = ", ".join(APPENDED)
            cursor.execute(f"REVOKE ALL ON {tables} FROM {WEB_ROLE}")
            cursor.execute(f"GRANT SELECT, INSERT ON {tables} TO {WEB_ROLE}")


def make_months(cursor: Any, *, today: date | None = None) -> int:
    """Makes the partitions of this month and the :data:`MONTHS_AHEAD` after it that are missing; returns how many.

    Does nothing for a database role that does not own the tables. An entry of a month without partition is not lost:
    it goes to the partition for all others.
    """
    cursor.execute(
        "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = 'audit_entry'::regclass"
    )
    if not cursor.fetchone()[0]:
        return 0
    first = (today or datetime.now(UTC).date()).replace(day=1)
    made = 0
    for ahead in range(MONTHS_AHEAD + 1):
        month = first.month - 1 + ahead
        cursor.execute("SELECT audit_make_month(%s)", [date(first.year + month // 12, month % 12 + 1, 1)])
        made += cursor.fetchone()[0]
    return made


def _there(cursor: Any) -> bool:
    cursor.execute("SELECT to_regprocedure('audit_make_month(date)') IS NOT NULL")
    return bool(cursor.fetchone()[0])
