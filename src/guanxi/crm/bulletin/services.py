"""Announces, changes, withdraws; notes who has read; shares materials in versions. Each step is in the log."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.bulletin.models import AnnouncedFile, Announcement, Material, MaterialVersion, Receipt
from guanxi.crm.kernel.attachments import Taken, store
from guanxi.crm.kernel.errors import EntryError, StaleError
from guanxi.crm.org.models import Staff

MOST_FILES = 10


class BulletinError(EntryError):
    """What was asked for cannot be; the message says why, ``field`` beside what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is announced, to whom, and until when."""

    institution_id: str
    title: str
    text: str
    pinned: bool = False
    expires_on: datetime.date | None = None


def announce(
    *, by: Staff, places: Collection[str], key: UUID, words: Words, files: Sequence[Taken] = ()
) -> Announcement:
    """Announces something once: the same person's same ``key`` announces nothing again.

    ``places`` are the institutions for which ``by`` may announce. Raises :class:`BulletinError`.
    """
    _check(words, places)
    there = Announcement.objects.filter(by=by, key=key).first()
    if there is not None:
        return there
    try:
        with transaction.atomic():
            made = Announcement.objects.create(
                by=by, key=key, institution_id=words.institution_id, title=words.title.strip(),
                text=words.text.strip(), pinned=words.pinned, expires_on=words.expires_on,
            )  # fmt: skip
            _attach(made, by, files)
            _record(made, "announced", institution=made.institution_id)
            _tell(made)
    except IntegrityError as error:
        there = Announcement.objects.filter(by=by, key=key).first()
        if there is None:
            raise error
        return there
    return made


def change_announcement(
    *, by: Staff, places: Collection[str], announcement_id: int, version: int, words: Words, files: Sequence[Taken] = ()
) -> Announcement:
    """Changes what was announced. Raises ``Announcement.DoesNotExist`` outside ``places``, :class:`StaleError`, and
    :class:`BulletinError`. Receipts stay: they say which version was read.
    """
    _check(words, places)
    with transaction.atomic():
        found = Announcement.objects.select_for_update().get(
            pk=announcement_id, institution__in=places, withdrawn_at__isnull=True
        )
        if found.version != version:
            raise StaleError(found)
        found.institution_id, found.title, found.text = words.institution_id, words.title.strip(), words.text.strip()
        found.pinned, found.expires_on = words.pinned, words.expires_on
        found.version, found.changed_at = found.version + 1, timezone.now()
        found.save()
        _attach(found, by, files)
        _record(found, "changed", version=found.version)
    return found


def withdraw_announcement(*, places: Collection[str], announcement_id: int) -> Announcement:
    """Takes an announcement off the board; it and its receipts stay as a trace."""
    with transaction.atomic():
        found = Announcement.objects.select_for_update().get(
            pk=announcement_id, institution__in=places, withdrawn_at__isnull=True
        )
        found.withdrawn_at = timezone.now()
        found.save(update_fields=["withdrawn_at"])
        _record(found, "withdrawn")
    return found


def note_read(*, announcement: Announcement, staff: Staff) -> None:
    """Notes that somebody has opened an announcement; the first time counts."""
    Receipt.objects.bulk_create(
        [Receipt(announcement=announcement, staff=staff, version=announcement.version)], ignore_conflicts=True
    )


def share_material(*, by: Staff, places: Collection[str], institution_id: str, title: str, text: str,
                   file: Taken) -> Material:  # fmt: skip
    """Shares a material as its first version. Raises :class:`BulletinError`."""
    if institution_id not in places:
        raise BulletinError(_("Choose an institution of yours."), "institution")
    if not title.strip():
        raise BulletinError(_("Give it a title."), "title")
    with transaction.atomic():
        made = Material.objects.create(by=by, institution_id=institution_id, title=title.strip(), text=text.strip())
        _version(made, by, file, "")
    return made


def add_version(*, by: Staff, places: Collection[str], material_id: int, file: Taken, note: str) -> MaterialVersion:
    """Adds a version, which counts from now on; those before stay. Raises ``Material.DoesNotExist`` outside ``places``
    and :class:`BulletinError` for the content that counts already.
    """
    with transaction.atomic():
        found = Material.objects.select_for_update().get(
            pk=material_id, institution__in=places, withdrawn_at__isnull=True
        )
        newest = found.versions.order_by("-number").first()
        if newest is not None and newest.sha256 == file.sha256:
            raise BulletinError(_("This is the version that counts already."), "file")
        return _version(found, by, file, note)


def withdraw_material(*, places: Collection[str], material_id: int) -> Material:
    """Takes a material away from those who share it; it stays as a trace."""
    with transaction.atomic():
        found = Material.objects.select_for_update().get(
            pk=material_id, institution__in=places, withdrawn_at__isnull=True
        )
        found.withdrawn_at = timezone.now()
        found.save(update_fields=["withdrawn_at"])
        record(action=Action.CHANGE, kind="material", object_id=str(found.pk), detail={"step": "withdrawn"})
    return found


def _check(words: Words, places: Collection[str]) -> None:
    if words.institution_id not in places:
        raise BulletinError(_("Choose an institution of yours."), "institution")
    if not words.title.strip():
        raise BulletinError(_("Give it a title."), "title")
    if not words.text.strip():
        raise BulletinError(_("Say what there is to say."), "text")
    if words.expires_on is not None and words.expires_on < timezone.localdate():
        raise BulletinError(_("The last day lies in the past."), "expires_on")


def _attach(announcement: Announcement, by: Staff, files: Sequence[Taken]) -> None:
    if announcement.files.count() + len(files) > MOST_FILES:
        raise BulletinError(_("An announcement holds at most %(number)s files.") % {"number": MOST_FILES}, "files")
    for file in files:
        _kept(AnnouncedFile, by, file, announcement=announcement)


def _version(material: Material, by: Staff, file: Taken, note: str) -> MaterialVersion:
    number = (material.versions.aggregate(newest=Max("number"))["newest"] or 0) + 1
    made: MaterialVersion = _kept(MaterialVersion, by, file, material=material, number=number, note=note.strip()[:200])
    detail = {
        "step": "version",
        "number": number,
        "name": file.name,
        "bytes": file.size,
        "scanned": file.scanner or "no",
    }
    record(action=Action.CHANGE, kind="material", object_id=str(material.pk), detail=detail)
    return made


def _kept(model: Any, by: Staff, file: Taken, **more: Any) -> Any:
    number, stored = store(file, folder="bulletin")
    try:
        return model.objects.create(
            id=number, name=file.name, kind=file.kind, size=file.size, sha256=file.sha256, file=stored,
            scanner=file.scanner, by=by, **more,
        )  # fmt: skip
    except BaseException:
        default_storage.delete(stored)
        raise


def _record(announcement: Announcement, step: str, **detail: object) -> None:
    facts = {"step": step, **detail}
    record(action=Action.CHANGE, kind="announcement", object_id=str(announcement.pk), detail=facts)


def _tell(announcement: Announcement) -> None:
    from guanxi.crm.bulletin.tasks import tell_everybody

    tell_everybody.defer(announcement_id=announcement.pk)
