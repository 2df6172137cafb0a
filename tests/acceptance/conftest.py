"""Houses for tests of whole nights. The nights are done once; each test works on a copy of what they left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.nights import (
    SPEC,
    House,
    Photograph,
    bank_files,
    copy_database,
    deliver,
    drop_copies,
    house,
    photograph,
)
from tests.acceptance.on_stage import stage  # noqa: F401 - for the tests of who may see what


@dataclass(frozen=True)
class Past:
    """The small bank's files, and its house after the opening and after each later night."""

    files: Path
    after: dict[int, Photograph]
    printed: str


@pytest.fixture(scope="session")
def past(tmp_path_factory, migrated_template) -> Iterator[Past]:
    """Does the small bank's nights one by one, through the command, and keeps what each left."""
    drop_copies()
    folder = tmp_path_factory.mktemp("past")
    files = bank_files(folder / "files")
    growing = house(folder / "growing", copy_database(migrated_template))
    after = {}
    for position, day in enumerate(SPEC.days):
        deliver(files, growing.options.inbox, day)
        status, printed = growing.command("night")
        assert status == 0, printed
        after[position] = photograph(growing, folder / f"after-{position}")
    yield Past(files, after, printed)
    drop_copies()


@pytest.fixture
def opened(past, tmp_path) -> House:
    """A house after its opening night."""
    return past.after[0].copy(tmp_path / "opened")


@pytest.fixture
def finished(past, tmp_path) -> House:
    """A house after its last night."""
    return past.after[len(SPEC.days) - 1].copy(tmp_path / "finished")


@pytest.fixture
def untouched(migrated_template, tmp_path) -> House:
    """A house before its first night."""
    return house(tmp_path / "untouched", copy_database(migrated_template))
