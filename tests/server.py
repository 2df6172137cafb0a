"""How the tests' own PostgreSQL is set up, and where its data lie.

The tests' databases are made, copied and dropped by the hundred, each of them a thousand small files. Where the machine
has memory to spare they lie there, and nothing waits for a disk: no crash of the machine need be survived.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from guanxi.postgres import SERVER_SETTINGS

SETTINGS = SERVER_SETTINGS | {
    "shared_buffers": "256MB",
    "max_wal_size": "512MB",
    "fsync": "off",
    "full_page_writes": "off",
}
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder with an owner and a name of its own below it
ROOM = 6 << 30


def place(root: Path) -> Path:
    """The folder of the server of the sources in ``root``: in memory where there is room, else in their ``var``."""
    if min(_free(), _available()) < ROOM:
        return root / "var" / "test"
    return MEMORY / f"guanxi-test-{os.getuid()}-{hashlib.sha256(str(root).encode()).hexdigest()[:12]}"


def _free() -> int:
    return shutil.disk_usage(MEMORY).free if os.access(MEMORY, os.W_OK) else 0


def _available() -> int:
    """The memory that programs may still have, in bytes; 0 where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), 0)
