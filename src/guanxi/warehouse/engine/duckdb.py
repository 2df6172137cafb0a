"""DuckDB as the engine: an in-memory database that reads the sources' Parquet and writes each dataset's file itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from guanxi.warehouse.engine.bindings import Binding
from guanxi.warehouse.sealing import Sealing, relation

NAME = "duckdb"
SCHEMAS = ("staging", "golden", "groups", "core", "finance", "marts")
# Reads and writes encrypted files.
ENCRYPTS = True


def profile(
    *, threads: int, memory_limit: str, spill: Path, bindings: Path, sealing: Sealing, **_: object
) -> dict[str, Any]:
    """The dbt connection. The database is in memory: everything that must last is written as Parquet.

    The profile names the data key; the plugin takes it from the file of keys itself.
    """
    return {
        "type": "duckdb",
        "path": ":memory:",
        "schema": "main",
        "threads": threads,
        "config_options": {
            "threads": str(threads),
            "memory_limit": memory_limit,
            "temp_directory": str(spill),
            "preserve_insertion_order": "true",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
        "plugins": [
            {
                "module": "guanxi.warehouse.engine.duckdb_plugin",
                "alias": "guanxi",
                "config": {"file": str(bindings), "data_key": sealing.key_id},
            }
        ],
    }


def statements(bindings: tuple[Binding, ...]) -> list[str]:
    """The SQL that makes the sources: a schema each, a view each."""
    made = [f"create schema if not exists {schema}" for schema in sorted({b.schema for b in bindings}) + list(SCHEMAS)]
    return made + [f"create view {b.schema}.{b.table} as {_select(b)}" for b in bindings]


def _select(binding: Binding) -> str:
    if not binding.files:
        columns = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in binding.columns)
        return f"select {columns} where false"
    there = [(name, kind) for name, kind in binding.columns if name not in binding.absent]
    columns = ", ".join(f'"{name}"' for name, _ in there)
    where = f" where {binding.where}" if binding.where else ""
    selected = ", ".join(
        f'cast(null as {kind}) as "{name}"' if name in binding.absent else f'"{name}"' for name, kind in binding.columns
    )
    return f"select {selected} from {relation(binding.files, columns)}{where}"
