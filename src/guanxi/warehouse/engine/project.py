"""What the dbt project says of its models: columns with their types, keys, layers. One place, the models' YAML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parent.parent / "dbt"
LAYERS = ("core", "marts")
# The one in C is ten times faster and may be missing.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Model:
    """A model as its YAML describes it. ``layer`` is its folder's name; ``columns`` are names with SQL types."""

    name: str
    layer: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]


@cache
def models() -> dict[str, Model]:
    """Every model of the project, by name."""
    found: dict[str, Model] = {}
    for path in sorted((PROJECT / "models").rglob("*.yml")):
        for entry in _load(path).get("models", []):
            meta = entry.get("config", {}).get("meta", {})
            found[entry["name"]] = Model(
                name=entry["name"],
                layer=path.relative_to(PROJECT / "models").parts[0],
                columns=_columns(entry),
                key=tuple(meta.get("key", ())),
            )
    return found


@cache
def datasets() -> tuple[Model, ...]:
    """The models whose rows leave the engine: all of core and marts, by layer and name."""
    return tuple(sorted((m for m in models().values() if m.layer in LAYERS), key=lambda m: (m.layer, m.name)))


@cache
def sources() -> dict[str, dict[str, tuple[tuple[str, str], ...]]]:
    """The tables that the models read: schema, table, columns with types (none where a model says them)."""
    found: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {}
    for path in sorted((PROJECT / "models" / "sources").glob("*.yml")):
        for source in _load(path).get("sources", []):
            found[source["name"]] = {table["name"]: _columns(table) for table in source["tables"]}
    return found


def _columns(entry: dict) -> tuple[tuple[str, str], ...]:
    return tuple((column["name"], column["data_type"]) for column in entry.get("columns", []))


def _load(path: Path) -> dict:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER) or {}  # noqa: S506 - both loaders are safe
