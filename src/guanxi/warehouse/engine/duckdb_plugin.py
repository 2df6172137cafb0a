"""Loaded by dbt-duckdb when it connects: makes the sources in the in-memory database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from guanxi.warehouse.sealing import Sealing


class Plugin(BasePlugin):
    """Runs the statements of the file that the profile names, once, before dbt asks anything."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Keeps the name of the file, and of the data key."""
        self.file = Path(plugin_config["file"])
        self.sealing = Sealing(plugin_config["data_key"])

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Gives the connection the keys, by name, so that no statement that dbt keeps or logs holds one; makes the
        schemas and views."""
        self.sealing.prepare(conn)
        for statement in json.loads(self.file.read_text(encoding="utf-8")):
            conn.execute(statement)
