"""The bulletin board: announcements of an institution with who has read them, and materials with their versions.

Both are for an institution and all below it; they hold nothing about customers.
"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.org.models import Institution

STAFF: dict[str, Any] = {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "related_name": "+"}
PLACE: dict[str, Any] = {"on_delete": models.PROTECT, "db_constraint": False, "related_name": "+"}


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    obj_field=pghistory.ObjForeignKey(related_name="history"),
    model_name="AnnouncementEvent",
    meta={"verbose_name": _("change of an announcement")},
)
class Announcement(models.Model):
    """Grain: one row an announcement to the staff of an institution and all below it.

    ``key`` is made by the page, so that sending it twice makes one. It is shown until the end of ``expires_on``, or
    until it is withdrawn. ``version`` counts changes; whoever changes it says which version they saw.
    """

    key = models.UUIDField(editable=False)
    institution = models.ForeignKey(Institution, verbose_name=_("institution"), **PLACE)
    institution_id: str
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=8_000)
    pinned = models.BooleanField(_("pinned"), default=False)
    expires_on = models.DateField(_("shown until"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), **STAFF)
    by_id: str
    made_at = models.DateTimeField(_("announced"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        indexes: ClassVar = [models.Index(fields=["institution", "-pinned", "-made_at"], name="announcement_place")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["by", "key"], name="announcement_once")]

    def __str__(self) -> str:
        return self.title


class Receipt(models.Model):
    """Grain: one row an announcement and member of staff who has opened it, with the version that they read first."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="receipts", db_index=False)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("read by"), **STAFF)
    staff_id: str
    version = models.PositiveIntegerField(_("version"))
    at = models.DateTimeField(_("read"), default=timezone.now)

    class Meta:
        verbose_name = _("read receipt")
        verbose_name_plural = _("read receipts")
        constraints: ClassVar = [models.UniqueConstraint(fields=["announcement", "staff"], name="receipt_once")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.at:%Y-%m-%d}"


class KeptFile(models.Model):
    """What every file of this room has; the bytes lie in the storage under a name that tells nothing."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(_("file name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=8)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    file = models.CharField(_("stored as"), max_length=200)
    scanner = models.CharField(_("scanned by"), max_length=60, default="", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), **STAFF)
    by_id: str
    made_at = models.DateTimeField(_("uploaded"), default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class AnnouncedFile(KeptFile):
    """Grain: one row a file of an announcement."""

    announcement = models.ForeignKey(Announcement, models.PROTECT, related_name="files")

    class Meta:
        verbose_name = _("file of an announcement")
        verbose_name_plural = _("files of announcements")


class Material(models.Model):
    """Grain: one row a material that the staff of an institution and all below it share: its newest version counts."""

    institution = models.ForeignKey(Institution, verbose_name=_("institution"), **PLACE)
    institution_id: str
    title = models.CharField(_("title"), max_length=120)
    text = models.CharField(_("what it is"), max_length=500, default="", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), **STAFF)
    by_id: str
    made_at = models.DateTimeField(_("shared"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")

    def __str__(self) -> str:
        return self.title


class MaterialVersion(KeptFile):
    """Grain: one row a material and version, counted from 1; ``note`` says what is new in it."""

    material = models.ForeignKey(Material, models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField(_("version"))
    note = models.CharField(_("what is new"), max_length=200, default="", blank=True)

    class Meta:
        verbose_name = _("version of a material")
        verbose_name_plural = _("versions of materials")
        constraints: ClassVar = [models.UniqueConstraint(fields=["material", "number"], name="material_version_once")]


AnnouncementEvent = Announcement.history.rel.related_model  # type: ignore[attr-defined]
