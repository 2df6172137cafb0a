"""The way back from what was done to tasks, as a token that only its person can use, for an hour."""

from __future__ import annotations

from collections.abc import Sequence

from django.core import signing

from guanxi.crm.contact.task_services import Change

SALT = "guanxi.contact.undo"
LASTS = 3_600


def token_of(staff_id: str, changes: Sequence[Change]) -> str:
    """What was done, signed."""
    rows = [[one.task_id, one.version, one.state, one.snoozed_until, one.staff_id] for one in changes]
    return signing.dumps([staff_id, rows], salt=SALT, compress=True)


def read_token(staff_id: str, token: str) -> tuple[Change, ...] | None:
    """What was done; None for a token that is not this person's, was changed, or is too old."""
    try:
        whose, rows = signing.loads(token, salt=SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError):
        return None
    return tuple(Change(*row) for row in rows) if whose == staff_id else None
