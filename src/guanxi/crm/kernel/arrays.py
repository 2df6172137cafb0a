"""Many values as one parameter of a statement: an array costs what one value costs, 500 placeholders cost 500 times."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models.expressions import RawSQL


def among(values: Collection[str]) -> RawSQL:
    """Some texts for ``filter(column__in=...)``."""
    return RawSQL("SELECT unnest(%s::varchar[])", [list(values)])
