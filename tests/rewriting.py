"""Changes rows behind everybody's back, as SQL would, where some of it is encrypted with its row."""

from __future__ import annotations

from typing import Any

from guanxi.crm.kernel.sealed import open_all


def rewrite(rows: Any, **values: Any) -> None:
    """Writes other values into the rows of a queryset; what is encrypted is encrypted with the row it becomes."""
    for row in rows:
        open_all(row)
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
