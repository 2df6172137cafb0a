"""How a long piece of work tells how far it is, whoever listens: a terminal, a database row, a test."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Hears how far one step is. ``total`` is 0 while it is not known."""

    def report(self, done: int, total: int, detail: str = "") -> None:
        """``done`` of ``total`` units are done; ``detail`` says what is being worked on."""


class Silent:
    """Hears and says nothing."""

    def report(self, done: int, total: int, detail: str = "") -> None:
        """Does nothing."""
