"""What the warehouse keeps: the state of the last nights, and for ever what cannot be computed again."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date

from guanxi.warehouse.layout import Layout

# Rows that belong to one night for ever: later nights and the models read them long after.
JOURNALS = frozenset(
    {
        "agreement_month",
        "customer_month",
        "industry_month",
        "balance_change",
        "tier_change",
        "movement",
        "book_day",
        "core_event",
    }
)


def forget_old(layout: Layout, done: Sequence[date], nights_kept: int) -> int:
    """Removes the parts of nights before the last ``nights_kept`` finished ones, journals and events excepted.

    ``done`` is the finished nights, oldest first. Rows kept aside stay too: somebody may still mend them. Returns
    how many parts were removed.
    """
    if len(done) <= nights_kept:
        return 0
    oldest = done[-nights_kept]
    removed = 0
    for layer in ("landing", "core", "marts", "control"):
        for name in layout.datasets(layer):
            if name in JOURNALS or (layer, name) == ("landing", "event"):
                continue
            for day in layout.days(layer, name):
                if day < oldest:
                    shutil.rmtree(layout.part(layer, name, day))
                    removed += 1
    return removed
