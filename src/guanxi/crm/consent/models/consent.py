"""Consent: the texts, what people said (only ever added to), what holds now, and what stops every use."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.consent.codes import Channel, Decision, How, LimitKind, Purpose
from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.kernel.sealed import SealedCharField
from guanxi.crm.party.models import Party

PATHS = ScopePaths(institution="party__institution_id", manager="party__manager_id")


class ConsentText(models.Model):
    """Grain: one row a purpose and version: the words a person agrees to. Never changed once it is in force."""

    purpose = models.CharField(_("purpose"), max_length=24, choices=Purpose.choices)
    version = models.PositiveSmallIntegerField(_("version"))
    text_zh = models.TextField(_("text in Chinese"))
    text_en = models.TextField(_("text in English"))
    valid_from = models.DateField(_("in force from"))

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purpose", "version"],
                name="consent_text_once",
                violation_error_message=_("This purpose has a text of that version already."),
            )
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="text_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.version}"  # pyrefly: ignore[missing-attribute]

    def words(self, language: str) -> str:
        """The text in a language."""
        return self.text_en if language.startswith("en") else self.text_zh


class ConsentEvent(models.Model):
    """Grain: one row a thing said about one purpose and channel. Only ever added to: a trigger refuses the rest.

    ``said_at`` is when the person said it, ``recorded_at`` when it was entered. Rows of one form share ``batch``.
    """

    scope_paths: ClassVar = PATHS

    party = models.ForeignKey(
        Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name=_("customer")
    )
    purpose = models.CharField(_("purpose"), max_length=24, choices=Purpose.choices)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel.choices)
    decision = models.CharField(_("decision"), max_length=12, choices=Decision.choices)
    said_at = models.DateTimeField(_("said"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    text = models.ForeignKey(ConsentText, models.PROTECT, null=True, related_name="+", verbose_name=_("text"))
    how = models.CharField(_("how"), max_length=12, choices=How.choices)
    evidence = models.CharField(_("evidence"), max_length=200, default="", blank=True)
    note = SealedCharField(
        _("note"), max_length=300, default="", blank=True, label="consent_consentevent.note", key=("party_id",)
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)
    batch = models.UUIDField()

    objects = ScopedManager()

    class Meta:
        verbose_name = _("consent event")
        verbose_name_plural = _("consent events")
        indexes: ClassVar = [models.Index(fields=["party", "-recorded_at", "-id"], name="consent_event_party")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decision=Decision.WITHDRAWN) | models.Q(text__isnull=False) & ~models.Q(evidence=""),
                name="consent_has_evidence",
                violation_error_message=_("Consent needs its text and its evidence."),
            )
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]


class ConsentState(models.Model):
    """Grain: one row a party, purpose and channel: the person's last word, written in the transaction of its event."""

    scope_paths: ClassVar = PATHS

    pk = models.CompositePrimaryKey("party_id", "purpose", "channel")
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    purpose = models.CharField(_("purpose"), max_length=24, choices=Purpose.choices)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel.choices)
    decision = models.CharField(_("decision"), max_length=12, choices=Decision.choices)
    since = models.DateTimeField(_("since"))
    valid_until = models.DateField(_("valid until"), null=True)
    event = models.ForeignKey(ConsentEvent, models.PROTECT, db_index=False, related_name="+")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes: ClassVar = [
            # Lists of a million ask "who may be written to": answered from this index alone.
            models.Index(
                fields=["purpose", "channel", "party"],
                include=["valid_until"],
                condition=models.Q(decision=Decision.GIVEN),
                name="consent_given",
            )
        ]


class Limit(models.Model):
    """Grain: one row a party and stop: a restriction or an erasure that the person asked for, until it is lifted.

    While one is in force, nothing may use the person's data for marketing, profiling or sharing. ``keep_until`` is the
    day up to which the law makes the bank keep what is left after an erasure.
    """

    scope_paths: ClassVar = PATHS

    party = models.ForeignKey(
        Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=LimitKind.choices)
    reason = models.CharField(_("reason"), max_length=300)
    since = models.DateTimeField(_("since"), default=timezone.now)
    keep_until = models.DateField(_("keep until"), null=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    lifted_reason = models.CharField(_("reason for lifting"), max_length=300, default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("stop of use")
        verbose_name_plural = _("stops of use")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party", "kind"], condition=models.Q(lifted_at__isnull=True), name="limit_in_force_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["party", "-since"], name="limit_party")]

    def __str__(self) -> str:
        return f"{self.party_id} {self.kind}"
