"""Fixtures of the log's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from guanxi.crm.audit.models import Entry


@pytest.fixture(autouse=True)
def heads(settings, tmp_path):
    """A folder of heads of each test's own."""
    settings.AUDIT_HEADS = tmp_path / "heads"
    return settings.AUDIT_HEADS


@pytest.fixture
def behind_the_guard() -> Callable[[str, list], None]:
    """Changes the log as a superuser could who switches its triggers off."""

    def change(sql: str, parameters: list | None = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            try:
                cursor.execute(sql, parameters)
                assert cursor.rowcount > 0
            finally:
                cursor.execute("SET session_replication_role = origin")

    return change


@pytest.fixture
def entries(db) -> Callable[[], list[Entry]]:
    """The log's entries in their order."""
    return lambda: list(Entry.objects.order_by("id"))
