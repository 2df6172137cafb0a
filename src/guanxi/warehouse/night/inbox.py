"""What lies in the inbox."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path


def folders(inbox: Path) -> dict[date, Path]:
    """The day folders of the inbox, by business date, oldest first; a folder is named YYYY-MM-DD or YYYYMMDD."""
    found: dict[date, Path] = {}
    for entry in sorted(inbox.iterdir()) if inbox.is_dir() else []:
        for pattern in ("%Y-%m-%d", "%Y%m%d"):
            try:
                day = datetime.strptime(entry.name, pattern).date()  # noqa: DTZ007 - a date has no zone
            except ValueError:
                continue
            if entry.is_dir():
                found[day] = entry
    return dict(sorted(found.items()))
