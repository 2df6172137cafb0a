"""Files of leads: what was uploaded, how its columns are read, what came of each of its lines."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanxi.crm.kernel.sealed import SealedJSONField
from guanxi.crm.sales.models.leads import STAFF, Lead


class LeadImport(models.Model):
    """Grain: one row a file that somebody uploaded. It is its person's alone; the file itself goes after some days.

    ``preview`` is the first lines as lists of cells, the headings first; ``samples`` some lines of each outcome: both
    hold what the file holds, so they are encrypted. ``mapping`` is the field that each column is read as, by the
    column's position; ``options`` what shall happen to duplicates and where the leads go. ``counts`` is how many lines
    have which outcome. ``mended_from`` is the import whose refused lines this one brings, mended. ``beat`` is when a
    job last said that it is at work.
    """

    class State(models.TextChoices):
        MAPPING = "mapping", _("Columns to be assigned")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Being taken in")
        DONE = "done", pgettext_lazy("import", "Taken in")
        FAILED = "failed", _("Failed")
        REVERTING = "reverting", _("Being taken back")
        REVERTED = "reverted", _("Taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("staff"), **STAFF)
    made_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    file_name = models.CharField(_("file name"), max_length=100)
    file = models.CharField(_("stored as"), max_length=80, default="", blank=True)
    kind = models.CharField(_("file format"), max_length=8)
    encoding = models.CharField(_("encoding"), max_length=16, default="", blank=True)
    delimiter = models.CharField(_("delimiter"), max_length=1, default="", blank=True)
    preview = SealedJSONField(_("first lines"), default=list, label="sales_leadimport.preview", key=("id",))
    samples = SealedJSONField(_("samples"), default=dict, label="sales_leadimport.samples", key=("id",))
    mapping = models.JSONField(_("columns"), default=dict)
    options = models.JSONField(_("options"), default=dict)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.MAPPING)
    done = models.PositiveIntegerField(_("lines read"), default=0)
    total = models.PositiveIntegerField(_("lines"), default=0)
    counts = models.JSONField(_("outcomes"), default=dict)
    problem = models.CharField(_("problem"), max_length=200, default="", blank=True)
    beat = models.DateTimeField(_("last sign of the job"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    staff_id: str
    mended_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("import of leads")
        verbose_name_plural = _("imports of leads")
        indexes: ClassVar = [models.Index(fields=["staff", "-made_at"], name="lead_import_staff")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_busy(self) -> bool:
        """Whether a job is at work on it."""
        return self.state in (self.State.CHECKING, self.State.RUNNING, self.State.REVERTING)


class LeadRow(models.Model):
    """Grain: one row a line of a file (as counted in the file): what came, or would come, of it.

    Of what stood in the line nothing is kept here. ``version_before`` is the version of the lead before it was
    changed. ``named``: somebody of the same name is there, which stops nothing.
    """

    class Outcome(models.TextChoices):
        CREATE = "create", _("New lead")
        UPDATE = "update", _("Changes a lead that is there")
        SAME_LEAD = "same_lead", _("Is there as a lead")
        SAME_CUSTOMER = "same_customer", _("Is a customer")
        TWICE = "twice", _("Stands twice in the file")
        WRONG = "wrong", _("Cannot be taken in")

    batch = models.ForeignKey(LeadImport, models.CASCADE, related_name="rows", verbose_name=_("import of leads"))
    line = models.PositiveIntegerField(_("line"))
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices)
    by = models.CharField(_("agrees in"), max_length=12, default="", blank=True)
    field = models.CharField(_("column"), max_length=16, default="", blank=True)
    problem = models.CharField(_("problem"), max_length=200, default="", blank=True)
    named = models.BooleanField(_("same name"), default=False)
    lead = models.ForeignKey(Lead, models.DO_NOTHING, db_constraint=False, null=True, related_name="+")
    version_before = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = _("line of an import")
        verbose_name_plural = _("lines of imports")
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "line"], name="lead_row_once")]

    def __str__(self) -> str:
        return f"{self.line} {self.outcome}"


class LeadMapping(models.Model):
    """Grain: one row a member of staff and kind of file (by its headings): how its columns were read the last time."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("staff"), **STAFF)
    signature = models.CharField(max_length=64)
    mapping = models.JSONField(_("columns"), default=dict)
    options = models.JSONField(_("options"), default=dict)
    used_at = models.DateTimeField(_("used"), default=timezone.now)

    class Meta:
        verbose_name = _("columns of a file")
        verbose_name_plural = _("columns of files")
        constraints: ClassVar = [models.UniqueConstraint(fields=["staff", "signature"], name="lead_mapping_once")]

    def __str__(self) -> str:
        return self.signature[:8]


def position(mapping: dict[str, Any], field: str) -> int | None:
    """In which column a field stands; None for none."""
    return next((int(place) for place, name in mapping.items() if name == field), None)
