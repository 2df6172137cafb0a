"""Tells people of appointments: invited, moved, cancelled, answered, about to begin; and of tasks that are due.

Whoever may not see an appointment (it is about a customer of somebody else) is told nothing; that they are invited, and
when, stands in their own calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanxi.crm.contact.models import Appointment, Attendance
from guanxi.crm.notices import readers
from guanxi.crm.notices.kinds import Kind, Way, register
from guanxi.crm.notices.models import Mail
from guanxi.crm.notices.readers import Reader
from guanxi.crm.notices.services import notify

ABOUT = "appointment"


def _words(text: str | Promise) -> Callable[[Mapping[str, Any]], str]:
    return lambda facts: str(text) % {"who": "", "day": "", "clock": "", "due": "", "number": 0, "late": 0, **facts}


def _kind(name: str, title: Any, icon: str, words: Any, plain: Any, *, push: bool = False) -> Kind:
    return register(
        Kind(
            name=f"appointment_{name}",
            title=title,
            icon=icon,
            words=_words(words),
            plain=plain,
            place="appointment",
            given=("about_id",),
            way=Way(mail=Mail.DIGEST, push=push),
        )
    )


KINDS = {
    "invited": _kind("invited", _("Invitation to an appointment"), "calendar-plus",
                     _("%(who)s invites you to an appointment on %(day)s at %(clock)s"),
                     _("You are invited to an appointment.")),
    "moved": _kind("moved", _("Appointment moved"), "calendar-event",
                   _("%(who)s has moved an appointment to %(day)s at %(clock)s"), _("An appointment was moved.")),
    "cancelled": _kind("cancelled", _("Appointment cancelled"), "calendar-off",
                       _("%(who)s has cancelled the appointment on %(day)s at %(clock)s"),
                       _("An appointment was cancelled.")),
    "accepted": _kind("accepted", _("Invitation accepted"), "calendar-check",
                      _("%(who)s accepts the appointment on %(day)s at %(clock)s"),
                      _("Somebody accepted an invitation.")),
    "declined": _kind("declined", _("Invitation declined"), "calendar-x",
                      _("%(who)s declines the appointment on %(day)s at %(clock)s"),
                      _("Somebody declined an invitation.")),
    "reminder": _kind("reminder", _("Reminder of an appointment"), "alarm",
                      _("Your appointment on %(day)s at %(clock)s is about to begin"),
                      _("An appointment is about to begin."), push=True),
}  # fmt: skip
TASKS_DUE = register(
    Kind(
        name="tasks_due",
        title=_("Tasks that are due today"),
        icon="checkbox",
        words=_words(_("Due today: %(number)s tasks; late: %(late)s")),
        plain=_("Tasks are due today."),
        place="tasks",
        way=Way(push=True),
    )
)


def _seen(reader: Reader, numbers: Collection[str]) -> set[str]:
    wanted = [int(number) for number in numbers]
    mine = Attendance.objects.filter(staff_id=reader.staff.pk, appointment_id__in=wanted)
    takes_part = set(mine.values_list("appointment_id", flat=True))
    rows = Appointment.objects.visible_to(reader.scope).filter(pk__in=wanted).values_list("pk", "private", "staff_id")
    return {
        str(number)
        for number, private, staff_id in rows
        if not private or staff_id == reader.staff.pk or number in takes_part
    }


readers.register(ABOUT, _seen)


def tell(row: Appointment, kind: str, *, to: Iterable[str], by: str = "", key: str = "") -> None:
    """Tells some people about an appointment, in this transaction; ``key`` makes that it is told once."""
    here = timezone.localtime(row.starts_at)
    notify(
        to=to,
        kind=KINDS[kind],
        party_id=row.party_id,  # type: ignore[attr-defined]
        about=(ABOUT, row.pk),
        facts={"day": here.date().isoformat(), "clock": f"{here:%H:%M}"},
        by=by or None,
        key=key or f"{row.pk} {row.version}",
    )


def tell_of_due_tasks(staff_id: str, *, due: int, late: int, day: str) -> None:
    """Tells somebody on a morning how many of their tasks are due, once a day."""
    notify(to=[staff_id], kind=TASKS_DUE, facts={"number": due, "late": late, "day": day}, key=day)
