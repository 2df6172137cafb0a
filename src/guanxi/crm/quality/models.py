"""The nights' runs: their steps, files, tests, reconciliations, and the rows that were kept aside.

The night's job writes these rows as it goes (``warehouse.journal``), so that people see progress; here they are read,
and rows kept aside are mended.
"""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.sealed import SealedBinaryField, SealedCharField, SealedJSONField, SealedTextField


class Run(models.Model):
    """Grain: one row a run of the night's job for one business date."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")

    id = models.CharField(_("number"), primary_key=True, max_length=36)
    business_date = models.DateField(_("business date"))
    previous_business_date = models.DateField(_("business date before"), null=True)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    folder = models.CharField(_("folder"), max_length=500, default="")
    problems = models.JSONField(_("problems"), default=list)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        indexes: ClassVar = [models.Index(fields=["-started_at"], name="run_started")]

    def __str__(self) -> str:
        return f"{self.business_date} {self.status}"


class RunStep(models.Model):
    """Grain: one row a step of a run. ``peak_bytes`` is the largest memory of the process that did it."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="steps")
    position = models.SmallIntegerField(_("position"))
    name = models.CharField(_("step"), max_length=40)
    status = models.CharField(_("status"), max_length=8, choices=Run.Status.choices)
    started_at = models.DateTimeField(_("started"))
    seconds = models.FloatField(_("seconds"), null=True)
    rows = models.BigIntegerField(_("rows"), null=True)
    peak_bytes = models.BigIntegerField(_("peak memory"), null=True)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("of"), default=0)
    detail = models.CharField(_("detail"), max_length=200, default="")

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "position"], name="step_once")]


class FileDelivery(models.Model):
    """Grain: one row a run and file: what its control file stated and what was found."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="files")
    table = models.CharField(_("table"), max_length=32)
    file = models.CharField(_("file"), max_length=200)
    delivery = models.CharField(_("delivery"), max_length=10)
    encoding = models.CharField(_("encoding"), max_length=16)
    bytes = models.BigIntegerField(_("size"))
    rows = models.BigIntegerField(_("rows"))
    accepted = models.BigIntegerField(_("accepted"))
    quarantined = models.BigIntegerField(_("kept aside"))
    amount_total = models.DecimalField(_("total"), max_digits=24, decimal_places=2, null=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "table"], name="file_once")]


class TestResult(models.Model):
    """Grain: one row a run and data test."""

    __test__ = False

    run = models.ForeignKey(Run, models.CASCADE, related_name="tests", verbose_name=_("run"))
    name = models.CharField(_("test"), max_length=200)
    model = models.CharField(_("model"), max_length=80)
    column = models.CharField(_("column"), max_length=80, default="")
    severity = models.CharField(_("severity"), max_length=8)
    status = models.CharField(_("status"), max_length=8)
    failures = models.BigIntegerField(_("failures"))
    message = models.CharField(_("message"), max_length=500, default="")

    class Meta:
        verbose_name = _("data test")
        verbose_name_plural = _("data tests")
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "name"], name="test_once")]


class Reconciliation(models.Model):
    """Grain: one row a run and rule: two figures that must agree."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="reconciliations")
    rule = models.CharField(_("rule"), max_length=80)
    expected = models.DecimalField(_("expected"), max_digits=26, decimal_places=2)
    actual = models.DecimalField(_("actual"), max_digits=26, decimal_places=2)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "rule"], name="rule_once")]

    @property
    def agrees(self) -> bool:
        """Whether the two figures are equal to the cent."""
        return self.expected == self.actual


@pghistory.track(
    pghistory.UpdateEvent(),
    fields=["business_date", "table", "line", "status", "mended", "mended_by", "mended_at"],
    obj_field=pghistory.ObjForeignKey(related_name="history"),
    model_name="QuarantinedRowEvent",
    # A night that is run again may write its rows anew: their history is found by what they are, not by their number.
    meta={
        "indexes": [models.Index(fields=["business_date", "table", "line"], name="quarantined_history")],
        "verbose_name": _("change of a row kept aside"),
    },
)
class QuarantinedRow(models.Model):
    """Grain: one row a business date, table and line of a file that was kept aside, with the first rule it broke.

    ``mended_by`` and ``mended_at`` say who decided last and when, whether that was to mend or to dismiss.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        MENDED = "mended", _("Mended")
        ACCEPTED = "accepted", _("Accepted")
        DISMISSED = "dismissed", _("Dismissed")

    business_date = models.DateField(_("business date"))
    table = models.CharField(_("table"), max_length=32)
    file = models.CharField(_("file"), max_length=200)
    line = models.BigIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=64, default="")
    rule = models.CharField(_("rule"), max_length=32)
    message = SealedCharField(
        _("what is wrong"),
        max_length=500,
        label="quality_quarantinedrow.message",
        key=("business_date", "table", "line"),
    )
    raw = SealedBinaryField(_("raw bytes"), label="quality_quarantinedrow.raw", key=("business_date", "table", "line"))
    encoding = models.CharField(_("encoding"), max_length=16)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    mended = SealedTextField(
        _("mended row"),
        default="",
        blank=True,
        label="quality_quarantinedrow.mended",
        key=("business_date", "table", "line"),
    )
    mended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("decided by"),
    )
    mended_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("row kept aside")
        verbose_name_plural = _("rows kept aside")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["business_date", "table", "line"], name="quarantined_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "-business_date", "table", "line"], name="quarantined_list")
        ]

    def __str__(self) -> str:
        return f"{self.business_date} {self.table} {self.line}"


class NightRequest(models.Model):
    """Grain: one row a start of the night's job that somebody asked for on the screen. At most one is open."""

    class Kind(models.TextChoices):
        NEXT = "next", _("Days that wait in the inbox")
        REPLAY = "replay", _("Run again with mended rows")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting for the worker")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Stopped")
        LOST = "lost", _("Interrupted")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    from_day = models.DateField(_("from business date"), null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("asked by"),
    )
    asked_at = models.DateTimeField(_("asked"))
    job_id = models.BigIntegerField(_("job"), null=True)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.WAITING)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    exit_code = models.IntegerField(_("exit status"), null=True)
    output = models.TextField(_("what the job said last"), default="")

    class Meta:
        verbose_name = _("start of the night's job")
        verbose_name_plural = _("starts of the night's job")
        indexes: ClassVar = [models.Index(fields=["-asked_at"], name="night_request_asked")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(finished_at__isnull=True),
                name="one_open_night_request",
                violation_error_message=_("The night's job is at work already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.asked_at:%Y-%m-%d %H:%M}"


class MendingImport(models.Model):
    """Grain: one row an uploaded file of mended rows.

    ``rows`` is what was read from it: ``{"id", "version", "mended"}`` each, kept between preview and application.
    """

    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded"))
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = SealedJSONField(default=list, label="quality_mendingimport.rows", key=("sha256",))
    applied_at = models.DateTimeField(_("applied"), null=True)
    changed = models.IntegerField(_("rows changed"), null=True)

    class Meta:
        verbose_name = _("import of mended rows")
        verbose_name_plural = _("imports of mended rows")

    def __str__(self) -> str:
        return self.file_name
