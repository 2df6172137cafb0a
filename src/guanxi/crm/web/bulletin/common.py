"""What the pages of the bulletin board have in common: who reads and writes what, and files on their way in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.bulletin.rights import places_read, places_written
from guanxi.crm.kernel.attachments import LARGEST, TYPES, Taken, take
from guanxi.crm.kernel.uploads import RefusedUploadError
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import InstitutionTree, institution_tree
from guanxi.crm.web.request import StaffRequest


@dataclass(frozen=True, slots=True)
class Places:
    """The institutions whose announcements somebody reads, and those for which they announce."""

    tree: InstitutionTree
    read: frozenset[str]
    written: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Whatever of them is shown."""
        return self.read | self.written

    def choices(self, language: str) -> list[tuple[str, str]]:
        """The institutions to announce for, in the order of the tree, those below set in."""
        nodes = [node for number, node in self.tree.nodes.items() if number in self.written]
        top = min((node.depth for node in nodes), default=0)
        return [(node.id, f"{'　' * (node.depth - top)}{node.label(language)}") for node in nodes]


def places_of(request: StaffRequest) -> Places:
    """The institutions of who asks; one query."""
    tree = institution_tree(request.display.version)
    read = places_read(request.user, tree=tree, today=timezone.localdate())
    return Places(tree, frozenset(read), frozenset(places_written(request.scopes[Verb.ASSIGN], tree=tree)))


def uploaded(request: StaffRequest, field: str) -> list[Taken]:
    """The files that came with a form, looked at. Raises :class:`RefusedUploadError`, with the file's name."""
    found = []
    for upload in request.FILES.getlist(field):
        if upload.size is None or upload.size > LARGEST.bytes:
            raise RefusedUploadError(_("The file is larger than %(size)s MB.") % {"size": LARGEST.bytes // 1_000_000})
        found.append(take(name=upload.name or "", content=upload.read()))
    return found


def given_out(kept: Any, kind: str) -> HttpResponseBase:
    """A kept file as it was taken in, always as a download; 404 where it is gone."""
    if kept is None or not default_storage.exists(kept.file):
        raise Http404
    record(action=Action.VIEW, kind=kind, object_id=str(kept.pk), detail={"name": kept.name, "bytes": kept.size})
    return FileResponse(
        default_storage.open(kept.file), as_attachment=True, filename=kept.name, content_type=TYPES[kept.kind]
    )
