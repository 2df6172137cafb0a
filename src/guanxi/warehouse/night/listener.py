"""Who hears how a night goes: the terminal, the run's rows in the database, or nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from guanxi.warehouse.progress import Progress, Silent


class Listener(Protocol):
    """Hears of nights and steps as they begin and end."""

    def night(self, day: date, position: int, count: int) -> None:
        """The night of ``day`` begins, the ``position``-th of ``count``."""

    def step(self, day: date, name: str) -> Progress:
        """A step begins; what is returned hears how far it is."""

    def step_done(self, day: date, name: str, seconds: float, rows: int) -> None:
        """The step ended."""


class Nobody:
    """Hears and says nothing."""

    def night(self, day: date, position: int, count: int) -> None:
        """Does nothing."""

    def step(self, day: date, name: str) -> Progress:
        """Somebody who hears and says nothing."""
        return Silent()

    def step_done(self, day: date, name: str, seconds: float, rows: int) -> None:
        """Does nothing."""


class Both:
    """Tells several listeners of one step's progress."""

    def __init__(self, listeners: Sequence[Progress]) -> None:
        self.listeners = listeners

    def report(self, done: int, total: int, detail: str = "") -> None:
        """Passes the report on to each."""
        for listener in self.listeners:
            listener.report(done, total, detail)
