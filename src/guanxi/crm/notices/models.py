"""Notifications: what somebody is told, what of it is unread, how each person wants to be told, and where."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.party.models import Party

STAFF: dict[str, Any] = {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "related_name": "+"}


class Mail(models.TextChoices):
    """How a kind of notification comes by e-mail."""

    OFF = "off", _("No e-mail")
    DIGEST = "digest", _("In the digest")
    NOW = "now", _("Straight away")


class Notice(models.Model):
    """Grain: one row a thing told to one member of staff. It holds numbers of records and counts, never a name.

    ``party`` is the customer with whom the row is seen; without one it is its receiver's alone. ``about_kind`` and
    ``about_id`` name another record whose room is asked at sending and at reading whether the receiver may see it.
    ``facts`` are what its kind's sentence needs. ``key``, where it is not empty, lets a kind tell one thing once.
    ``mail`` says whether it still waits to go by e-mail: at once, in the digest, or not (any more).
    """

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id", owner="to_id")

    to = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("told to"), **STAFF)
    to_id: str
    kind = models.CharField(_("kind"), max_length=40)
    party = models.ForeignKey(
        Party,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
        verbose_name=_("customer"),
    )
    party_id: str | None
    about_kind = models.CharField(_("about"), max_length=24, default="")
    about_id = models.CharField(_("number of what it is about"), max_length=40, default="")
    facts = models.JSONField(_("facts"), default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("by"), **STAFF)
    by_id: str | None
    key = models.CharField(max_length=80, default="")
    made_at = models.DateTimeField(_("told"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True)
    mail = models.CharField(_("e-mail"), max_length=6, choices=Mail.choices, default=Mail.OFF)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes: ClassVar = [
            models.Index(fields=["to", "-id"], name="notice_to"),
            models.Index(fields=["party"], name="notice_party", condition=models.Q(party__isnull=False)),
            models.Index(fields=["to", "id"], name="notice_mail", condition=~models.Q(mail=Mail.OFF)),
            models.Index(fields=["made_at"], name="notice_made"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["to", "kind", "key"], condition=~models.Q(key=""), name="notice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Unread(models.Model):
    """Grain: one row a notification that waits to be read in the page. Without customer or words: every open page asks
    for it every few seconds, with one index scan and no policy to evaluate.
    """

    notice = models.OneToOneField(Notice, models.CASCADE, primary_key=True, related_name="unread")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("told to"), **STAFF)

    class Meta:
        verbose_name = _("unread notification")
        verbose_name_plural = _("unread notifications")
        indexes: ClassVar = [models.Index(fields=["to", "notice"], name="unread_to")]

    def __str__(self) -> str:
        return str(self.pk)


class Wish(models.Model):
    """Grain: one row a member of staff and kind in which they want something else than the kind's own way."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("staff"), **STAFF)
    kind = models.CharField(_("kind"), max_length=40)
    page = models.BooleanField(_("in the page"), default=True)
    mail = models.CharField(_("e-mail"), max_length=6, choices=Mail.choices, default=Mail.OFF)
    push = models.BooleanField(_("on my devices"), default=False)

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        constraints: ClassVar = [models.UniqueConstraint(fields=["staff", "kind"], name="wish_once")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.kind}"  # type: ignore[attr-defined]


class Device(models.Model):
    """Grain: one row a browser that somebody lets notifications be pushed to. ``digest`` is that of its address."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("staff"), **STAFF)
    staff_id: str
    endpoint = models.TextField(_("address"), max_length=1_000)
    digest = models.CharField(max_length=64, unique=True)
    key = models.CharField(_("the browser's key"), max_length=120)
    secret = models.CharField(_("the browser's secret"), max_length=40)
    name = models.CharField(_("browser"), max_length=80, default="")
    made_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        indexes: ClassVar = [models.Index(fields=["staff"], name="device_staff")]

    def __str__(self) -> str:
        return self.name
