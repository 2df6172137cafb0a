"""One job at a time on one warehouse, whoever starts it; the lock dies with its process."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TextIO

LOOKS_EVERY = 0.2  # seconds


class Work(StrEnum):
    """What holds a warehouse's lock."""

    NIGHT = "night"
    ROTATION = "rotation"


class NightRunningError(Exception):
    """Another process is at work on this warehouse; the message names it."""


@contextmanager
def only_one(root: Path, work: Work = Work.NIGHT) -> Iterator[None]:
    """Holds the warehouse's lock for the block.

    A night and a rotation of keys wait for each other, however long: neither is to fail because somebody began the
    other. Where the same work is done by somebody else already, :class:`NightRunningError` is raised.
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("a+", encoding="ascii") as handle:
        while not _locked(handle):
            process, _, other = _holder(handle).partition(" ")
            if other == work:
                raise NightRunningError(_MESSAGES[work].format(process=process))
            time.sleep(LOOKS_EVERY)
        handle.truncate(0)
        handle.write(f"{os.getpid()} {work}")
        handle.flush()
        yield
        handle.truncate(0)


_MESSAGES = {
    Work.NIGHT: (
        "A night's job is at work already (process {process}). Wait for it; the runs page shows how far it is."
    ),
    Work.ROTATION: "The files of the warehouse are being written anew already (process {process}). Wait for it.",
}


def _locked(handle: TextIO) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(handle: TextIO) -> str:
    """The process and its work; empty for the moment until a new holder has said so."""
    handle.seek(0)
    return handle.read().strip()
