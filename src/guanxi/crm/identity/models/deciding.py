"""What the staff decide: verdicts on pairs, and the thresholds of the night."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.identity.codes import Verdict
from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.kernel.sealed import SealedCharField
from guanxi.crm.party.models import Party, PartyKind

STAFF: dict[str, Any] = {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "related_name": "+"}


class Decision(models.Model):
    """Grain: one row a verdict on two records, ``left_record`` < ``right_record``; the night reads those in force.

    *Different* holds for ever, until somebody takes it back (``withdrawn_at``). ``party`` and ``other`` are the
    customers to whom the records belong; they follow when customers are merged.
    """

    scope_paths: ClassVar = ScopePaths(
        institution="party__institution_id",
        manager="party__manager_id",
        people=("asked_whom_id",),
        second=ScopePaths(
            institution="other__institution_id",
            manager="other__manager_id",
            record="other_id",
            kind="other__kind",
            people=("asked_whom_id",),
        ),
    )

    left_record = models.CharField(_("record"), max_length=32)
    right_record = models.CharField(_("other record"), max_length=32)
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    party_id: str
    other = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    other_id: str
    verdict = models.CharField(_("verdict"), max_length=9, choices=Verdict.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("by"), **STAFF)
    by_id: str | None
    at = models.DateTimeField(_("at"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=200, default="", blank=True)
    note = SealedCharField(
        _("note"),
        max_length=500,
        default="",
        blank=True,
        label="identity_decision.note",
        key=("left_record", "right_record"),
    )
    asked_whom = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("asked"), **STAFF)
    asked_whom_id: str | None
    answer = SealedCharField(
        _("answer"),
        max_length=500,
        default="",
        blank=True,
        label="identity_decision.answer",
        key=("left_record", "right_record"),
    )
    answered_at = models.DateTimeField(_("answered"), null=True)
    file = models.BigIntegerField(_("file"), null=True)
    withdrawn_at = models.DateTimeField(_("taken back"), null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("taken back by"), **STAFF)
    withdrawn_by_id: str | None

    objects = ScopedManager()

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["left_record", "right_record"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="identity_decision_in_force_once",
                violation_error_message=_("Somebody has decided on this pair already."),
            ),
            models.CheckConstraint(
                condition=models.Q(left_record__lt=models.F("right_record")), name="identity_decision_ordered"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["party"], name="identity_decision_party"),
            models.Index(fields=["other"], name="identity_decision_other"),
            models.Index(fields=["-at", "-id"], name="identity_decision_at"),
            models.Index(
                fields=["asked_whom", "-at"],
                condition=models.Q(verdict=Verdict.ASK, withdrawn_at__isnull=True),
                name="identity_decision_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.left_record} {self.right_record} {self.verdict}"


class FieldKept(models.Model):
    """Grain: one row a party and field of which somebody chose the record whose value stands; the night keeps to it."""

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id")

    pk = models.CompositePrimaryKey("party_id", "field")
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    party_id: str
    field = models.CharField(_("field"), max_length=64)
    record_id = models.CharField(_("record"), max_length=32)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("by"), **STAFF)
    by_id: str | None
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = ScopedManager()

    class Meta:
        db_table = "identity_kept"
        verbose_name = _("value kept by hand")
        verbose_name_plural = _("values kept by hand")


class Threshold(models.Model):
    """Grain: one row a setting of the thresholds of one kind of customer; the newest one holds from the next night on.

    A pair of at least ``merge_from`` is merged by itself, of at least ``review_from`` it goes to the steward.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    merge_from = models.DecimalField(_("merged from"), max_digits=9, decimal_places=8)
    review_from = models.DecimalField(_("to the steward from"), max_digits=9, decimal_places=8)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("set by"), **STAFF)
    made_by_id: str | None
    made_at = models.DateTimeField(_("set"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("thresholds")
        verbose_name_plural = _("thresholds")
        indexes: ClassVar = [models.Index(fields=["kind", "-id"], name="identity_threshold_kind")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(review_from__gt=0)
                & models.Q(merge_from__gte=models.F("review_from"))
                & models.Q(merge_from__lte=1),
                name="identity_threshold_ordered",
                violation_error_message=_("What is merged must be at least as probable as what goes to the steward."),
            )
        ]
