"""The largest memory that a stretch of this process's work needed."""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path

CLEAR = Path("/proc/self/clear_refs")
STATUS = Path("/proc/self/status")


def reset_peak() -> None:
    """Begins a new stretch, where the kernel lets a process do that (Linux)."""
    with suppress(OSError):
        CLEAR.write_text("5", encoding="ascii")


def peak_bytes() -> int:
    """The largest resident memory since :func:`reset_peak`, in bytes (since the start, where that is impossible)."""
    try:
        for line in STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
