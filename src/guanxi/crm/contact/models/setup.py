"""What the bank says about kinds of activity: the outcomes that one can have, and texts to begin with."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.contact.codes import ActivityKind, Result


class Outcome(models.Model):
    """Grain: one row a kind of activity and code. Not deleted once used: one that is no longer wanted is switched off.

    ``follow_up_days`` proposes a follow-up after so many working days; empty proposes none.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=ActivityKind.choices)
    code = models.SlugField(_("code"), max_length=24)
    name_zh = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=60)
    result = models.CharField(_("meaning"), max_length=12, choices=Result.choices, default=Result.OPEN)
    follow_up_days = models.PositiveSmallIntegerField(_("follow up after working days"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "code"],
                name="outcome_once",
                violation_error_message=_("This kind has an outcome with that code already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name_zh}"  # pyrefly: ignore[missing-attribute]

    def label(self, language: str) -> str:
        """The name in a language."""
        return self.name_en if language.startswith("en") else self.name_zh


class ActivityTemplate(models.Model):
    """Grain: one row a text that somebody may begin with; ``minutes`` is how long such a thing usually takes."""

    kind = models.CharField(_("kind"), max_length=12, choices=ActivityKind.choices)
    name_zh = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=60)
    text_zh = models.TextField(_("text in Chinese"), max_length=2_000)
    text_en = models.TextField(_("text in English"), max_length=2_000)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name_zh}"  # pyrefly: ignore[missing-attribute]

    def label(self, language: str) -> str:
        """The name in a language."""
        return self.name_en if language.startswith("en") else self.name_zh

    def words(self, language: str) -> str:
        """The text in a language."""
        return self.text_en if language.startswith("en") else self.text_zh
