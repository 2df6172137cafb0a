"""Sessions in the database: their store, their list, their end.

A session ends when it has not been used for a while (``GUANXI_SESSION_IDLE_MINUTES``), when it has lasted long enough
(``GUANXI_SESSION_HOURS``), when its owner or an administrator ends it, and when its owner may not sign in any more: the
last by a trigger of the database, so that the staff file's word ends it too.
"""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import IntegrityError, transaction
from django.utils import timezone

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.org.models import Staff, StaffSession

NOTED_EVERY = datetime.timedelta(minutes=1)
"""How exactly the last use is known: it is written at most this often."""


class SessionStore(DatabaseStore):
    """A session that remembers whose it is; reading it reads the member of staff with it, in one query."""

    staff: Staff | None = None
    began_at: datetime.datetime | None = None
    used_at: datetime.datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        """The table of sessions."""
        return StaffSession

    def _get_session_from_db(self) -> StaffSession | None:
        now = timezone.now()
        found = StaffSession.objects.select_related("staff").filter(pk=self.session_key, expire_date__gt=now).first()
        if found is None or (found.staff_id and not _lives(found, now)):
            self._session_key = None
            return None
        self.staff, self.began_at, self.used_at = found.staff, found.began_at, found.used_at
        return found

    def exists(self, session_key: str) -> bool:
        """Whether a key is taken."""
        return StaffSession.objects.filter(pk=session_key).exists()

    def save(self, must_create: bool = False) -> None:
        """Writes the session; raises ``UpdateError`` where it was ended meanwhile, so that it cannot come back."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # pyrefly: ignore[missing-attribute]
        values: dict[str, Any] = {
            "session_data": self.encode(data),
            "expire_date": self.get_expiry_date(),
            "staff_id": data.get("_auth_user_id"),
            "address": data.get("address", ""),
            "device": data.get("device", ""),
            "used_at": timezone.now(),
        }
        if must_create:
            try:
                with transaction.atomic():
                    StaffSession.objects.create(pk=self.session_key, **values)
            except IntegrityError:
                raise CreateError from None
        elif not StaffSession.objects.filter(pk=self.session_key).update(**values):
            raise UpdateError

    def note_use(self, address: str) -> None:
        """Notes that a signed-in session is used; at most one write a minute."""
        now = timezone.now()
        if self.staff is not None and self.used_at is not None and now - self.used_at >= NOTED_EVERY:
            StaffSession.objects.filter(pk=self.session_key).update(used_at=now, address=address)
            self.used_at = now


def _lives(session: StaffSession, now: datetime.datetime) -> bool:
    return now - session.used_at < settings.SESSION_IDLE and now - session.began_at < settings.SESSION_ABSOLUTE


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One session as its owner sees it; ``browser`` and ``system`` are empty where they are not known."""

    id: uuid.UUID
    browser: str
    system: str
    address: str
    began_at: datetime.datetime
    used_at: datetime.datetime
    is_this: bool


def sessions_of(staff: Staff, *, this: str | None) -> tuple[OpenSession, ...]:
    """The sessions that are alive, this one first, then by last use; one query. ``this`` is the key of this one."""
    now = timezone.now()
    rows = StaffSession.objects.filter(staff=staff, expire_date__gt=now).order_by("-used_at")
    found = [
        OpenSession(
            row.public_id, *device_of(row.device), row.address, row.began_at, row.used_at, is_this=row.pk == this
        )
        for row in rows
        if _lives(row, now)
    ]
    return tuple(sorted(found, key=lambda one: not one.is_this))


def end_session(*, staff: Staff, public_id: uuid.UUID) -> bool:
    """Ends one session of a member of staff; returns whether there was one."""
    with transaction.atomic():
        ended = StaffSession.objects.filter(staff=staff, public_id=public_id).delete()[0]
        return _note_ended(staff.pk, ended) > 0


def end_sessions(*, staff_id: str, but: str | None = None) -> int:
    """Ends every session of a member of staff, ``but`` the one of this key; returns how many."""
    with transaction.atomic():
        ended = StaffSession.objects.filter(staff_id=staff_id).exclude(pk=but or "").delete()[0]
        return _note_ended(staff_id, ended)


def _note_ended(staff_id: str, ended: int) -> int:
    if ended:
        record(action=Action.PERMISSION, kind="session", object_id=staff_id, detail={"ended": ended})
    return ended


def forget_ended_sessions() -> int:
    """Deletes what has expired; returns how many."""
    return StaffSession.objects.filter(expire_date__lt=timezone.now()).delete()[0]


# Order matters: Edge and the Chinese browsers call themselves Chrome as well, Chrome calls itself Safari.
BROWSERS = (
    ("DingTalk", "DingTalk"),
    ("wxwork", "WeCom"),
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> tuple[str, str]:
    """Browser and system by what a browser calls itself; empty where that is not known."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return browser, system
