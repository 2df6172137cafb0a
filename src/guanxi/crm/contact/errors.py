"""What can go wrong when somebody records work."""

from __future__ import annotations

from guanxi.crm.kernel.errors import EntryError


class WorkError(EntryError):
    """What was entered cannot be recorded; the message says why. ``field`` names the form's field, if any."""
