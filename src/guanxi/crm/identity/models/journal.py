"""Which numbers stand for a customer, and what every merge did, so that it can be taken back exactly."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.identity.codes import Action, Cause
from guanxi.crm.identity.models.deciding import STAFF
from guanxi.crm.identity.models.published import OF_PARTY
from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.party.models import Party


class Merge(models.Model):
    """Grain: one row a merge: the customer ``gone`` became part of ``party``, whose number stays.

    ``party`` follows when that customer is merged again; ``kept`` is its number at the time. Undone, ``undone_at`` is
    set and the row stays.
    """

    scope_paths: ClassVar = OF_PARTY

    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    party_id: str
    kept = models.CharField(_("number that stays"), max_length=32)
    gone = models.CharField(_("number that goes"), max_length=32)
    cause = models.CharField(_("cause"), max_length=8, choices=Cause.choices)
    reason = models.CharField(_("reason"), max_length=200, default="", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("by"), **STAFF)
    by_id: str | None
    at = models.DateTimeField(_("at"), default=timezone.now)
    decision = models.BigIntegerField(_("verdict"), null=True)
    file = models.BigIntegerField(_("file"), null=True)
    counts = models.JSONField(_("rows by table"), default=dict)
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("undone by"), **STAFF)
    undone_by_id: str | None
    undone_reason = models.CharField(_("reason for undoing"), max_length=200, default="", blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        indexes: ClassVar = [
            models.Index(fields=["party", "-id"], name="identity_merge_party"),
            models.Index(fields=["-at", "-id"], name="identity_merge_at"),
            models.Index(fields=["file"], condition=models.Q(file__isnull=False), name="identity_merge_file"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["gone"],
                condition=models.Q(undone_at__isnull=True),
                name="identity_merge_once",
                violation_error_message=_("This customer has been merged already."),
            ),
            models.CheckConstraint(condition=~models.Q(kept=models.F("gone")), name="identity_merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.gone} > {self.kept}"


class MergeStep(models.Model):
    """Grain: one row a merge, table, column and action: which rows it was done to, and what they were before.

    ``overlay`` are steps on what each night publishes anew: taken off before it does (``laid`` is then false), laid
    again after it where it did not know of the merge.
    ``keys`` is a list of the rows' keys, ``images`` (of rows changed or put aside) the whole rows in the same order.
    Encrypted columns stand in it as they stood in their rows.
    """

    scope_paths: ClassVar = ScopePaths(
        institution="merge__party__institution_id",
        manager="merge__party__manager_id",
        record="merge__party_id",
        kind="merge__party__kind",
    )

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="steps")
    place = models.SmallIntegerField(_("place"))
    table = models.CharField(_("table"), max_length=63)
    column = models.CharField(_("column"), max_length=63, default="")
    action = models.CharField(_("action"), max_length=8, choices=Action.choices)
    overlay = models.BooleanField(_("of the day only"), default=False)
    laid = models.BooleanField(_("in force"), default=True)
    keys = models.JSONField(_("keys"), default=list)
    images = models.JSONField(_("rows before"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("step of a merge")
        verbose_name_plural = _("steps of merges")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merge", "place"], name="identity_step_place"),
        ]


class Alias(models.Model):
    """Grain: one row a number and period in which it stood for another customer; ``until`` is empty while it does.

    ``alias`` is never given to another customer.
    """

    scope_paths: ClassVar = OF_PARTY

    alias = models.CharField(_("old number"), max_length=32)
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    party_id: str
    since = models.DateTimeField(_("since"), default=timezone.now)
    until = models.DateTimeField(_("until"), null=True)
    cause = models.CharField(_("cause"), max_length=8, choices=Cause.choices)
    merge = models.ForeignKey(Merge, models.PROTECT, null=True, related_name="aliases")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("old number")
        verbose_name_plural = _("old numbers")
        indexes: ClassVar = [models.Index(fields=["party"], name="identity_alias_party")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["alias"], condition=models.Q(until__isnull=True), name="identity_alias_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alias} = {self.party_id}"
