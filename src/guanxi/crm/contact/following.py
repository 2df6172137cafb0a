"""How the tables of this room follow when two customers turn out to be one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.merging import Follows, register


def register_following() -> None:
    """Registers activities, tasks, appointments with the history of each, and what was said of reasons."""
    register(
        Follows(
            table="contact_activity",
            history="contact_activityevent",
            made="made_at",
            label="left(r.text, 60)",
            title=_("Calls, visits and notes"),
        ),
        Follows(
            table="contact_task",
            history="contact_taskevent",
            made="made_at",
            parent=("activity_id", "contact_activity"),
            label="r.title",
            title=_("Tasks"),
        ),
        Follows(
            table="contact_appointment",
            history="contact_appointmentevent",
            made="made_at",
            parent=("activity_id", "contact_activity"),
            label="r.title",
            title=_("Appointments"),
        ),
        Follows(table="contact_mark", made="at", label="r.reason", title=_("What was said of reasons")),
    )
