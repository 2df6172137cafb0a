"""Slows down whoever guesses passwords: a number that was refused too often is locked for a while.

The same happens to numbers that nobody has, so that a lock tells nothing about who works here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from guanxi.crm.org.models import SignInLock

REFUSALS = 5
WITHIN = timedelta(minutes=15)
LOCKED = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)


def locked_until(number: str) -> datetime | None:
    """Until when a number cannot sign in; None where it can. One query."""
    found = SignInLock.objects.filter(pk=number[:32], locked_until__gt=timezone.now()).first()
    return found.locked_until if found else None


def note_refusal(number: str) -> None:
    """Counts a refusal; the fifth within a quarter of an hour locks the number for a quarter of an hour."""
    now = timezone.now()
    with transaction.atomic():
        SignInLock.objects.filter(refused_at__lt=now - FORGOTTEN).delete()
        SignInLock.objects.get_or_create(pk=number[:32], defaults={"refused_at": now})
        lock = SignInLock.objects.select_for_update().get(pk=number[:32])
        lock.refusals = lock.refusals + 1 if lock.refused_at > now - WITHIN else 1
        lock.refused_at = now
        if lock.refusals >= REFUSALS:
            lock.refusals, lock.locked_until = 0, now + LOCKED
        lock.save()


def unlock(number: str) -> bool:
    """Lets a number sign in again and forgets its refusals; returns whether there were any."""
    return bool(SignInLock.objects.filter(pk=number[:32]).delete()[0])


class LockingBackend(ModelBackend):
    """Django's own way of checking a password, with the lock before it."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """The member of staff, or None where number and password do not belong together or the number is locked."""
        number = username or str(kwargs.get("id") or "")
        if not number or password is None or "\x00" in number or locked_until(number):
            return None
        staff = super().authenticate(request, username=number, password=password)
        if staff is None:
            note_refusal(number)
        else:
            unlock(number)
        return staff
