"""``make check``: ruff, types, imports, translations, migrations, documents. All are run, then the verdict."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent
CHECKS: tuple[tuple[str, list[str]], ...] = (
    ("ruff", [str(BIN / "ruff"), "check", "--quiet", "src", "tests", "bench", "tools", "manage.py"]),
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", "src", "tests", "bench", "tools", "manage.py"]),
    ("types", [str(BIN / "pyrefly"), "check", "--summary=none"]),
    ("imports", [str(BIN / "lint-imports"), "--no-logo"]),
    ("translations", [sys.executable, "-m", "tools.translations", "check"]),
    ("migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]),
    ("documents", [sys.executable, "-m", "tools.documents", "check"]),
    ("length", [sys.executable, "-m", "tools.length"]),
)


def main() -> int:
    """Runs every check, prints what each found, and returns 1 when one failed."""
    failed = []
    for name, command in CHECKS:
        started = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{name:<14}{verdict:<8}{time.monotonic() - started:5.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print((done.stdout + done.stderr).strip(), flush=True)
    if failed:
        print(f"check failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
