"""Who may record consent, and who works on the requests of persons. What they see inside is the scope's affair."""

from __future__ import annotations

from collections.abc import Iterable

from guanxi.crm.org.models import Role

RECORDERS = frozenset(
    {
        Role.RM,
        Role.BRANCH_MANAGER,
        Role.SERVICE_AGENT,
        Role.HEAD_OFFICE,
        Role.STEWARD,
        Role.ADMINISTRATOR,
        Role.SYSTEM,
    }
)
# The data-protection officer's work, done by the steward and the administrator where the bank has no such post.
OFFICERS = frozenset({Role.OFFICER, Role.STEWARD, Role.ADMINISTRATOR})
LOOKERS = OFFICERS | {Role.AUDITOR}


def may_record(roles: Iterable[str]) -> bool:
    """Whether somebody with these roles may record consent, its withdrawal, and take in a person's request."""
    return not RECORDERS.isdisjoint(roles)


def may_decide(roles: Iterable[str]) -> bool:
    """Whether somebody with these roles works on the requests of persons."""
    return not OFFICERS.isdisjoint(roles)


def may_look(roles: Iterable[str]) -> bool:
    """Whether somebody with these roles may look at the requests of persons."""
    return not LOOKERS.isdisjoint(roles)
