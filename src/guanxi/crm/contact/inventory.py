"""What this room holds about a person and what of it hangs on a manager, for the registers of ``kernel``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from guanxi.crm.contact import models as own
from guanxi.crm.contact.codes import ActivityKind, AppointmentKind, AppointmentState, TaskSource, TaskState, Verdict
from guanxi.crm.kernel import hanging
from guanxi.crm.kernel.personal import Held, register

PARTY = ("party_id",)
# What stood there while somebody was a prospect names no customer.
EARLIER = ("party_id", "lead__party_id")
# Working data of this system, as the rules of retention call it (consent is a room beside this one).
WORKING = "operation"
INNER = ("key", "version")


def register_all() -> None:
    """Registers activities, their files, tasks and appointments, and the history of each."""
    register(
        Held(
            model=own.Activity,
            lookups=PARTY,
            kind=WORKING,
            title=_("Calls, visits and notes"),
            left_out=INNER,
            words={"kind": ActivityKind},
        ),
        Held(
            model=own.Attachment,
            lookups=("activity__party_id",),
            kind=WORKING,
            title=_("Files of calls and visits"),
            left_out=("file",),
        ),
        Held(
            model=own.Task,
            lookups=PARTY,
            kind=WORKING,
            title=_("What the bank means to do for you"),
            left_out=INNER,
            words={"source": TaskSource, "state": TaskState},
        ),
        Held(
            model=own.Appointment,
            lookups=PARTY,
            kind=WORKING,
            title=_("Appointments with you"),
            left_out=(*INNER, "uid", "position"),
            words={"kind": AppointmentKind, "state": AppointmentState},
        ),
        Held(
            model=own.AppointmentEvent,
            lookups=EARLIER,
            kind=WORKING,
            title=_("Earlier versions of appointments"),
            left_out=(*INNER, "uid", "position", "pgh_context"),
        ),
        Held(
            model=own.Mark,
            lookups=PARTY,
            kind=WORKING,
            title=_("What was said of reasons to contact you"),
            left_out=("batch",),
            words={"verdict": Verdict},
        ),
        Held(
            model=own.ActivityEvent,
            lookups=EARLIER,
            kind=WORKING,
            title=_("Earlier versions of calls, visits and notes"),
            left_out=(*INNER, "pgh_context"),
        ),
        Held(
            model=own.TaskEvent,
            lookups=EARLIER,
            kind=WORKING,
            title=_("Earlier versions of tasks"),
            left_out=(*INNER, "pgh_context"),
        ),
    )
    hanging.register(
        hanging.Hanging(
            name="tasks",
            title=_("Open tasks"),
            moves=True,
            count=hanging.counted("contact_task", "t.state = 'open' AND t.follows"),
        )
    )
