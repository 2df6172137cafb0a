"""Fixtures of the tests that share one stage for a whole file; each test's writes are taken away again after it.

A file that imports them marks itself with ``django_db``; the transaction is the stage's own, not one a test.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.signals import setting_changed
from django.db import connection

from guanxi.crm.org.queries import forget
from tests.acceptance.stage import Stage, raise_stage, undone


@pytest.fixture(scope="module")
def stage(worlds, django_db_blocker, pages_files, tmp_path_factory) -> Iterator[Stage]:
    """The stage, raised once a file."""
    from django.conf import settings

    kept = settings.MEDIA_ROOT, settings.VAR, settings.RATE_LIMITS
    settings.MEDIA_ROOT, settings.VAR = tmp_path_factory.mktemp("media"), tmp_path_factory.mktemp("var")
    _moved(settings.MEDIA_ROOT)
    settings.RATE_LIMITS = False
    (settings.VAR / "docs" / "warehouse").mkdir(parents=True)
    (settings.VAR / "docs" / "warehouse" / "index.html").write_text("<title>dbt</title>")
    refusals = logging.getLogger("django.request")
    level = refusals.level
    refusals.setLevel(logging.ERROR)  # thousands of refusals are what these tests are about
    with django_db_blocker.unblock():
        worlds.enter(peopled=True)
        with undone():
            yield raise_stage()
        forget()
        connection.close()
    refusals.setLevel(level)
    settings.MEDIA_ROOT, settings.VAR, settings.RATE_LIMITS = kept
    _moved(settings.MEDIA_ROOT)


def _moved(media: Path) -> None:
    """Tells the storage where its files lie now."""
    setting_changed.send(sender=None, setting="MEDIA_ROOT", value=media, enter=True)


@pytest.fixture
def _django_db_helper(stage) -> Iterator[None]:
    """In place of pytest-django's transaction a test: a savepoint on the stage."""
    with undone():
        yield
