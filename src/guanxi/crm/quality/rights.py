"""Who may look at the nights, and who may act on them.

A raw line of a bank's file belongs to no scope, so these screens are for roles that see the whole bank anyway; a
relationship manager or a branch manager may not enter.
"""

from __future__ import annotations

from collections.abc import Iterable

from guanxi.crm.org.models import Role

READERS = frozenset({Role.ANALYST, Role.HEAD_OFFICE, Role.AUDITOR, Role.STEWARD, Role.ADMINISTRATOR})
MENDERS = frozenset({Role.STEWARD, Role.ADMINISTRATOR})


def may_read(roles: Iterable[str]) -> bool:
    """Whether somebody with these roles may see runs, data quality and rows kept aside."""
    return not READERS.isdisjoint(roles)


def may_mend(roles: Iterable[str]) -> bool:
    """Whether somebody with these roles may mend and dismiss rows, and start the night's job."""
    return not MENDERS.isdisjoint(roles)
