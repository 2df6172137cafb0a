"""The history of a row of the house's own tables; administrators bring an earlier value back, with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.crm.audit.history import changes_of, restore
from guanxi.crm.org.models import Assignment, Cover, Post, Role, Staff
from guanxi.crm.org.queries import staff_names
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.request import StaffRequest


@dataclass(frozen=True, slots=True)
class Tracked:
    """A table with a history. ``restored``: the fields that people decide; the bank's files write the others anew."""

    model: Any
    restored: frozenset[str]


TRACKED: dict[str, Tracked] = {
    "staff": Tracked(Staff, frozenset({"is_active", "is_staff"})),
    "post": Tracked(Post, frozenset({"valid_from", "valid_to", "line"})),
    "cover": Tracked(Cover, frozenset({"valid_from", "valid_to", "reason", "substitute"})),
    "assignment": Tracked(Assignment, frozenset({"valid_from", "valid_to", "reason", "kind"})),
}


def _found(kind: str, key: str) -> tuple[Tracked, Any]:
    tracked = TRACKED.get(kind)
    if tracked is None:
        raise Http404
    try:
        return tracked, tracked.model._meta.pk.to_python(key)
    except ValidationError:
        raise Http404 from None


@only_for(Area.HISTORY)
def history(request: StaffRequest, kind: str, key: str) -> HttpResponse:
    """What was changed about one row, by whom, in which request and why; newest first."""
    tracked, pk = _found(kind, key)
    changes = changes_of(tracked.model, pk)
    row = tracked.model._base_manager.filter(pk=pk).first()
    if row is None and not changes:
        raise Http404
    names = staff_names(request.display.version)
    may_restore = Role.ADMINISTRATOR in request.roles and not (kind == "staff" and key == request.user.pk)
    context = {
        "kind": kind,
        "key": key,
        "row": row,
        "title": tracked.model._meta.verbose_name,
        "changes": [
            {
                "change": change,
                "who": names.get(change.actor, change.actor),
                "restorable": [one for one in change.fields if one.name in tracked.restored or row is None]
                if may_restore and change.label != "insert"
                else [],
            }
            for change in changes
        ],
        "may_restore": may_restore,
    }
    return render(request, "web/audit/history.html", context)


@require_POST
@only_for(Area.HISTORY)
def bring_back(request: StaffRequest, kind: str, key: str) -> HttpResponse:
    """Restores a field, or a row that is gone, to what it was before a change."""
    tracked, pk = _found(kind, key)
    if Role.ADMINISTRATOR not in request.roles or (kind == "staff" and key == request.user.pk):
        raise PermissionDenied(Area.HISTORY)
    reason = request.POST.get("reason", "").strip()[:500]
    if not reason:
        messages.error(request, _("Say why: the reason stands in the history and in the audit log."))
        return redirect("history", kind, key)
    names = set(request.POST.getlist("field")) & tracked.restored
    try:
        event_id = int(request.POST.get("event", ""))
        changed = restore(model=tracked.model, pk=pk, event_id=event_id, names=names, reason=reason)
    except (ValueError, LookupError):
        raise Http404 from None
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("history", kind, key)
    if changed:
        messages.success(request, _("Brought back. It stands in the history as a change of its own."))
    else:
        messages.info(request, _("It is so already."))
    return redirect("history", kind, key)
