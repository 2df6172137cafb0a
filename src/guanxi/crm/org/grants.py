"""How far a post reaches, for each verb: one table, read by the scope engine and shown to whoever asks why."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Role


class Span(StrEnum):
    """How far one verb of a post reaches, from the institution in which the post is."""

    OWN = "own"  # those that its holder looks after
    INSTITUTION = "institution"  # those of the institution itself (a team is one)
    SUBTREE = "subtree"  # with all institutions below
    LEGAL_ENTITY = "legal_entity"  # all of the bank to which the institution belongs
    ALL = "all"  # every bank of the union


SEE, EDIT, ASSIGN, EXPORT, REVEAL, APPROVE = Verb

GRANTS: Mapping[str, Mapping[Verb, Span]] = {
    Role.RM: {SEE: Span.OWN, EDIT: Span.OWN, EXPORT: Span.OWN, REVEAL: Span.OWN},
    Role.BRANCH_MANAGER: {
        SEE: Span.SUBTREE,
        EDIT: Span.SUBTREE,
        ASSIGN: Span.SUBTREE,
        EXPORT: Span.SUBTREE,
        REVEAL: Span.SUBTREE,
        APPROVE: Span.SUBTREE,
    },
    Role.HEAD_OFFICE: {
        SEE: Span.LEGAL_ENTITY,
        EDIT: Span.LEGAL_ENTITY,
        ASSIGN: Span.LEGAL_ENTITY,
        EXPORT: Span.LEGAL_ENTITY,
        APPROVE: Span.LEGAL_ENTITY,
    },
    Role.ANALYST: {SEE: Span.LEGAL_ENTITY, EXPORT: Span.LEGAL_ENTITY},
    Role.AUDITOR: {SEE: Span.LEGAL_ENTITY, EXPORT: Span.LEGAL_ENTITY},
    # Sees and proves, but has no value shown: who watches reveals makes none.
    Role.OFFICER: {SEE: Span.LEGAL_ENTITY, EXPORT: Span.LEGAL_ENTITY},
    Role.STEWARD: {
        SEE: Span.LEGAL_ENTITY,
        EDIT: Span.LEGAL_ENTITY,
        EXPORT: Span.LEGAL_ENTITY,
        REVEAL: Span.LEGAL_ENTITY,
    },
    Role.SERVICE_AGENT: {SEE: Span.LEGAL_ENTITY, EDIT: Span.LEGAL_ENTITY, REVEAL: Span.LEGAL_ENTITY},
    Role.LINKAGE: {SEE: Span.SUBTREE},
    # A system calls the API for the institution of its post; what its tokens do not name stays closed to it.
    Role.SYSTEM: {SEE: Span.SUBTREE, EDIT: Span.SUBTREE},
}

# Posts that see across the wall between the lines: of the other line those who are related to a customer of the own
# line within the post's institutions, with the verb see alone.
CROSSING = frozenset({Role.LINKAGE})


def span_of(role: str, verb: Verb) -> Span | None:
    """How far ``verb`` of a post with ``role`` reaches; None where it does not at all."""
    return GRANTS.get(role, {}).get(verb)
