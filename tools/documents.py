"""The documents that are made from code: ``write`` makes them, ``check`` fails when one differs from its code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from guanxi.settings_document import render as settings
from guanxi.warehouse.landing.document import render as file_interface

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS: dict[str, Callable[[], str]] = {
    "docs/file-interface.md": file_interface,
    "docs/settings.md": settings,
}


def main(verb: str) -> int:
    """Writes or checks every document; returns 1 when a check found one that is not what its code says."""
    stale = []
    for name, render in DOCUMENTS.items():
        file = ROOT / name
        if verb == "write":
            file.write_text(render(), encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != render():
            stale.append(name)
    if stale:
        print(f"not what the code says: {', '.join(stale)}; run: python -m tools.documents write")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
