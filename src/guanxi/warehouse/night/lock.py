"""One night's job at a time on one warehouse, whoever starts it; the lock dies with its process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NightRunningError(Exception):
    """Another process is at work on this warehouse; the message names it."""


@contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Holds the warehouse's lock for the block; raises :class:`NightRunningError` where somebody else holds it."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("a+", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            raise NightRunningError(
                f"A night's job is at work already (process {holder}). Wait for it; the runs page shows how far it is."
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
