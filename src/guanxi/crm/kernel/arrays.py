"""Rows of many people: a list of 500 placeholders costs Python more than the rows do, and the database a join."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models.expressions import RawSQL

FEW = 60


def of_people(rows: Any, column: str, people: Collection[str]) -> Any:
    """Rows of some people where these are few; of more, rows of everybody whom the query reaches: the caller leaves out
    whom nobody asked for.
    """
    return rows.filter(**{f"{column}__in": list(people)}) if len(people) <= FEW else rows


def among(values: Collection[str]) -> RawSQL:
    """Some texts for ``filter(column__in=...)``, as one parameter."""
    return RawSQL("SELECT unnest(%s::varchar[])", [list(values)])
