"""The models of this room: what was done (``activity``), what is to be done (``task``), and the words for both."""

from guanxi.crm.contact.models.activity import Activity, ActivityEvent, Attachment, DayLog, DayLogEvent
from guanxi.crm.contact.models.setup import ActivityTemplate, Outcome
from guanxi.crm.contact.models.task import Task, TaskEvent

__all__ = [
    "Activity",
    "ActivityEvent",
    "ActivityTemplate",
    "Attachment",
    "DayLog",
    "DayLogEvent",
    "Outcome",
    "Task",
    "TaskEvent",
]
