"""Fixtures that every test may use."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, expect, sync_playwright

from tests import template
from tests.chromium import FLAGS, PATIENCE, chromium

if TYPE_CHECKING:
    from tests.worlds import Worlds

LONGEST = "test_spark.py"
# How long an example takes says how busy the machine is. The examples are the same in every run of the suite, so that
# it is green or red by what was changed; ``--hypothesis-profile=search`` looks for new ones.
settings.register_profile("suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a database of their own need the migrated one that theirs is copied from.

    Files with long tests come first, the longest of all at the very beginning: where two workers share a run, neither
    is left with a long file at its end.
    """
    slow = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: (item.path.name != LONGEST, item.path not in slow))
    for item in items:
        if "migrated_template" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """The test database, copied from a migrated one where this version's exists; the first run makes it."""
    from django.db import connection
    from django.test.utils import setup_databases

    database = connection.creation._get_test_db_name()
    with django_db_blocker.unblock(), template.server() as server:
        copied = template.copied_to(server, database)
        setup_databases(verbosity=0, interactive=False, aliases={"default"}, keepdb=copied)
        if not copied:
            connection.close()
            template.make_from(server, database)
    yield
    with template.server() as server:
        template.remove(server, database)


@pytest.fixture(scope="session")
def worlds(django_db_setup, django_db_blocker) -> Iterator[Worlds]:
    """The databases that this process's tests run in."""
    from django.db import connection
    from django.test import TransactionTestCase

    from tests.worlds import standing

    emptying = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda self: None  # whoever commits does so in a database of their own
    with django_db_blocker.unblock(), standing(connection.settings_dict["NAME"]) as databases:
        yield databases
    TransactionTestCase._fixture_teardown = emptying


@pytest.fixture
def world(request, worlds, django_db_blocker) -> None:
    """Turns Django to the database of the test: with or without the cast, shared or (who commits) its own."""
    marker = request.node.get_closest_marker("django_db")
    commits = bool(marker and marker.kwargs.get("transaction"))
    commits |= not {"transactional_db", "live_server"}.isdisjoint(request.fixturenames)
    with django_db_blocker.unblock():
        enter = worlds.enter_own if commits else worlds.enter
        enter(peopled="cast" in request.fixturenames)


@pytest.fixture
def _django_db_helper(world, _django_db_helper) -> None:
    """Before pytest-django opens the test's transaction: the right database."""


@pytest.fixture(scope="session")
def migrated_template(django_db_setup) -> str:
    """The name of a database that holds this version's tables and no customers, to be copied in a moment."""
    return template.name()


@pytest.fixture
def own_keys(tmp_path, monkeypatch) -> Path:
    """A copy of the data keys that all tests of this process share, for one that adds a key or takes one away."""
    from guanxi import keyring

    keyring.keyring()  # makes the file where no test has yet
    shutil.copy(keyring.keys_file(), tmp_path / "data-keys")
    monkeypatch.setenv(keyring.VARIABLE, str(tmp_path / "data-keys"))
    return tmp_path / "data-keys"


@pytest.fixture
def cast(db):
    """The small bank with its people (see ``tests/cast``), already in the test's database."""
    from tests.cast import meet

    return meet()


@pytest.fixture(scope="session")
def pages_files() -> None:
    """What pages name: files of front-end packages, the catalogue as it stands in the sources."""
    from django.utils.translation.reloader import translation_file_changed

    from guanxi.assets import collect

    collect()
    translation_file_changed(None, Path("django.mo"))  # what Django has read of the catalogue is read again


@pytest.fixture(scope="session")
def browser(pages_files) -> Iterator[Browser]:
    """One browser for all tests."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield running
        running.close()
