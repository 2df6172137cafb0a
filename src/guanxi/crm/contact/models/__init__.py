"""The models of this room: what was done (``activity``), what is to be done (``task``), the words for both,
and what was said of the morning list (``morning``).
"""

from guanxi.crm.contact.models.activity import (
    NAME,
    WITH_SOMEBODY,
    Activity,
    ActivityEvent,
    Attachment,
    DayLog,
    DayLogEvent,
)
from guanxi.crm.contact.models.calendar import (
    Appointment,
    AppointmentEvent,
    Attendance,
    Booking,
    FeedSecret,
    Resource,
    Series,
)
from guanxi.crm.contact.models.morning import Mark, ReasonSetting
from guanxi.crm.contact.models.plan import MonthGoal
from guanxi.crm.contact.models.setup import ActivityTemplate, Outcome
from guanxi.crm.contact.models.task import Task, TaskEvent

__all__ = [
    "NAME",
    "WITH_SOMEBODY",
    "Activity",
    "ActivityEvent",
    "ActivityTemplate",
    "Appointment",
    "AppointmentEvent",
    "Attachment",
    "Attendance",
    "Booking",
    "DayLog",
    "DayLogEvent",
    "FeedSecret",
    "Mark",
    "MonthGoal",
    "Outcome",
    "ReasonSetting",
    "Resource",
    "Series",
    "Task",
    "TaskEvent",
]
