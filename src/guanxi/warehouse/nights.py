"""Which night it is: the business date that is being made, and the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Night:
    """One night's work. ``previous`` is the business date before; the opening night has none."""

    business_date: date
    previous: date | None = None

    @property
    def opening(self) -> bool:
        """Whether this is the warehouse's first night, whose files bring the history along."""
        return self.previous is None
