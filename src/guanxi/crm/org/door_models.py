"""What signing in keeps: sessions, and the addresses that were refused too often."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class StaffSession(AbstractBaseSession):
    """Grain: one row a browser; ``staff`` is empty until somebody has signed in with it.

    Sessions are in the database alone, so that ending one ends it for every process at once. ``public_id`` names a
    session on pages; the key itself is a credential and is never shown.
    """

    staff_id: str | None
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        db_constraint=False,
        related_name="sessions",
        verbose_name=_("staff"),
    )
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    began_at = models.DateTimeField(_("began"), default=timezone.now)
    used_at = models.DateTimeField(_("last used"), default=timezone.now)
    address = models.CharField(_("address"), max_length=45, default="", blank=True)
    device = models.CharField(_("device"), max_length=200, default="", blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return f"{self.staff_id or '-'} {self.began_at:%Y-%m-%d %H:%M}"

    @classmethod
    def get_session_store_class(cls) -> Any:
        """The store that reads and writes these rows."""
        from guanxi.crm.org.sessions import SessionStore

        return SessionStore


class AddressLock(models.Model):
    """Grain: one row a network address from which signing in was refused lately."""

    address = models.CharField(_("address"), max_length=45, primary_key=True)
    refusals = models.PositiveSmallIntegerField(_("refusals"), default=0)
    rounds = models.PositiveSmallIntegerField(_("times locked"), default=0)
    refused_at = models.DateTimeField(_("refused"))
    locked_until = models.DateTimeField(_("locked until"), null=True)

    class Meta:
        verbose_name = _("lock of an address")
        verbose_name_plural = _("locks of addresses")
        indexes: ClassVar = [models.Index(fields=["refused_at"], name="address_lock_refused")]

    def __str__(self) -> str:
        return self.address
