"""What somebody means to do in a month."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.contact.models.activity import STAFF

MOST_VISITS = 500


class MonthGoal(models.Model):
    """Grain: one row a member of staff and month (its first day): how many visits they mean to make.

    ``set_by`` entered it last: the person, or whoever manages their institution.
    """

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("whose"), **STAFF)
    month = models.DateField(_("month"))
    visits = models.PositiveSmallIntegerField(_("visits"))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("set by"), **STAFF)
    set_at = models.DateTimeField(_("set"), default=timezone.now)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("goal of a month")
        verbose_name_plural = _("goals of months")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff", "month"], name="month_goal_once"),
            models.CheckConstraint(
                condition=Q(visits__lte=MOST_VISITS),
                name="month_goal_is_possible",
                violation_error_message=_("Nobody makes more than 500 visits a month."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.month:%Y-%m}"  # type: ignore[attr-defined]
