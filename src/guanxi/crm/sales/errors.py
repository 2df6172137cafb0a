"""What can go wrong when somebody sells."""

from __future__ import annotations

from guanxi.crm.kernel.errors import EntryError


class SalesError(EntryError):
    """What was entered cannot be done; the message says why. ``field`` names the form's field, if any."""
