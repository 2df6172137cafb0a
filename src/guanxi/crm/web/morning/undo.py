"""The way back from what was said of a row, as a token that only its person can use, for an hour."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.core import signing

from guanxi.crm.contact.morning_services import Said
from guanxi.crm.contact.task_services import Change

SALT = "guanxi.morning.undo"
LASTS = 3_600


def token_of(staff_id: str, said: Said) -> str:
    """What was said, signed."""
    rows = [[one.task_id, one.version, one.state, one.snoozed_until, one.staff_id] for one in said.changes]
    return signing.dumps([staff_id, str(said.batch), rows], salt=SALT, compress=True)


def read_token(staff_id: str, token: str) -> tuple[UUID, Sequence[Change]] | None:
    """What was said; None for a token that is not this person's, was changed, or is too old."""
    try:
        whose, batch, rows = signing.loads(token, salt=SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError):
        return None
    return (UUID(batch), tuple(Change(*row) for row in rows)) if whose == staff_id else None
