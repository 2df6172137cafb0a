"""One line of the matrix of addresses (``matrix.py``), and the roles that such lines name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.grants import GRANTS
from guanxi.crm.org.models import Role

Roles = frozenset[str]


def holders(*verbs: Verb) -> Roles:
    """The roles to which the grants give one of these verbs."""
    return frozenset(str(role) for role, granted in GRANTS.items() if any(verb in granted for verb in verbs))


ANYBODY: Roles = frozenset(Role.values)
NOBODY: Roles = frozenset()
SEERS, ASSIGNERS = holders(Verb.SEE), holders(Verb.ASSIGN)
EXPORTERS, TAKERS, APPROVERS = holders(Verb.EXPORT), holders(Verb.EXPORT, Verb.APPROVE), holders(Verb.APPROVE)
ASKERS = ASSIGNERS | {Role.AUDITOR}
# Who arranges hand-overs, and whose customers they are about.
HANDERS = ASSIGNERS | {Role.RM}
READERS: Roles = frozenset({Role.ANALYST, Role.HEAD_OFFICE, Role.AUDITOR, Role.STEWARD, Role.ADMINISTRATOR})
MEASURERS: Roles = frozenset({Role.STEWARD, Role.HEAD_OFFICE, Role.BRANCH_MANAGER, Role.ANALYST, Role.AUDITOR})
STEWARDS: Roles = frozenset({Role.STEWARD})
RULERS: Roles = frozenset({Role.ANALYST, Role.HEAD_OFFICE, Role.AUDITOR})
RULE_MAKERS: Roles = frozenset({Role.ANALYST, Role.HEAD_OFFICE})
MENDERS: Roles = frozenset({Role.STEWARD, Role.ADMINISTRATOR})
AUDITORS: Roles = frozenset({Role.AUDITOR})
WATCHERS: Roles = frozenset({Role.AUDITOR, Role.OFFICER})
REVEALERS = holders(Verb.REVEAL)
# Who may change something about customers has work to plan and to record.
WORKERS = holders(Verb.EDIT)
OFFICERS: Roles = frozenset({Role.OFFICER, Role.STEWARD, Role.ADMINISTRATOR})
LOOKERS = OFFICERS | AUDITORS
HISTORIANS: Roles = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
ADMINISTRATORS: Roles = frozenset({Role.ADMINISTRATOR})
ADMITTED = AUDITORS | ADMINISTRATORS
RECORDERS: Roles = frozenset(
    {Role.RM, Role.BRANCH_MANAGER, Role.SERVICE_AGENT, Role.HEAD_OFFICE, Role.STEWARD, Role.ADMINISTRATOR, Role.SYSTEM}
)


@dataclass(frozen=True, slots=True)
class Row:
    """One address, or with ``*`` in the name several.

    ``opens``: who may GET it, ``writes``: who may POST to it; None where nobody can. ``verb``: what is done to the
    customer it names; ``post_verb``: by POST, where that is another. ``whose``: only of persons, or of organisations.
    ``given``: values of names in the address that tell no record; ``takes``: which record a name means where it is
    not the one of that name. ``part``: it has a fragment. ``export``: what can be taken out there. ``public``: it
    answers those who have not signed in. ``ends``: the status where there is no such record; ``answer``: that of being
    let in, where it is an odd one. ``changes``: a POST that is let through changes a row; ``leaves``: it ends the
    session. ``whole``: a POST is let through only where the post sees every bank of the union and both lines.
    ``driven`` says who drives it where these tests cannot.
    """

    name: str
    opens: Roles | None = None
    writes: Roles | None = None
    verb: Verb = Verb.SEE
    post_verb: Verb | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    takes: Mapping[str, str] = field(default_factory=dict)
    whose: str = ""
    part: bool = False
    export: str = ""
    ends: int = 404
    public: bool = False
    changes: bool = True
    answer: int = 0
    leaves: bool = False
    whole: bool = False
    driven: str = ""
