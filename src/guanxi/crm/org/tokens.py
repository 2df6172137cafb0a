"""Makes, finds and ends tokens for the API.

A token is ``gx_``, forty random letters and digits, and six that are the checksum of those: secret scanners find it by
its shape (``gx_[A-Za-z0-9]{46}``), and whatever was not made here is refused without a look into the database.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import secrets
import string
import zlib
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.org.models import Staff
from guanxi.crm.org.token_models import Ability, ApiToken

PREFIX = "gx_"
SIGNS = string.digits + string.ascii_uppercase + string.ascii_lowercase
SHAPE = re.compile(r"gx_[A-Za-z0-9]{46}")
LONG, CHECKED = 40, 6
NOTED_EVERY = datetime.timedelta(minutes=1)
"""How exactly the last use is known: it is written at most this often."""
MOST = 20
"""So many tokens may one person have."""
EXPIRED_KEPT = datetime.timedelta(days=30)


class TokenError(ValueError):
    """A token cannot be made so; the message says why to who asks for it."""


def new_secret() -> str:
    """A token that nobody has yet."""
    body = "".join(secrets.choice(SIGNS) for _sign in range(LONG))
    return f"{PREFIX}{body}{_checksum(body)}"


def _checksum(body: str) -> str:
    number, found = zlib.crc32(body.encode()), ""
    for _place in range(CHECKED):
        number, rest = divmod(number, len(SIGNS))
        found = SIGNS[rest] + found
    return found


def is_whole(secret: str) -> bool:
    """Whether something has the shape of a token and its checksum fits; says nothing about its being known."""
    if not SHAPE.fullmatch(secret):
        return False
    body = secret[len(PREFIX) : -CHECKED]
    return constant_time_compare(secret[-CHECKED:], _checksum(body))


def digest_of(secret: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode()).digest()


def make_token(
    *,
    staff: Staff,
    name: str,
    abilities: Iterable[str],
    days: int,
    strong: bool,
    rows_a_day: int | None = None,
    now: datetime.datetime | None = None,
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is shown once and not kept. Raises :class:`TokenError`.

    ``strong``: whoever makes it has just proven a second factor.
    """
    wanted = [one for one in Ability.values if one in set(abilities)]
    moment = now or timezone.now()
    if not name.strip():
        raise TokenError(_("Give it a name by which you will know it."))
    if not wanted:
        raise TokenError(_("Choose at least one thing that it may be used for."))
    if not 1 <= days <= settings.API_TOKEN_DAYS:
        raise TokenError(_("Choose between 1 and %(most)s days.") % {"most": settings.API_TOKEN_DAYS})
    secret = new_secret()
    with transaction.atomic():
        # Two windows of one person could otherwise each be within the number allowed.
        Staff.objects.select_for_update(no_key=True).only("id").get(pk=staff.pk)
        ApiToken.objects.filter(staff=staff, expires_at__lt=moment - EXPIRED_KEPT).delete()
        if ApiToken.objects.filter(staff=staff).count() >= MOST:
            raise TokenError(_("You have %(most)s tokens; end one that you do not use.") % {"most": MOST})
        token = ApiToken.objects.create(
            staff=staff,
            name=name.strip()[:80],
            digest=digest_of(secret),
            abilities=wanted,
            strong=strong,
            rows_a_day=rows_a_day,
            expires_at=moment + datetime.timedelta(days=days),
        )
        _record(token, "made")
    return token, secret


def find_token(secret: str) -> ApiToken | None:
    """The token with its owner, where it is valid and the owner may use it now; else None. At most one query.

    It is looked up by its digest, so how long that takes tells nothing of the tokens there are.
    """
    if not is_whole(secret):
        return None
    digest = digest_of(secret)
    token = ApiToken.objects.select_related("staff").filter(digest=digest).first()
    if token is None or not constant_time_compare(bytes(token.digest), digest):
        return None
    return token if token.staff.is_active and token.expires_at > timezone.now() else None


def note_use(token: ApiToken, address: str) -> None:
    """Notes that a token is used; at most one write a minute."""
    now = timezone.now()
    if token.used_at is None or now - token.used_at >= NOTED_EVERY or token.used_from != address:
        ApiToken.objects.filter(pk=token.pk).update(used_at=now, used_from=address)
        token.used_at, token.used_from = now, address


def tokens_of(staff: Staff) -> tuple[ApiToken, ...]:
    """A person's tokens, the newest first; one query."""
    return tuple(ApiToken.objects.filter(staff=staff).order_by("-made_at", "id"))


def end_token(*, staff: Staff, token_id: UUID) -> bool:
    """Ends one of a person's tokens at once; returns whether there was one."""
    with transaction.atomic():
        token = ApiToken.objects.filter(staff=staff, pk=token_id).first()
        if token is None:
            return False
        _record(token, "ended")
        token.delete()
    return True


def _record(token: ApiToken, step: str) -> None:
    facts = {"step": step, "of": token.staff_id, "name": token.name, "may": token.abilities}
    facts |= {"until": token.expires_at, "rows_a_day": token.rows_a_day}
    record(action=Action.PERMISSION, kind="api-token", object_id=str(token.pk), detail=facts)
