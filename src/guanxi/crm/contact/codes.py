"""The words of a manager's work: kinds of activity, states and sources of tasks, and how urgent one is."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ActivityKind(TextChoices):
    """What was done. A note is about somebody whom nobody spoke to; other work is about no customer at all."""

    CALL = "call", pgettext_lazy("activity", "Call")
    VISIT = "visit", _("Visit")
    MEETING = "meeting", _("Meeting")
    MESSAGE = "message", pgettext_lazy("activity", "Message")
    NOTE = "note", _("Note")
    OTHER = "other", _("Other work")


WITH_CUSTOMER = tuple(kind for kind in ActivityKind if kind is not ActivityKind.OTHER)
"""The kinds that are about a customer."""
CONTACTS = frozenset({ActivityKind.CALL, ActivityKind.VISIT, ActivityKind.MEETING, ActivityKind.MESSAGE})
"""The kinds in which somebody spoke or wrote with the customer."""
TWO_WAYS = frozenset({ActivityKind.CALL, ActivityKind.MESSAGE})
"""The kinds that either side may begin."""


class Result(TextChoices):
    """What an outcome means for the relationship, whatever the bank calls it."""

    GOOD = "good", _("Good")
    OPEN = "open", _("To be continued")
    NOT_REACHED = "not_reached", _("Not reached")
    REFUSED = "refused", _("Declined")


class TaskState(TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class TaskSource(TextChoices):
    """Where a task came from."""

    HAND = "hand", _("By hand")
    FOLLOW_UP = "follow_up", _("Follow-up")
    PROMISE = "promise", _("Promise to the customer")
    ALERT = "alert", _("Alert")


class Priority(IntegerChoices):
    """How urgent; the smaller the number, the sooner."""

    HIGH = 1, _("High")
    NORMAL = 2, _("Normal")
    LOW = 3, _("Low")


class AppointmentKind(TextChoices):
    """What an appointment is. A visit is what visit plans count; other ones may be about no customer."""

    VISIT = "visit", _("Visit")
    MEETING = "meeting", _("Meeting")
    CALL = "call", pgettext_lazy("activity", "Call")
    OTHER = "other", pgettext_lazy("appointment", "Other")


class AppointmentState(TextChoices):
    PLANNED = "planned", _("Planned")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class Answer(TextChoices):
    """What somebody says to an appointment; ``own`` is whoever it belongs to."""

    OWN = "own", _("Organiser")
    WAITING = "waiting", _("Not answered")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", pgettext_lazy("invitation", "Declined")


class Which(TextChoices):
    """Which appointments of a series a change is about. What lies behind stays as it was."""

    THIS = "this", _("This one")
    FOLLOWING = "following", _("This and the following")
    ALL = "all", _("All that lie ahead")


class ResourceKind(TextChoices):
    ROOM = "room", _("Room")
    CAR = "car", _("Car")
    OTHER = "other", pgettext_lazy("resource", "Other")


class Verdict(TextChoices):
    """What somebody says of a reason on the morning list."""

    DONE = "done", _("Done")
    SNOOZED = "snoozed", _("Snoozed")
    USELESS = "useless", _("Not useful")
