"""No source file outgrows one reading (more than LIMIT lines have a second subject inside), and none is half merged."""

from __future__ import annotations

import sys
from pathlib import Path

LIMIT = 450
FOLDERS = ("src", "tests", "bench", "tools")
SUFFIXES = {".py", ".sql", ".html", ".js", ".css"}
MERGE_MARK = "\n<<<<" + "<<< "
# Django writes these.
EXEMPT = ("migrations",)


def main() -> int:
    """Names the files that are too long or hold the marks of a merge, and returns 1 when there are any."""
    root = Path(__file__).resolve().parent.parent
    long = []
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in SUFFIXES and not any(part in EXEMPT for part in file.parts):
                text = file.read_text(encoding="utf-8")
                if MERGE_MARK in text:
                    long.append(f"half merged: {file.relative_to(root)}")
                lines = text.count("\n")
                if lines > LIMIT:
                    long.append(f"{lines} lines: {file.relative_to(root)}")
    print("\n".join(long), end="\n" if long else "")
    return 1 if long else 0


if __name__ == "__main__":
    sys.exit(main())
