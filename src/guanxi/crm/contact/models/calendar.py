"""Appointments: what stands in somebody's calendar, the series it comes from, who takes part and what is booked."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.contact.about import CUSTOMER
from guanxi.crm.contact.codes import Answer, AppointmentKind, AppointmentState, ResourceKind
from guanxi.crm.contact.models.activity import PATHS, PROSPECT, STAFF, Activity
from guanxi.crm.contact.models.task import Task
from guanxi.crm.kernel.recurrence import Holidays, Recurrence, wall_of
from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.org.models import Institution
from guanxi.crm.party.models import Party
from guanxi.crm.sales.models import Lead

LONGEST_MINUTES = 60 * 24 * 60


class Series(models.Model):
    """Grain: one row a recurring appointment: rule, first time, zone. What it is stands in its appointments.

    ``rule`` is an RRULE of RFC 5545 without its name. Appointments are written up to ``made_until``; a job writes on.
    ``split_from`` is the series of which this one is the rest, after somebody changed "this and the following".
    """

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("whose"), **STAFF)
    rule = models.CharField(_("rule"), max_length=300)
    starts_at = models.DateTimeField(_("first time"))
    zone = models.CharField(_("time zone"), max_length=64)
    holidays = models.CharField(
        _("on free days"),
        max_length=4,
        choices=[(one.value, one.value) for one in Holidays],
        default=Holidays.KEEP.value,
    )
    minutes = models.PositiveIntegerField(_("minutes"))
    all_day = models.BooleanField(_("all day"), default=False)
    made_until = models.DateTimeField(_("written until"))
    split_from = models.ForeignKey("self", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series of appointments")
        indexes: ClassVar = [models.Index(fields=["made_until"], name="series_made_until")]

    def __str__(self) -> str:
        return self.rule

    @property
    def recurrence(self) -> Recurrence:
        """The rule as it is expanded."""
        return Recurrence(self.rule, wall_of(self.starts_at, self.zone), self.zone, Holidays(self.holidays))


class Appointment(models.Model):
    """Grain: one row an appointment; of a series, one row an occurrence. Seen with its customer; one without, by whom
    it belongs to and by whom it was given as an invitation.

    ``staff`` is whose it is; ``follows``: it goes with the customer, as a task does. ``original_at`` is when the
    series' rule says it is (RECURRENCE-ID); ``detached``: it was changed by itself, so that its series leaves it alone.
    ``all_day`` rows begin and end at midnight of ``zone``. ``private``: colleagues see that time is taken, no more.
    ``activity`` is what came of it, ``position`` its place in the day's round, ``uid`` what calendars outside know it
    by. ``lead``, ``key`` and ``version`` as with activities.
    """

    scope_paths: ClassVar = ScopePaths(
        institution="party__institution_id",
        manager="party__manager_id",
        owner="staff_id",
        guests="attendances",
        before="lead",
    )

    key = models.UUIDField(editable=False)
    uid = models.CharField(max_length=255, editable=False)
    series = models.ForeignKey(
        Series, models.PROTECT, null=True, blank=True, related_name="appointments", db_index=False,
        verbose_name=_("series"),
    )  # fmt: skip
    original_at = models.DateTimeField(_("by the rule"), null=True, blank=True)
    detached = models.BooleanField(_("changed by itself"), default=False)
    party = models.ForeignKey(
        Party, models.DO_NOTHING, db_constraint=False, db_index=False, null=True, blank=True, related_name="+",
        verbose_name=_("customer"),
    )  # fmt: skip
    lead = models.ForeignKey(Lead, **PROSPECT)
    about_kind = models.CharField(_("about"), max_length=24, default=CUSTOMER)
    about_id = models.CharField(_("number of what it is about"), max_length=40, default="", blank=True)
    task = models.ForeignKey(
        Task, models.SET_NULL, null=True, blank=True, related_name="appointments", verbose_name=_("task")
    )
    activity = models.OneToOneField(
        Activity, models.SET_NULL, null=True, blank=True, related_name="appointment", verbose_name=_("what came of it")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=AppointmentKind.choices)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("details"), max_length=4_000, default="", blank=True)
    place = models.CharField(_("place"), max_length=200, default="", blank=True)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("whose"), **STAFF)
    follows = models.BooleanField(_("goes with the customer"), default=False)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    all_day = models.BooleanField(_("all day"), default=False)
    zone = models.CharField(_("time zone"), max_length=64)
    private = models.BooleanField(_("private"), default=False)
    remind_minutes = models.PositiveIntegerField(_("reminder, minutes before"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("place in the round"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=AppointmentState.choices, default=AppointmentState.PLANNED
    )
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        indexes: ClassVar = [
            models.Index(fields=["staff", "starts_at", "id"], name="appointment_staff"),
            models.Index(fields=["party", "-starts_at"], condition=Q(party__isnull=False), name="appointment_party"),
            models.Index(fields=["lead", "-starts_at"], condition=Q(lead__isnull=False), name="appointment_lead"),
            models.Index(
                fields=["starts_at", "staff"], condition=Q(kind=AppointmentKind.VISIT), name="appointment_visits"
            ),
            models.Index(fields=["staff", "uid"], name="appointment_uid"),
            # What a job looks at every five minutes, to give it to whoever looks after the customer.
            models.Index(
                fields=["starts_at"],
                condition=Q(state=AppointmentState.PLANNED, follows=True),
                name="appointment_follows",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff", "key"], name="appointment_once"),
            # Looked at when a statement is over: a whole series moves in one.
            models.UniqueConstraint(
                fields=["series", "original_at"], name="appointment_series_once", deferrable=Deferrable.IMMEDIATE
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="appointment_ends_after_it_begins",
                violation_error_message=_("The end lies before the beginning."),
            ),
            models.CheckConstraint(
                condition=Q(series__isnull=True) | Q(original_at__isnull=False),
                name="appointment_of_a_series_has_its_time",
                violation_error_message=_("An appointment of a series has its time by the rule."),
            ),
            models.CheckConstraint(
                condition=~Q(kind=AppointmentKind.VISIT) | Q(party__isnull=False) | Q(lead__isnull=False),
                name="appointment_visit_to_somebody",
                violation_error_message=_("A visit is to a customer or a prospect."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_planned(self) -> bool:
        """Whether it still lies ahead, or waits for somebody to say what came of it."""
        return self.state == AppointmentState.PLANNED

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class AppointmentEvent(
    pghistory.create_event_model(  # type: ignore[misc]
        Appointment,
        pghistory.UpdateEvent(row=pghistory.Old),
        pghistory.DeleteEvent(row=pghistory.Old),
        obj_field=pghistory.ObjForeignKey(related_name="history"),
    )
):
    """Grain: one row a change of an appointment: what stood there before. Scoped as what has no guests."""

    scope_paths: ClassVar = PATHS

    objects = ScopedManager()

    class Meta:
        verbose_name = _("change of an appointment")
        verbose_name_plural = _("changes of appointments")


class Attendance(models.Model):
    """Grain: one row an appointment and member of staff: whose time it takes. Says when, and nothing of what.

    So everybody may read it, to see who is free. ``busy``: it takes time (not declined, not cancelled, not a whole
    day's note). Begin and end are the appointment's; one service writes both. ``remind_at`` is when to remind.
    """

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="attendances", db_constraint=True)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("who"), **STAFF)
    answer = models.CharField(_("answer"), max_length=8, choices=Answer.choices)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    busy = models.BooleanField(_("takes time"), default=True)
    remind_at = models.DateTimeField(_("remind"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        indexes: ClassVar = [
            models.Index(fields=["staff", "starts_at"], name="attendance_staff"),
            models.Index(fields=["remind_at"], condition=Q(remind_at__isnull=False), name="attendance_remind"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["appointment", "staff"], name="attendance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.answer}"  # type: ignore[attr-defined]


class Resource(models.Model):
    """Grain: one row a room, a car or another thing that only one appointment has at a time."""

    kind = models.CharField(_("kind"), max_length=8, choices=ResourceKind.choices)
    name_zh = models.CharField(_("name in Chinese"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=80)
    institution = models.ForeignKey(
        Institution, models.DO_NOTHING, db_constraint=False, related_name="+", verbose_name=_("institution")
    )
    seats = models.PositiveSmallIntegerField(_("seats"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("room or car")
        verbose_name_plural = _("rooms and cars")
        indexes: ClassVar = [models.Index(fields=["institution", "position", "id"], name="resource_institution")]

    def __str__(self) -> str:
        return self.name_zh

    def label(self, language: str) -> str:
        """The name in a language."""
        return self.name_en if language.startswith("en") else self.name_zh


def _range(*fields: str, function: str, output: Any = None) -> Func:
    return Func(*(F(one) for one in fields), Value("[)" if output else "[]"), function=function, output_field=output)


class Booking(models.Model):
    """Grain: one row a thing and appointment: the time for which it is taken. The database takes no second one then.

    One number's range stands for the number itself, so that the constraint needs no extension of the database.
    """

    resource = models.ForeignKey(Resource, models.PROTECT, related_name="bookings", verbose_name=_("room or car"))
    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="bookings", verbose_name=_("appointment"))
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource", "appointment"], name="booking_once"),
            ExclusionConstraint(
                name="booking_one_at_a_time",
                expressions=[
                    (_range("resource", "resource", function="int8range"), RangeOperators.OVERLAPS),
                    (
                        _range("starts_at", "ends_at", function="tstzrange", output=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                deferrable=Deferrable.IMMEDIATE,
                violation_error_message=_("It is taken at this time already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.starts_at}"  # type: ignore[attr-defined]


class FeedSecret(models.Model):
    """Grain: one row a member of staff: the secret of their calendar's address, as a hash. Revoked by deleting it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    staff = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False, verbose_name=_("whose")
    )
    digest = models.BinaryField(_("hash of the secret"), max_length=32, unique=True)
    language = models.CharField(_("language"), max_length=8, default="zh-hans")
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    used_at = models.DateTimeField(_("last used"), null=True)

    class Meta:
        verbose_name = _("calendar subscription")
        verbose_name_plural = _("calendar subscriptions")

    def __str__(self) -> str:
        return str(self.staff_id)  # type: ignore[attr-defined]
