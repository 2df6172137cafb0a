"""The Chromium that tests drive: the machine's, else Debian's, else Playwright's own; never none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# What a page is given to do, in milliseconds: as long as a busy machine needs. Whoever waits goes on at once when it is
# done, so only a test that fails takes so long.
PATIENCE = 30_000
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class BrowserMissing(RuntimeError):
    """No Chromium could be had: the run fails, it does not skip."""


def chromium() -> str | None:
    """The machine's Chromium, else Debian's, else (as None) Playwright's own."""
    for found in ("/usr/bin/chromium", shutil.which("chromium"), shutil.which("chromium-browser")):
        if found and Path(found).exists():
            return found
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-cjk"], check=False, capture_output=True
        )
        if Path("/usr/bin/chromium").exists():
            return "/usr/bin/chromium"
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False, capture_output=True)
    if done.returncode:
        raise BrowserMissing(f"no Chromium on this machine and none could be installed: {done.stderr.decode()[-800:]}")
    return None
