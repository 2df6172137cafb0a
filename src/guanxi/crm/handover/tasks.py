"""Jobs of the worker: makes large previews, moves customers, looks every few minutes for what is due or half done."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from guanxi.crm.handover.database import BusyError
from guanxi.crm.handover.pooling import run_rules
from guanxi.crm.handover.preparing import make_asked, make_asked_of
from guanxi.crm.handover.services import carry_on, carry_out
from guanxi.crm.insight.queries import newest_publication
from guanxi.crm.org.queries import institution_tree


@app.task(
    queue="handover", pass_context=False, retry=RetryStrategy(max_attempts=60, wait=20, retry_exceptions={BusyError})
)
def move_customers(handover_id: int) -> None:
    """Moves the customers of one hand-over; tries again while the night's figures are being published."""
    carry_out(handover_id=handover_id)


@app.task(queue="handover", pass_context=False, retry=RetryStrategy(max_attempts=3, wait=5))
def prepare_preview(handover_id: int) -> None:
    """Makes the preview that a draft waits for; does nothing where none is wanted any more."""
    make_asked_of(handover_id)


def defer_preview(handover_id: int) -> None:
    """Asks for a preview; one that waits its turn already will make what is chosen by then."""
    # The database refuses the second in a savepoint, so that the caller's transaction lives on.
    with suppress(AlreadyEnqueued), transaction.atomic():
        prepare_preview.configure(queueing_lock=f"preview-{handover_id}").defer(handover_id=handover_id)


@app.periodic(cron="30 7 * * *")  # pyrefly: ignore[bad-argument-type] - it is called by keyword
@app.task(queue="handover", queueing_lock="pools", pass_context=False)
def fill_pools(timestamp: int) -> None:
    """Once a morning, after the night: the rules of the pools."""
    published = newest_publication()
    tree = institution_tree(published.id if published else 0)
    run_rules(today=timezone.localdate(), tree=tree, published=published)


@app.periodic(cron="*/5 * * * *")  # pyrefly: ignore[bad-argument-type] - it is called by keyword
@app.task(queue="handover", queueing_lock="handovers", pass_context=False)
def tend(timestamp: int) -> None:
    """Every five minutes: begins what is due, takes back what was for a time, goes on with what a kill left."""
    carry_on()
    make_asked()
