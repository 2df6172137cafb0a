"""Pipelines: the stages that an opportunity of a product line goes through, and why one is won or lost."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.sales.opportunity_codes import Process, ProductLine, State

STAFF: dict[str, Any] = {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "related_name": "+"}


class Named(models.Model):
    """What has a name in both languages."""

    name_zh = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=60)

    class Meta:
        abstract = True

    def label(self, language: str) -> str:
        """The name in a language."""
        return self.name_en if language.startswith("en") else self.name_zh


class Pipeline(Named):
    """Grain: one row a product line. ``version`` counts changes of it and its stages; each is kept
    (:class:`PipelineVersion`).

    ``tolerance`` is how far a price may lie on the customer's side of the published rate before it needs an approval:
    a rate a year, as a fraction.
    """

    line = models.CharField(_("product line"), max_length=12, choices=ProductLine.choices, unique=True)
    tolerance = models.DecimalField(
        _("price tolerance"),
        max_digits=7,
        decimal_places=6,
        default=0,
        validators=[MinValueValidator(0)],
        help_text=_("A rate a year as a fraction: 0.003 lets a price be 0.3 percentage points better than published."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        ordering: ClassVar = ["position", "id"]

    def __str__(self) -> str:
        return self.name_zh


class Stage(Named):
    """Grain: one row a pipeline and stage. Not deleted once used: one that is no longer wanted is switched off.

    ``state``: an opportunity in it is open, won or lost; each pipeline has one that wins and one that loses.
    ``probability`` is that of winning, in percent. ``required`` are the codes of :class:`~..Required` that must be
    known before an opportunity enters; ``days`` after so many it has stood too long (empty: never).
    """

    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="stages", verbose_name=_("pipeline"))
    code = models.SlugField(_("code"), max_length=24)
    process = models.CharField(
        _("stage of the process"), max_length=12, choices=Process.choices, default="", blank=True
    )
    state = models.CharField(_("state"), max_length=4, choices=State.choices, default=State.OPEN)
    probability = models.PositiveSmallIntegerField(
        _("probability in percent"), validators=[MaxValueValidator(100)], default=0
    )
    required = models.JSONField(_("required before it"), default=list, blank=True)
    days = models.PositiveSmallIntegerField(_("too long after days"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering: ClassVar = ["pipeline", "position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pipeline", "code"],
                name="stage_once",
                violation_error_message=_("This pipeline has a stage with that code already."),
            ),
            models.UniqueConstraint(
                fields=["pipeline", "state"],
                condition=models.Q(state__in=[State.WON, State.LOST]),
                name="stage_one_end_each",
                violation_error_message=_("A pipeline has one stage that wins and one that loses."),
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.WON, probability=100)
                | models.Q(state=State.LOST, probability=0)
                | models.Q(state=State.OPEN, probability__lt=100),
                name="stage_probability_of_its_state",
                violation_error_message=_("What is won has 100 %, what is lost 0 %, what is open less than 100 %."),
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.LOST) | ~models.Q(process=""),
                name="stage_belongs_to_the_process",
                violation_error_message=_("Say to which of the four stages of the process it belongs."),
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh


class PipelineVersion(models.Model):
    """Grain: one row a pipeline and version: what it and its stages were from ``made_at`` on, as written then."""

    append_only: ClassVar = True

    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="versions", verbose_name=_("pipeline"))
    version = models.PositiveIntegerField(_("version"))
    content = models.JSONField(_("content"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("made by"), **STAFF)
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("version of a pipeline")
        verbose_name_plural = _("versions of pipelines")
        constraints: ClassVar = [models.UniqueConstraint(fields=["pipeline", "version"], name="pipeline_version_once")]

    def __str__(self) -> str:
        return f"{self.pipeline_id} v{self.version}"  # type: ignore[attr-defined]


class CloseReason(Named):
    """Grain: one row a state (won or lost) and reason. What is no longer wanted is switched off."""

    state = models.CharField(_("state"), max_length=4, choices=[(State.WON, _("Won")), (State.LOST, _("Lost"))])
    code = models.SlugField(_("code"), max_length=24)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("reason for winning or losing")
        verbose_name_plural = _("reasons for winning or losing")
        ordering: ClassVar = ["state", "position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state", "code"],
                name="close_reason_once",
                violation_error_message=_("There is a reason with that code already."),
            )
        ]

    def __str__(self) -> str:
        return self.name_zh
