"""Where the warehouse keeps its files: one folder a dataset and business date, written aside and renamed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from guanxi.warehouse.sealing import PLAIN, Sealing

PARTITION = "business_date="
LAYERS = ("landing", "core", "marts", "quarantine", "control")


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders below one warehouse root.

    A dataset is ``<root>/<layer>/<name>``; a night's part of it is ``business_date=YYYY-MM-DD/``, which holds one or
    more Parquet files. Layers: ``landing`` (files as delivered, typed), ``core`` (subject areas and carried state),
    ``marts`` (what is published), ``quarantine``, ``control`` (what the night knows about itself). ``sealing`` says how
    new files are encrypted; what lies there is read whatever its key.
    """

    root: Path
    sealing: Sealing = PLAIN

    def dataset(self, layer: str, name: str) -> Path:
        """The folder of a dataset, all nights."""
        return self.root / layer / name

    def part(self, layer: str, name: str, day: date) -> Path:
        """The folder of one night's part of a dataset."""
        return self.dataset(layer, name) / f"{PARTITION}{day.isoformat()}"

    def days(self, layer: str, name: str) -> list[date]:
        """The business dates for which a dataset has a finished part, oldest first."""
        folder = self.dataset(layer, name)
        if not folder.is_dir():
            return []
        return sorted(
            date.fromisoformat(entry.name.removeprefix(PARTITION))
            for entry in folder.iterdir()
            if entry.name.startswith(PARTITION)
        )

    def datasets(self, layer: str) -> list[str]:
        """The names of a layer's datasets."""
        folder = self.root / layer
        return sorted(entry.name for entry in folder.iterdir() if entry.is_dir()) if folder.is_dir() else []

    @property
    def work(self) -> Path:
        """Scratch space: whatever is here when a run starts is left over from a killed one."""
        return self.root / "work"

    @contextmanager
    def writing(self, layer: str, name: str, day: date) -> Iterator[Path]:
        """A folder aside to write a part into; renamed into its place when the block ends without an error.

        A part that stood there before is replaced. A process killed inside the block leaves only scratch.
        """
        aside = self.work / f"{layer}.{name}.{day.isoformat()}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        yield aside
        put(aside, self.part(layer, name, day))

    def drop_from(self, day: date) -> int:
        """Removes every dataset's parts of ``day`` and later, before that day is run again; returns how many."""
        dropped = 0
        for layer in LAYERS:
            for name in self.datasets(layer):
                for part in self.days(layer, name):
                    if part >= day:
                        shutil.rmtree(self.part(layer, name, part))
                        dropped += 1
        return dropped


def put(aside: Path, place: Path) -> None:
    """Moves a finished file or folder into its place, durably: readers see the old one or the new one."""
    for file in [aside] if aside.is_file() else sorted(aside.rglob("*")):
        if file.is_file():
            with file.open("rb") as handle:
                os.fsync(handle.fileno())
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        # A folder cannot be renamed over a full one: the old one steps aside first. Whoever starts after a kill
        # between the two renames finds no part, and makes it again.
        old = aside.with_name(aside.name + ".old")
        shutil.rmtree(old, ignore_errors=True)
        place.rename(old)
        aside.rename(place)
        shutil.rmtree(old, ignore_errors=True)
    else:
        aside.replace(place)
