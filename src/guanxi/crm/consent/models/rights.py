"""The requests of persons about their data: cases with their steps, corrections, packages, rules of retention."""

from __future__ import annotations

import datetime
import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.consent.models.consent import PATHS
from guanxi.crm.consent.rights_codes import (
    OPEN,
    CaseKind,
    CaseStatus,
    CorrectionState,
    DataKind,
    KeptFrom,
    Proof,
    Requester,
    Way,
    What,
)
from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.kernel.sealed import SealedCharField, SealedTextField
from guanxi.crm.party.models import Party

STAFF = {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "null": True, "related_name": "+"}
OF_CASE = ScopePaths(
    institution="case__party__institution_id",
    manager="case__party__manager_id",
    record="case__party_id",
    kind="case__party__kind",
)


class RightsCase(models.Model):
    """Grain: one row a request. ``number`` stands on the receipt; ``due_on`` is the last day for an answer."""

    scope_paths: ClassVar = PATHS

    number = models.CharField(_("receipt number"), max_length=16, unique=True)
    kind = models.CharField(_("request"), max_length=16, choices=CaseKind.choices)
    party = models.ForeignKey(
        Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name=_("customer")
    )
    requester = models.CharField(_("asked by"), max_length=12, choices=Requester.choices, default=Requester.SELF)
    requester_name = models.CharField(_("name of who asks"), max_length=120)
    proof = models.CharField(_("proof of identity"), max_length=16, choices=Proof.choices)
    proof_reference = SealedCharField(
        _("reference of the proof"), max_length=120, label="consent_rightscase.proof_reference", key=("number",)
    )
    way = models.CharField(_("received"), max_length=12, choices=Way.choices)
    details = SealedTextField(
        _("what is asked"), default="", blank=True, label="consent_rightscase.details", key=("number",)
    )
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    due_on = models.DateField(_("due"))
    status = models.CharField(_("state"), max_length=12, choices=CaseStatus.choices, default=CaseStatus.RECEIVED)
    taken_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("taken in by"), **STAFF)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("worked on by"), **STAFF)
    outcome = SealedTextField(
        _("answer to the customer"), default="", blank=True, label="consent_rightscase.outcome", key=("number",)
    )
    closed_at = models.DateTimeField(_("closed at"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("request of a person")
        verbose_name_plural = _("requests of persons")
        indexes: ClassVar = [
            models.Index(fields=["due_on", "id"], condition=models.Q(status__in=OPEN), name="rights_case_open"),
            models.Index(fields=["-received_at", "-id"], name="rights_case_received"),
            models.Index(fields=["party", "-id"], name="rights_case_party"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status__in=OPEN, closed_at__isnull=True)
                | ~models.Q(status__in=OPEN) & models.Q(closed_at__isnull=False) & ~models.Q(outcome=""),
                name="rights_case_closed_with_outcome",
                violation_error_message=_("A request is closed with an answer to the customer."),
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its answer."""
        return self.status in OPEN

    def days_left(self, today: datetime.date) -> int:
        """Calendar days until the deadline; negative once it has passed."""
        return (self.due_on - today).days


class CaseStep(models.Model):
    """Grain: one row a step of a case. Only ever added to: a trigger refuses the rest."""

    scope_paths: ClassVar = OF_CASE

    case = models.ForeignKey(RightsCase, models.PROTECT, related_name="steps", verbose_name=_("request"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    what = models.CharField(_("step"), max_length=12, choices=What.choices)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), **STAFF)
    # Sealed with its case: a step has no name of its own before it is written.
    note = SealedTextField(_("note"), default="", blank=True, label="consent_casestep.note", key=("case_id",))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("step of a request")
        verbose_name_plural = _("steps of requests")
        triggers: ClassVar = [
            pgtrigger.Protect(name="steps_stay", operation=pgtrigger.Update | pgtrigger.Delete),
        ]


class Correction(models.Model):
    """Grain: one row a value that a person says is wrong. The bank's files are the source: right once they say so."""

    scope_paths: ClassVar = OF_CASE

    case = models.ForeignKey(RightsCase, models.PROTECT, related_name="corrections", verbose_name=_("request"))
    field = models.CharField(_("field"), max_length=40)
    old_value = SealedCharField(
        _("value on file"),
        max_length=300,
        default="",
        blank=True,
        label="consent_correction.old_value",
        key=("case_id", "field"),
    )
    new_value = SealedCharField(
        _("right value"), max_length=300, label="consent_correction.new_value", key=("case_id", "field")
    )
    state = models.CharField(
        _("state"), max_length=12, choices=CorrectionState.choices, default=CorrectionState.PROPOSED
    )
    arrived_on = models.DateField(_("arrived"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        indexes: ClassVar = [
            models.Index(fields=["case"], condition=~models.Q(state=CorrectionState.ARRIVED), name="correction_awaited")
        ]


class Package(models.Model):
    """Grain: one row a gathering of all that is held about one person. The file goes after some days, the row stays."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    scope_paths: ClassVar = OF_CASE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(RightsCase, models.PROTECT, related_name="packages", verbose_name=_("request"))
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("asked by"), **STAFF)
    status = models.CharField(_("state"), max_length=8, choices=Status.choices, default=Status.WAITING)
    done = models.PositiveSmallIntegerField(_("parts done"), default=0)
    parts = models.PositiveSmallIntegerField(_("parts"), default=0)
    rows = models.IntegerField(_("rows"), default=0)
    file = models.CharField(_("file"), max_length=80, default="", blank=True)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("package of personal data")
        verbose_name_plural = _("packages of personal data")

    @property
    def runs(self) -> bool:
        """Whether the worker still has it."""
        return self.status in (self.Status.WAITING, self.Status.RUNNING)


class RetentionRule(models.Model):
    """Grain: one row a kind of data: how many years the law makes the bank keep it, from when, on what ground."""

    kind = models.CharField(_("kind of data"), max_length=16, choices=DataKind.choices, primary_key=True)
    years = models.PositiveSmallIntegerField(_("years"), default=0)
    kept_from = models.CharField(_("counted from"), max_length=16, choices=KeptFrom.choices)
    basis_zh = models.CharField(_("legal basis in Chinese"), max_length=300)
    basis_en = models.CharField(_("legal basis in English"), max_length=300)

    class Meta:
        verbose_name = _("rule of retention")
        verbose_name_plural = _("rules of retention")

    def __str__(self) -> str:
        return self.get_kind_display()  # pyrefly: ignore[missing-attribute]

    def basis(self, language: str) -> str:
        """The legal basis in a language."""
        return self.basis_en if language.startswith("en") else self.basis_zh
