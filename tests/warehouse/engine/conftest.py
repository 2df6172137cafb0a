"""The dbt project, compiled once a session."""

from __future__ import annotations

import pytest

from tests.warehouse.engine.compiled import Compiled, compile_project


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compile_project(tmp_path_factory.mktemp("compiled"))
