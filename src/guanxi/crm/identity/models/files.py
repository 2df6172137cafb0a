"""Merges and un-merges by file: what was sent in, and what became of each line."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.identity.codes import FileState, Outcome
from guanxi.crm.identity.models.deciding import STAFF


class MergeFile(models.Model):
    """Grain: one row a file of verdicts. It holds numbers of records, never a name.

    ``beat`` is when the job at work on it last gave a sign; ``problem`` what it could not do, in ``language``.
    """

    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("uploaded by"), **STAFF)
    uploaded_by_id: str | None
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    encoding = models.CharField(_("encoding"), max_length=16)
    state = models.CharField(_("state"), max_length=8, choices=FileState.choices, default=FileState.CHECKED)
    beat = models.DateTimeField(_("last sign"), null=True)
    problem = models.CharField(_("problem"), max_length=200, default="")
    language = models.CharField(_("language"), max_length=8, default="")
    applied_at = models.DateTimeField(_("applied"), null=True)
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("undone by"), **STAFF)
    undone_by_id: str | None

    class Meta:
        db_table = "identity_file"
        verbose_name = _("file of merges")
        verbose_name_plural = _("files of merges")
        indexes: ClassVar = [models.Index(fields=["uploaded_by", "-id"], name="identity_file_by")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_busy(self) -> bool:
        """Whether a job is at work on it."""
        return self.state in (FileState.APPLYING, FileState.UNDOING)


class MergeLine(models.Model):
    """Grain: one row a line of a file, counted from 1 with the heading. ``text`` is the line as sent."""

    file = models.ForeignKey(MergeFile, models.CASCADE, related_name="lines")
    line = models.IntegerField(_("line"))
    text = models.CharField(_("line as sent"), max_length=400)
    left_record = models.CharField(_("record"), max_length=32, default="")
    right_record = models.CharField(_("other record"), max_length=32, default="")
    verdict = models.CharField(_("verdict"), max_length=9, default="")
    reason = models.CharField(_("reason"), max_length=200, default="")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices)
    message = models.CharField(_("what is wrong"), max_length=300, default="")

    class Meta:
        db_table = "identity_file_line"
        verbose_name = _("line of a file of merges")
        verbose_name_plural = _("lines of files of merges")
        constraints: ClassVar = [models.UniqueConstraint(fields=["file", "line"], name="identity_line_once")]
