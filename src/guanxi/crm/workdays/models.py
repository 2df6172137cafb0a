"""The days that are not what their weekday says, for the bank; working hours and leave, for each person."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
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

    def clean(self) -> None:
        """A form that shows the day without letting it be changed leaves out what is said of it: asked here."""
        super().clean()
        if not self._state.adding:
            self.validate_constraints()

    def label(self, language: str) -> str:
        """The name in a language."""
        return self.name_en if language.startswith("en") else self.name_zh


class LeaveKind(models.TextChoices):
    """Why somebody is away. Colleagues see that somebody is, not why."""

    ANNUAL = "annual", _("Annual leave")
    SICK = "sick", _("Sick leave")
    FAMILY = "family", _("Family leave")
    TRAINING = "training", _("Training")
    OTHER = "other", _("Other leave")


class StaffHours(models.Model):
    """Grain: one row a member of staff and day of the week (0 is Monday) on which their hours are not the bank's.

    Both times empty: they do not work on that day. Whoever has no rows works as the bank does.
    """

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    weekday = models.PositiveSmallIntegerField(_("day of the week"))
    begins = models.TimeField(_("from"), null=True, blank=True)
    ends = models.TimeField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff", "weekday"], name="staff_hours_once"),
            models.CheckConstraint(
                condition=Q(begins__isnull=True, ends__isnull=True) | Q(begins__lt=F("ends")),
                name="staff_hours_end_after_they_begin",
                violation_error_message=_("The end lies before the beginning."),
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="staff_hours_of_a_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.weekday}"  # type: ignore[attr-defined]


class Leave(models.Model):
    """Grain: one row a period in which somebody is away, from ``first_day`` to ``last_day``, both included."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to"))
    kind = models.CharField(_("kind"), max_length=8, choices=LeaveKind.choices, default=LeaveKind.ANNUAL)
    note = models.CharField(_("note"), max_length=200, default="", blank=True)
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        indexes: ClassVar = [models.Index(fields=["staff", "last_day"], name="leave_staff")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="leave_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.first_day}"  # type: ignore[attr-defined]
