"""Takes files in for an activity: judged by their bytes, scanned, stored under a name that tells nothing."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.contact.models import Activity, Attachment
from guanxi.crm.kernel.attachments import LARGEST, store, take
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.uploads import RefusedUploadError

__all__ = ["LARGEST", "attach_file"]
MOST_FILES = 20


def attach_file(*, scope: Scope, by: str, activity_id: int, name: str, content: bytes) -> Attachment:
    """Keeps one file of an activity. Raises ``Activity.DoesNotExist`` outside ``scope`` (how far ``by`` may edit) and
    :class:`RefusedUploadError` for what is not taken in. The same content twice is kept once.
    """
    file = take(name=name, content=content)
    with transaction.atomic():
        activity: Activity = Activity.objects.visible_to(scope).select_for_update(of=("self",)).get(pk=activity_id)
        there = Attachment.objects.filter(activity=activity, sha256=file.sha256).first()
        if there is not None:
            return there
        if Attachment.objects.filter(activity=activity).count() >= MOST_FILES:
            raise RefusedUploadError(_("An activity holds at most %(number)s files.") % {"number": MOST_FILES})
        number, stored = store(file, folder="attachments")
        try:
            made = Attachment.objects.create(
                id=number,
                activity=activity,
                name=file.name,
                kind=file.kind,
                size=file.size,
                sha256=file.sha256,
                file=stored,
                scanner=file.scanner,
                staff_id=by,
            )
            record(
                action=Action.CHANGE,
                subject=activity.party_id or "",  # type: ignore[attr-defined]
                kind="attachment",
                object_id=str(number),
                detail={"name": made.name, "bytes": made.size, "scanned": file.scanner or "no"},
            )
        except BaseException:
            default_storage.delete(stored)
            raise
    return made
