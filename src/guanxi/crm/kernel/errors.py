"""What can go wrong when somebody writes, in any room: said to the person, never lost."""

from __future__ import annotations

from typing import Any


class EntryError(ValueError):
    """What was entered cannot be kept; the message says why. ``field`` names the form's field, if any."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class StaleError(Exception):
    """Somebody else has changed the row since it was read. ``current`` is the row as it is now; nothing was written."""

    def __init__(self, current: Any) -> None:
        super().__init__(f"version {current.version} stands")
        self.current = current
