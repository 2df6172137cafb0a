"""Loaded by dbt-duckdb when it connects: makes the sources in the in-memory database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection


class Plugin(BasePlugin):
    """Runs the statements of the file that the profile names, once, before dbt asks anything."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Keeps the name of the file."""
        self.file = Path(plugin_config["file"])

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Makes the schemas and views."""
        for statement in json.loads(self.file.read_text(encoding="utf-8")):
            conn.execute(statement)
