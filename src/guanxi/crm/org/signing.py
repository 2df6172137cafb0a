"""Slows down whoever guesses passwords and codes: a number, or an address, that was refused too often is locked.

Each further lock within a day lasts longer. The same happens to numbers that nobody has, so that a lock tells nothing
about who works here. A branch behind one address may mistype more often than one person before the address is locked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from guanxi.crm.audit.context import current
from guanxi.crm.org.models import AddressLock, SignInLock

REFUSALS = 5
ADDRESS_REFUSALS = 60
WITHIN = timedelta(minutes=15)
LOCKS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
FORGOTTEN = timedelta(days=1)


def locked_until(number: str, address: str = "") -> datetime | None:
    """Until when nobody can sign in with a number, or from an address; None where they can. At most two queries."""
    now = timezone.now()
    until = [row.locked_until for row in SignInLock.objects.filter(pk=number[:32], locked_until__gt=now)]
    if address:
        until += [row.locked_until for row in AddressLock.objects.filter(pk=address, locked_until__gt=now)]
    return max((one for one in until if one), default=None)


def note_refusal(number: str, address: str = "") -> None:
    """Counts a refusal of a number and of the address it came from; whoever has had too many is locked."""
    _count(SignInLock, number[:32], REFUSALS)
    if address:
        _count(AddressLock, address, ADDRESS_REFUSALS)


def _count(table: type[SignInLock] | type[AddressLock], key: str, allowed: int) -> None:
    now = timezone.now()
    with transaction.atomic():
        table.objects.filter(refused_at__lt=now - FORGOTTEN).delete()
        table.objects.get_or_create(pk=key, defaults={"refused_at": now})
        lock = table.objects.select_for_update().get(pk=key)
        lock.refusals = lock.refusals + 1 if lock.refused_at > now - WITHIN else 1
        lock.refused_at = now
        if lock.refusals >= allowed:
            lock.locked_until = now + LOCKS[min(lock.rounds, len(LOCKS) - 1)]
            lock.refusals, lock.rounds = 0, min(lock.rounds + 1, len(LOCKS))
        lock.save()


def unlock(number: str) -> bool:
    """Lets a number sign in again and forgets its refusals; returns whether there were any."""
    return bool(SignInLock.objects.filter(pk=number[:32]).delete()[0])


class LockingBackend(ModelBackend):
    """Django's own way of checking a password, with the locks before it.

    Refusals are forgotten when somebody is let in, which is after the second factor: whoever knows a password could
    otherwise guess codes without end.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """The member of staff, or None where number and password do not belong together or a lock is on."""
        number = username or str(kwargs.get("id") or "")
        address = current().address
        if not number or password is None or "\x00" in number or locked_until(number, address):
            return None
        staff = super().authenticate(request, username=number, password=password)
        if staff is None:
            note_refusal(number, address)
        return staff
