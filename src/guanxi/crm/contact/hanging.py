"""What of this room hangs on a manager when customers change hands: open tasks, and appointments that lie ahead."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanxi.crm.contact.codes import TaskState, Verdict
from guanxi.crm.contact.models import Task
from guanxi.crm.kernel.hanging import Hanging, Placed, counted, register


def _own(giver: str | None, _placed: Placed) -> Mapping[str, int]:
    if giver is None:
        return {}
    # Prospects stay with their manager, and what is to be done for them.
    staying = Q(follows=False) | Q(party__isnull=True)
    return {giver: Task.objects.filter(staying, staff_id=giver, state=TaskState.OPEN).count()}


def register_hanging() -> None:
    """Tasks that go with the customer move by themselves; the giver's other ones stay."""
    register(
        Hanging(
            name="tasks",
            title=_("Open tasks that go with the customer"),
            moves=True,
            count=counted("contact_task", f"t.state = '{TaskState.OPEN.value}' AND t.follows"),
        ),
        Hanging(
            name="appointments",
            title=_("Appointments that go with the customer"),
            moves=True,
            count=counted("contact_appointment", "t.state = 'planned' AND t.follows AND t.starts_at > now()"),
        ),
        Hanging(
            name="snoozed_reasons",
            title=_("Reasons of the morning list that are put off"),
            moves=True,
            count=counted("contact_mark", f"t.verdict = '{Verdict.SNOOZED.value}' AND t.until > current_date"),
        ),
        Hanging(name="own_tasks", title=_("Other open tasks of the giver"), moves=False, count=_own),
    )
