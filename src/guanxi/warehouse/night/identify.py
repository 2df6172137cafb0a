"""The identity step: which records are one party tonight, found out between landing and build.

It leaves its state as parts of the night (layer ``core``), which the models read. A night that does not link carries
the map of the night before on, so that nobody who was merged falls apart because linking was switched off.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from guanxi.warehouse.decisions import Decisions
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from guanxi.warehouse.progress import Progress
from guanxi.warehouse.sealing import files_of, relation

# What the step leaves a night, in layer ``core``.
STATE = (
    "identity_number",
    "identity_alias",
    "identity_pair",
    "identity_decision",
    "identity_count",
    "identity_sample",
    "identity_model",
)

# Finds out which records are one party; called with keyword arguments, those of :func:`identify`.
Linker = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Identified:
    """What the step found: the records there are, and how many of them stand under another record's number."""

    records: int
    moved: int


def has_state(layout: Layout, night: Night) -> bool:
    """Whether the night before left a map that must not be lost."""
    return night.previous is not None and bool(files_of(layout.part("core", "identity_number", night.previous)))


def carry_on(*, layout: Layout, night: Night) -> Identified:
    """The state of the night before, as it was, for this night; new records are parties by themselves."""
    for name in STATE:
        files = files_of(layout.part("core", name, night.previous)) if night.previous else ()
        if not files:
            continue
        with layout.writing("core", name, night.business_date) as aside:
            for file in files:
                shutil.copyfile(file, aside / file.name)
    return counted(layout, night)


def identify(
    *,
    layout: Layout,
    night: Night,
    linker: Linker | None,
    deliveries: Mapping[str, str],
    decisions: Decisions,
    progress: Progress,
    threads: int,
    memory_limit: str,
) -> Identified:
    """Does the step; with no ``linker`` the map is carried on. Killed and done again it leaves the same rows."""
    if linker is None:
        return carry_on(layout=layout, night=night)
    linker(
        layout=layout,
        night=night,
        deliveries=deliveries,
        decisions=decisions,
        progress=progress,
        threads=threads,
        memory_limit=memory_limit,
    )
    return counted(layout, night)


def counted(layout: Layout, night: Night) -> Identified:
    """How many records the night's map holds, and how many of them moved."""
    files = files_of(layout.part("core", "identity_number", night.business_date))
    if not files:
        return Identified(0, 0)
    with layout.sealing.reader() as connection:
        found = connection.execute(
            f"SELECT count(*), count(*) FILTER (WHERE record_id <> party_number) FROM {relation(files)}"
        ).fetchone()
    return Identified(*found) if found else Identified(0, 0)
