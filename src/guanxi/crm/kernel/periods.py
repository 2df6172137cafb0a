"""Conditions on rows that hold from a first day to a last one, which may be open."""

from __future__ import annotations

import datetime

from django.db.models import Q


def not_over(today: datetime.date) -> Q:
    """That a row's ``valid_to`` (its last day, NULL for no end) has not passed."""
    return Q(valid_to__isnull=True) | Q(valid_to__gte=today)
