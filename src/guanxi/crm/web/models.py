"""What the site itself keeps: the spreadsheets that people took out."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Export(models.Model):
    """Grain: one row a spreadsheet taken out of a list. Kept as a trace; the file itself goes after some days."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="+", verbose_name=_("staff")
    )
    listing = models.CharField(_("list"), max_length=40)
    parameters = models.TextField(_("filters"), default="", blank=True)
    columns = models.JSONField(_("columns"), default=list)
    language = models.CharField(_("language"), max_length=8)
    business_date = models.DateField(_("business date"), null=True)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.WAITING)
    rows = models.IntegerField(_("rows"), default=0)
    expected = models.IntegerField(_("rows expected"), null=True)
    file = models.CharField(_("file"), max_length=200, default="", blank=True)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes: ClassVar = [models.Index(fields=["staff", "-created_at"], name="export_staff")]

    def __str__(self) -> str:
        return f"{self.listing} {self.created_at:%Y-%m-%d}"
