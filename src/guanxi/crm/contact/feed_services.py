"""The secret address of somebody's calendar: made, known again by its hash, revoked.

A secret is shown once. What is kept is its SHA-256: 256 bits of chance need no slower one.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import secrets

from django.db import transaction
from django.utils import timezone

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.contact.models import FeedSecret

SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")
NOTED_EVERY = datetime.timedelta(minutes=10)


def digest_of(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def make_secret(*, staff_id: str, language: str) -> str:
    """A new secret for somebody's calendar; the one before, if any, opens nothing any more."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        FeedSecret.objects.filter(staff_id=staff_id).delete()
        FeedSecret.objects.create(staff_id=staff_id, digest=digest_of(secret), language=language)
        record(action=Action.CHANGE, kind="calendar-feed", object_id=staff_id, detail={"made": True})
    return secret


def revoke_secret(*, staff_id: str) -> bool:
    """Ends somebody's calendar address; whether there was one."""
    with transaction.atomic():
        many = FeedSecret.objects.filter(staff_id=staff_id).delete()[0]
        if many:
            record(action=Action.CHANGE, kind="calendar-feed", object_id=staff_id, detail={"revoked": True})
    return bool(many)


def feed_of(secret: str) -> FeedSecret | None:
    """Whose calendar a secret opens; None for one that is not known, and for somebody who is not in service. One query,
    and now and then one that notes the use.
    """
    if not SHAPE.fullmatch(secret):
        return None
    rows = FeedSecret.objects.select_related("staff").filter(digest=digest_of(secret), staff__is_active=True)
    found = rows.first()
    if found is not None:
        now = timezone.now()
        if found.used_at is None or now - found.used_at > NOTED_EVERY:
            FeedSecret.objects.filter(pk=found.pk).update(used_at=now)
    return found


def secret_of(staff_id: str) -> FeedSecret | None:
    """What is known of somebody's calendar address: when it was made and last used; one query."""
    return FeedSecret.objects.filter(staff_id=staff_id).first()
