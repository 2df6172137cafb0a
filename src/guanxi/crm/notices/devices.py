"""The browsers that somebody lets notifications be pushed to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from guanxi.crm.notices import push
from guanxi.crm.notices.kinds import kind_named
from guanxi.crm.notices.mail import language_of
from guanxi.crm.notices.models import Device, Notice
from guanxi.crm.notices.readers import reader_of, seen_by
from guanxi.crm.notices.services import ways_of
from guanxi.crm.org.models import Staff

# Whoever has more browsers than this loses the oldest.
MOST = 5


def add_device(*, staff: Staff, endpoint: str, key: str, secret: str, name: str) -> Device:
    """Keeps a browser's address; one that was somebody else's is this person's from now on. Raises ``PushError``."""
    if len(endpoint) > 1_000:
        raise push.PushError("the address is too long")
    push.check_address(endpoint)
    push.check_keys(key, secret)
    digest = hashlib.sha256(endpoint.encode()).hexdigest()
    with transaction.atomic():
        made, _new = Device.objects.update_or_create(
            digest=digest,
            defaults={"staff": staff, "endpoint": endpoint, "key": key, "secret": secret, "name": name[:80]},
        )
        old = Device.objects.filter(staff=staff).order_by("-made_at").values_list("pk", flat=True)[MOST:]
        Device.objects.filter(pk__in=list(old)).delete()
    return made


def remove_device(*, staff: Staff, device_id: object) -> bool:
    """Forgets one of a person's browsers; returns whether there was one."""
    return Device.objects.filter(staff=staff, pk=device_id).delete()[0] > 0


def devices_of(staff: Staff) -> list[Device]:
    """A person's browsers, the newest first; one query."""
    return list(Device.objects.filter(staff=staff).order_by("-made_at"))


def push_notices(notices: Sequence[Notice]) -> int:
    """Pushes unread notices to the devices of those who wish so; returns how many messages services took."""
    if not push.is_on():
        return 0
    sent = 0
    for one in notices:
        kind = kind_named(one.kind)
        if one.read_at is not None or not ways_of([one.to_id], kind)[one.to_id].push:
            continue
        staff = Staff.objects.get(pk=one.to_id)
        devices = devices_of(staff)
        if staff.is_active and devices and seen_by(reader_of(staff), [one]):
            sent += push.push(devices, _content(staff, one))
    return sent


def _content(staff: Staff, notice: Notice) -> bytes:
    with translation.override(language_of(staff)):
        kind = kind_named(notice.kind)
        content = {"title": _("Guanxi"), "body": str(kind.plain), "url": reverse("notice", args=[notice.pk])}
        return json.dumps(content, ensure_ascii=False).encode()
