"""How settings are read from the environment."""

from __future__ import annotations

import os
from pathlib import Path


def from_file(variable: str) -> str:
    """The secret in the file that a variable names; empty where it names none."""
    file = os.environ.get(variable, "")
    return Path(file).read_text(encoding="utf-8").strip() if file else ""
