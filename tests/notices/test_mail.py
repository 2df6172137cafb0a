"""E-mail through a real SMTP server on loopback: at once and as a digest, without a word about anybody."""

from __future__ import annotations

import email
import smtplib
import socket
from collections.abc import Iterator
from email import policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from guanxi.crm.contact.telling import ABOUT, GIVEN
from guanxi.crm.notices import tasks
from guanxi.crm.notices.kinds import Way
from guanxi.crm.notices.mail import send_digests
from guanxi.crm.notices.models import Mail, Notice
from guanxi.crm.notices.services import mark_read, notify, set_wishes
from guanxi.crm.org.models import Staff
from guanxi.crm.party.models import Party
from tests.web.contact.test_tasks import task_for

pytestmark = pytest.mark.django_db
REFUSED = "refused@bank.example"


class Box:
    """What the server took in."""

    def __init__(self) -> None:
        self.messages: list[email.message.EmailMessage] = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address == REFUSED:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        self.messages.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


class Server(Controller):
    """Takes only who signs in with the right password."""

    def factory(self):
        def check(_server, _session, _envelope, _mechanism, login):
            return AuthResult(success=(login.login, login.password) == (b"guanxi", b"secret"))

        return SMTP(self.handler, authenticator=check, auth_required=True, auth_require_tls=False)


@pytest.fixture
def box(settings) -> Iterator[Box]:
    taken = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Server(taken, hostname="127.0.0.1", port=port)
    server.start()
    options = {"host": "127.0.0.1", "port": port, "username": "guanxi", "password": "secret", "timeout": 5}
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
    settings.DEFAULT_FROM_EMAIL = "crm@bank.example"
    settings.SITE_URL = "https://crm.bank.example"
    yield taken
    server.stop()


def give(cast, *, to, kind=GIVEN, party=None) -> Notice:
    party = party or cast.person
    task = task_for(party, to)
    return notify(to=[to.id], kind=kind, party_id=party.id, about=(ABOUT, task.pk), facts={"due": "2026-12-01"},
                  by=cast.bo.id)[0]  # fmt: skip


def test_at_once_goes_out_at_once_in_the_readers_language_and_names_nobody(cast, box, pages_files):
    set_wishes(staff_id=cast.ai.id, wishes={GIVEN.name: Way(mail=Mail.NOW)})
    Staff.objects.filter(pk=cast.ai.id).update(preferences={"language": "en"})
    one = give(cast, to=cast.ai)
    assert tasks.mail_out([one.pk]) == 1
    message = box.messages[0]
    assert (message["To"], message["From"]) == (cast.ai.email, "crm@bank.example")
    assert message["Subject"] == "Guanxi: Task given to you"
    text = message.get_content()
    assert "Somebody gave you a task." in text
    assert f"https://crm.bank.example/notices/{one.pk}/" in text
    for secret in (cast.person.name, cast.person.id, cast.bo.name, "2026-12-01"):
        assert secret not in message.as_string() + text
    assert tasks.mail_out([one.pk]) == 0, "what was sent is not sent again"
    Staff.objects.filter(pk=cast.ai.id).update(preferences={"language": "zh-hans"})
    tasks.mail_out([give(cast, to=cast.ai).pk])
    assert "有人交给您一项任务。" in box.messages[1].get_content()


def test_the_digest_says_how_much_of_what_once_and_leaves_out_what_was_read_or_is_no_longer_seen(cast, box, settings):
    Staff.objects.update(preferences={"language": "en"})
    kept, read, gone = give(cast, to=cast.ai), give(cast, to=cast.ai), give(cast, to=cast.ai, party=cast.company)
    give(cast, to=cast.qian, party=cast.book(cast.qian)[0])
    Staff.objects.filter(pk=cast.qian.id).update(email=REFUSED)
    mark_read(staff_id=cast.ai.id, notices=[read.pk])
    Party.objects.filter(pk=cast.company.id).update(manager_id=cast.zhu.id, institution_id="B21")
    settings.SITE_URL = ""
    assert send_digests() == 1
    text = box.messages[0].get_content()
    assert "Task given to you: 1" in text
    assert "Sign in to see more." in text
    assert cast.company.name not in text
    # The mailbox that was refused waits for the next digest and kept nobody else from theirs.
    assert set(Notice.objects.filter(mail=Mail.DIGEST).values_list("to_id", flat=True)) == {cast.qian.id}
    Staff.objects.filter(pk=cast.qian.id).update(email="qian@bank.example")
    assert send_digests() == 1
    assert send_digests() == 0
    assert {kept.pk, gone.pk} <= set(Notice.objects.filter(mail=Mail.OFF).values_list("pk", flat=True))


def test_where_no_server_is_named_nothing_waits_and_nothing_fails(cast, settings):
    settings.MAILERS = {}
    set_wishes(staff_id=cast.ai.id, wishes={GIVEN.name: Way(mail=Mail.NOW)})
    assert tasks.mail_out([give(cast, to=cast.ai).pk]) == 0
    give(cast, to=cast.he)
    assert send_digests() == 0
    assert not Notice.objects.exclude(mail=Mail.OFF).exists()


def test_a_server_that_refuses_is_tried_again(cast, box, settings):
    settings.MAILERS["default"]["OPTIONS"]["password"] = "wrong"
    set_wishes(staff_id=cast.ai.id, wishes={GIVEN.name: Way(mail=Mail.NOW)})
    one = give(cast, to=cast.ai)
    with pytest.raises(smtplib.SMTPException):
        tasks.mail_out([one.pk])
    one.refresh_from_db()
    assert one.mail == Mail.NOW
    assert smtplib.SMTPException in tasks.AGAIN.retry_exceptions
