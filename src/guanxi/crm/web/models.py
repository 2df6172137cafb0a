"""What the site itself keeps: the files that people took out, and how often somebody asked lately."""

from __future__ import annotations

import datetime
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Export(models.Model):
    """Grain: one row a file that somebody asked for. Kept as a trace; the file itself goes after some days.

    ``reach`` are the pairs of institution and kind of customer whose rows it holds, as of when it was asked for; null
    where the rows belong to no institution, so that only who sees the whole bank may approve.
    """

    class Status(models.TextChoices):
        ASKED = "asked", _("Waits for approval")
        WAITING = "waiting", _("Waits for its turn")
        RUNNING = "running", _("Is being written")
        DONE = "done", _("Ready")
        FAILED = "failed", _("Failed")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Purpose(models.TextChoices):
        CONTACT = "contact", _("Plan visits and calls")
        CAMPAIGN = "campaign", _("Target list of a campaign")
        ANALYSIS = "analysis", _("Analysis and reports")
        MENDING = "mending", _("Check and mend data")
        AUDIT = "audit", _("Audit or inspection")
        AUTHORITY = "authority", _("Request of an authority")
        OTHER = "other", _("Something else")

    class Problem(models.TextChoices):
        GREW = "grew", _("There are more rows now than when it was asked for")
        SCOPE = "scope", _("Some of its customers are no longer yours to see")
        TAKEN_BACK = "taken_back", _("Taken back by who asked")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="+", verbose_name=_("staff")
    )
    staff_id: str
    listing = models.CharField(_("list"), max_length=40)
    title = models.CharField(_("title"), max_length=200, default="")
    kind = models.CharField(_("file format"), max_length=8, default="xlsx")
    parameters = models.TextField(_("parameters"), default="", blank=True)
    filters = models.JSONField(_("filters"), default=list)
    columns = models.JSONField(_("columns"), default=list)
    language = models.CharField(_("language"), max_length=8)
    business_date = models.DateField(_("business date"), null=True)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices, default=Purpose.OTHER)
    reason = models.CharField(_("what it is for"), max_length=300, default="")
    reach = models.JSONField(_("institutions"), null=True, default=list)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    problem = models.CharField(_("problem"), max_length=12, choices=Problem.choices, default="", blank=True)
    rows = models.IntegerField(_("rows"), default=0)
    expected = models.IntegerField(_("rows expected"), null=True)
    needs_approval = models.BooleanField(_("needs approval"), default=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_by_id: str | None
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision = models.CharField(_("said to the decision"), max_length=300, default="", blank=True)
    file = models.CharField(_("file"), max_length=200, default="", blank=True)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    expires_at = models.DateTimeField(_("kept until"), null=True)
    fetched = models.PositiveSmallIntegerField(_("fetched"), default=0)
    fetched_at = models.DateTimeField(_("last fetched"), null=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes: ClassVar = [
            models.Index(fields=["staff", "-created_at"], name="export_staff"),
            models.Index(fields=["created_at"], condition=models.Q(status="asked"), name="export_asked"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("staff")),
                name="export_decided_by_another",
                violation_error_message=_("Nobody decides about an export of their own."),
            ),
            models.CheckConstraint(
                condition=models.Q(needs_approval=False)
                | models.Q(decided_by__isnull=False)
                | models.Q(status__in=("asked", "withdrawn")),
                name="export_approved_before_written",
                violation_error_message=_("This export waits for approval."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing} {self.created_at:%Y-%m-%d}"

    @property
    def number(self) -> str:
        """The number that people quote and that stands on the file: day asked and the end of the key."""
        return f"X{timezone.localtime(self.created_at):%y%m%d}-{self.id.hex[-6:].upper()}"

    def is_kept(self, now: datetime.datetime) -> bool:
        """Whether the file may still be fetched as far as time goes."""
        return bool(self.file) and self.expires_at is not None and now < self.expires_at


class Attempts(models.Model):
    """Grain: one row a limited thing, who does it (by a digest) and a window of time; not logged, lost in a crash."""

    digest = models.BinaryField(_("who"), primary_key=True, max_length=32)
    ends_at = models.DateTimeField(_("until"))
    count = models.IntegerField(_("times"), default=1)

    class Meta:
        verbose_name = _("attempts")
        verbose_name_plural = _("attempts")
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="attempts_end")]

    def __str__(self) -> str:
        return str(self.count)
