"""Jobs of the worker: what goes by e-mail and push, the morning's digest, covers that begin, what is old."""

from __future__ import annotations

from smtplib import SMTPException

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.notices.covers import tell_of_begun_covers
from guanxi.crm.notices.devices import push_notices
from guanxi.crm.notices.mail import send_digests, send_now
from guanxi.crm.notices.models import Notice
from guanxi.crm.notices.services import forget_old

KEPT_DAYS = 180


AGAIN = RetryStrategy(max_attempts=8, exponential_wait=3, retry_exceptions={OSError, SMTPException})


@app.task(queue="notices", pass_context=False, retry=AGAIN)
def send(notices: list[int]) -> None:
    """Sends notices that wait to go at once; tries again while the mail server does not take them."""
    with entered(SYSTEM):
        mail_out(notices)


@app.task(queue="notices", pass_context=False)
def push_out(notices: list[int]) -> None:
    """Pushes notices to devices, once: a push that comes late is worth nothing."""
    with entered(SYSTEM):
        push_notices(list(Notice.objects.filter(pk__in=notices).order_by("pk")))


def mail_out(notices: list[int]) -> int:
    """Sends those of some notices that wait to go by e-mail at once."""
    return send_now(list(Notice.objects.filter(pk__in=notices).order_by("pk")))


@app.periodic(cron="45 7 * * *")  # pyrefly: ignore[bad-argument-type] - it is called by keyword
@app.task(queue="notices", queueing_lock="digests", pass_context=False)
def morning(timestamp: int) -> None:
    """Every morning: what begins today is told, then the digests go out, then what is old is forgotten."""
    with entered(SYSTEM):
        tell_of_begun_covers(today=timezone.localdate())
        send_digests()
        forget_old(days=KEPT_DAYS)
