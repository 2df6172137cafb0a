"""What was done: activities with their files, and the log of a day that its person completes and closes."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

import pghistory
from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.contact.about import CUSTOMER
from guanxi.crm.contact.codes import ActivityKind
from guanxi.crm.contact.models.setup import Outcome
from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.party.models import Party
from guanxi.crm.sales.models import Lead

# Seen with its customer, before there is one with the prospect; without either (other work) by whom it belongs to.
PATHS = ScopePaths(institution="party__institution_id", manager="party__manager_id", owner="staff_id", before="lead")
WITH_SOMEBODY = models.Q(party__isnull=False) | models.Q(lead__isnull=False)
"""Rows about a customer or a prospect, as against other work and one's own notes."""
NAME = Coalesce("party__name", "lead__name")
"""The customer's name, or the prospect's who is none yet."""
STAFF: dict[str, Any] = {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "related_name": "+"}
PROSPECT: dict[str, Any] = {
    "on_delete": models.PROTECT,
    "null": True,
    "blank": True,
    "related_name": "+",
    "db_index": False,
    "verbose_name": _("prospect"),
}
MOST_MINUTES = 24 * 60


class Activity(models.Model):
    """Grain: one row a thing done by one member of staff at one time. ``at`` is its beginning, ``minutes`` its length.

    ``key`` is made by the page that asks to record it, so that asking twice records once. ``version`` counts changes:
    whoever saves says which version they saw. ``inbound``: the customer began it. Degrees are WGS 84.
    ``lead`` is the prospect with whom it was: ``party`` is None until the prospect is a customer; then it is the link
    back.
    """

    scope_paths: ClassVar = PATHS

    key = models.UUIDField(editable=False)
    party = models.ForeignKey(
        Party,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("customer"),
    )
    lead = models.ForeignKey(Lead, **PROSPECT)
    about_kind = models.CharField(_("about"), max_length=24, default=CUSTOMER)
    about_id = models.CharField(_("number of what it is about"), max_length=40, default="", blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=ActivityKind.choices)
    inbound = models.BooleanField(_("begun by the customer"), default=False)
    at = models.DateTimeField(_("when"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    with_whom = models.CharField(_("with whom"), max_length=120, default="", blank=True)
    outcome = models.ForeignKey(
        Outcome, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("outcome")
    )
    text = models.TextField(_("what was said"), max_length=4_000, default="", blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    accuracy = models.PositiveIntegerField(_("accuracy in metres"), null=True, blank=True)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), **STAFF)
    made_at = models.DateTimeField(_("recorded"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed"), null=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("changed by"), **STAFF)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes: ClassVar = [
            models.Index(fields=["party", "-at", "-id"], name="activity_party"),
            models.Index(fields=["lead", "-at", "-id"], condition=models.Q(lead__isnull=False), name="activity_lead"),
            models.Index(fields=["staff", "-at", "-id"], name="activity_staff"),
            models.Index(fields=["at", "staff"], condition=models.Q(kind=ActivityKind.VISIT), name="activity_visits"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff", "key"], name="activity_once"),
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="activity_place_is_on_earth",
                violation_error_message=_("That is no place on earth."),
            ),
            models.CheckConstraint(
                condition=models.Q(minutes__isnull=True) | models.Q(minutes__lte=MOST_MINUTES),
                name="activity_within_a_day",
                violation_error_message=_("Nothing lasts longer than a day."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind=ActivityKind.OTHER, party__isnull=True, lead__isnull=True)
                | ~models.Q(kind=ActivityKind.OTHER) & (models.Q(party__isnull=False) | models.Q(lead__isnull=False)),
                name="activity_with_somebody_or_other_work",
                violation_error_message=_("Other work has no customer, everything else has one, or a prospect."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(row=pghistory.Old),
    obj_field=pghistory.ObjForeignKey(related_name="history"),
    model_name="DayLogEvent",
    meta={"verbose_name": _("change of a work log")},
)
class DayLog(models.Model):
    """Grain: one row a member of staff and day: what its person adds to what the day's records say by themselves."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("staff"), **STAFF)
    day = models.DateField(_("day"))
    text = models.TextField(_("in one's own words"), max_length=4_000, default="", blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("work log")
        verbose_name_plural = _("work logs")
        constraints: ClassVar = [models.UniqueConstraint(fields=["staff", "day"], name="day_log_once")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.day}"  # type: ignore[attr-defined]


DayLogEvent = DayLog.history.rel.related_model  # type: ignore[attr-defined]


class ActivityEvent(
    pghistory.create_event_model(  # type: ignore[misc]
        Activity,
        pghistory.UpdateEvent(row=pghistory.Old),
        pghistory.DeleteEvent(row=pghistory.Old),
        obj_field=pghistory.ObjForeignKey(related_name="history"),
    )
):
    """Grain: one row a change of an activity: what stood there before. Written by triggers, scoped as the activity."""

    scope_paths: ClassVar = PATHS

    objects = ScopedManager()

    class Meta:
        verbose_name = _("change of an activity")
        verbose_name_plural = _("changes of activities")


class Attachment(models.Model):
    """Grain: one row a file of an activity. The bytes lie in Django's default storage under a name that tells nothing.

    ``kind`` is what the content is, judged by its bytes; ``scanner`` says what looked for malware (empty: nothing is
    set up to).
    """

    scope_paths: ClassVar = ScopePaths(
        institution="activity__party__institution_id",
        manager="activity__party__manager_id",
        record="activity__party_id",
        kind="activity__party__kind",
        owner="activity__staff_id",
        before="activity__lead",
    )

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="attachments", verbose_name=_("activity"))
    name = models.CharField(_("file name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=8)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    file = models.CharField(_("stored as"), max_length=200)
    scanner = models.CharField(_("scanned by"), max_length=60, default="", blank=True)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), **STAFF)
    made_at = models.DateTimeField(_("attached"), default=timezone.now)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.name
