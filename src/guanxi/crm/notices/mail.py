"""Notifications by e-mail: at once or in a digest, through the bank's own SMTP server.

An e-mail says that there is something, of which kind, and where to look. Names, numbers and amounts stay in the house:
mailboxes are read on telephones, forwarded and kept for years.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from email.utils import formatdate

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.crm.notices.kinds import kind_named
from guanxi.crm.notices.models import Mail, Notice
from guanxi.crm.notices.readers import reader_of, seen_by
from guanxi.crm.org.models import Staff

log = logging.getLogger(__name__)
# A digest names so many kinds at most; a person with more has other troubles.
LINES = 20


def is_on() -> bool:
    """Whether the bank has named a server for outgoing e-mail."""
    return "default" in settings.MAILERS


def send_now(notices: Sequence[Notice]) -> int:
    """Sends those notices that wait to go at once, one message a receiver and call; returns how many messages.

    Whoever may not see the record any more, has read it or has no address gets none. Raises ``OSError`` or
    ``smtplib.SMTPException`` where the server does not take one; what was sent before is not sent again.
    """
    return _send(notices, Mail.NOW)


def send_digests() -> int:
    """Sends everybody whose digest holds something that is still unread; returns how many messages."""
    waiting = Notice.objects.filter(mail=Mail.DIGEST).values_list("to_id", flat=True).distinct()
    sent = 0
    for number in list(waiting):
        rows = list(Notice.objects.filter(to=number, mail=Mail.DIGEST).order_by("pk")[:500])
        try:
            sent += _send(rows, Mail.DIGEST)
        except OSError:
            # One mailbox that is refused must not keep the others waiting; the row waits for the next digest.
            log.exception("the digest of %s was not taken by the mail server", number)
    return sent


def _send(notices: Sequence[Notice], mail: str) -> int:
    by_person: dict[str, list[Notice]] = {}
    for one in notices:
        if one.mail == mail:
            by_person.setdefault(one.to_id, []).append(one)
    sent = 0
    for number, rows in sorted(by_person.items()):
        staff = Staff.objects.get(pk=number)
        told = seen_by(reader_of(staff), [one for one in rows if one.read_at is None]) if staff.is_active else []
        if told and staff.email and is_on():
            _message(staff, told, digest=mail == Mail.DIGEST).send()
            sent += 1
        Notice.objects.filter(pk__in=[one.pk for one in rows]).update(mail=Mail.OFF)
    return sent


def language_of(staff: Staff) -> str:
    """The language in which somebody reads the pages."""
    chosen = str(staff.preferences.get("language", ""))
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def address_of(path: str) -> str:
    """A path as people reach it from a mailbox; empty where the bank has not said its site's address."""
    return f"{settings.SITE_URL}{path}" if settings.SITE_URL else ""


def _message(staff: Staff, told: Sequence[Notice], *, digest: bool) -> EmailMessage:
    with translation.override(language_of(staff)):
        name = settings.BANK_NAME or _("Guanxi")
        if digest or len(told) > 1:
            count = len(told)
            subject = ngettext("%(count)s notification in %(name)s", "%(count)s notifications in %(name)s", count)
            subject %= {"count": count, "name": name}
            kinds = Counter(one.kind for one in told).most_common(LINES)
            lines = [f"{kind_named(kind).title}: {many}" for kind, many in kinds]
            path = reverse("notices")
        else:
            kind = kind_named(told[0].kind)
            subject = f"{name}: {kind.title}"
            lines = [str(kind.plain)]
            path = reverse("notice", args=[told[0].pk])
        where = address_of(path)
        lines += ["", _("Look here: %(address)s") % {"address": where} if where else _("Sign in to see more.")]
        lines += ["", _("Which notifications come by e-mail is chosen under Notifications, How I am told.")]
        headers = {"Date": formatdate(timezone.now().timestamp(), localtime=True), "Auto-Submitted": "auto-generated"}
        return EmailMessage(subject, "\n".join(lines), to=[staff.email], headers=headers)
