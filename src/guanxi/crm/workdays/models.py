"""The days that are not what their weekday says: public holidays, and weekend days that are made up for."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class SpecialDay(models.Model):
    """Grain: one row a day that is not what its weekday says, as the State Council (or the bank) has announced it."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("Holiday")
        WORKDAY = "workday", _("Working day made up for")

    day = models.DateField(_("day"), primary_key=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    name_zh = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=60)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind="holiday") | models.Q(kind="workday", day__week_day__in=[1, 7]),
                name="special_workday_at_a_weekend",
                violation_error_message=_("Only a Saturday or Sunday is made up for: other days are worked anyway."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name_zh}"

    def label(self, language: str) -> str:
        """The name in a language."""
        return self.name_en if language.startswith("en") else self.name_zh
