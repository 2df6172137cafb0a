"""Tells people of tasks that come to them: given by somebody, or with a customer who changed hands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from guanxi.crm.contact.models import Task
from guanxi.crm.notices import readers
from guanxi.crm.notices.kinds import Kind, Way, register
from guanxi.crm.notices.models import Mail
from guanxi.crm.notices.readers import Reader
from guanxi.crm.notices.services import notify

ABOUT = "task"


def _several(facts: Any) -> str:
    return ngettext("%(who)s gives you %(number)s task", "%(who)s gives you %(number)s tasks", facts["number"]) % facts


def _followed(facts: Any) -> str:
    words = ngettext("%(number)s open task came to you with its customer",
                     "%(number)s open tasks came to you with their customers", facts["number"])  # fmt: skip
    return words % facts


def _given(facts: Any) -> str:
    # A prospect's name is not among the customers' that the page looks up.
    if facts.get("prospect"):
        return str(_("%(who)s gives you a task about a prospect, due %(due)s")) % facts
    return str(_("%(who)s gives you a task about %(customer)s, due %(due)s")) % facts


GIVEN = register(
    Kind(
        name="task_given",
        title=_("Task given to you"),
        icon="checkbox",
        words=_given,
        plain=_("Somebody gave you a task."),
        place="task",
        given=("about_id",),
        way=Way(mail=Mail.DIGEST),
    )
)
SEVERAL = register(
    Kind(
        name="tasks_given",
        title=_("Several tasks given to you"),
        icon="checkbox",
        words=_several,
        plain=_("Somebody gave you tasks."),
        place="tasks",
        way=Way(mail=Mail.DIGEST),
    )
)
FOLLOWED = register(
    Kind(
        name="tasks_followed",
        title=_("Tasks that come with customers"),
        icon="checkbox",
        words=_followed,
        plain=_("Open tasks came to you with their customers."),
        place="tasks",
    )
)


def _seen(reader: Reader, numbers: Collection[str]) -> set[str]:
    rows = Task.objects.visible_to(reader.scope).filter(pk__in=[int(number) for number in numbers])
    return {str(number) for number in rows.values_list("pk", flat=True)}


readers.register(ABOUT, _seen)


def tell_of_tasks(tasks: Sequence[Task], *, to: str, by: str) -> None:
    """Tells somebody of tasks that ``by`` gave them: of one by itself, of several by their number."""
    if len(tasks) == 1:
        one = tasks[0]
        facts: dict[str, Any] = {"due": one.due_on.isoformat()}
        if one.lead_id and not one.party_id:  # type: ignore[attr-defined]
            facts["prospect"] = True
        notify(to=[to], kind=GIVEN, party_id=one.party_id, about=(ABOUT, one.pk), facts=facts, by=by)  # type: ignore[attr-defined]
    elif tasks:
        notify(to=[to], kind=SEVERAL, facts={"number": len(tasks)}, by=by)


def tell_of_followed(staff_id: str, many: int) -> None:
    """Tells somebody how many open tasks came to them with their customers."""
    notify(to=[staff_id], kind=FOLLOWED, facts={"number": many})
