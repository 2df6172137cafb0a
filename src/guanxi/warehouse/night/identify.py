"""The identity step: which records are one party tonight, found out between landing and build.

It leaves its state as parts of the night (layer ``core``), which the models read. A night that does not link keeps the
parties of the night before, but for what stewards decided: nobody falls apart because linking was switched off.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from guanxi.warehouse.decisions import Decisions
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from guanxi.warehouse.sealing import files_of


class DivisionsError(ValueError):
    """The bank's file of administrative divisions cannot be read; the message says which row."""


# Finds out which records are one party; called with keyword arguments. What it returns has ``records`` and ``moved``.
Linker = Callable[..., Any]


def linker_of(
    *, link: bool, layout: Layout, night: Night, decided: Decisions, divisions: Path | None = None
) -> Linker | None:
    """What does the step tonight; None where nothing was ever linked or decided, and each record is a party.

    ``divisions`` is the bank's own file of administrative divisions; raises :class:`DivisionsError` for a wrong one.
    """
    known = night.previous is not None and bool(files_of(layout.part("core", "identity_number", night.previous)))
    said = decided.merges or any(verdict.verdict != "ask" for verdict in decided.verdicts)
    if not (link or known or said):
        return None
    # Loaded only for nights that need it.
    from guanxi.warehouse.identity.night import decided_night, link_night

    return partial(link_night, divisions=_own(divisions)) if link else decided_night


def _own(file: Path | None) -> dict[str, str]:
    from guanxi.warehouse.identity.standardise.divisions import read_own

    try:
        return read_own(file)
    except (OSError, ValueError) as error:
        raise DivisionsError(str(error)) from error
