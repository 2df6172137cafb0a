"""Jobs of this room. The worker finds them by this module's name; those of leads have a file of their own."""

from __future__ import annotations

from procrastinate.contrib.django import app

from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.sales import lead_tasks
from guanxi.crm.sales.margin_services import sum_margins
from guanxi.crm.sales.opportunity_jobs import follow_managers
from guanxi.crm.sales.referral_clock import tend
from guanxi.crm.sales.sum_database import make_fewer

__all__ = ["lead_tasks", "tend_opportunities"]


@app.periodic(cron="*/5 * * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="opportunities", queue="exports", queueing_lock="opportunities")
def tend_opportunities(timestamp: int) -> None:
    """Every five minutes: opportunities go with their customers; after a publication the margins of products are
    summed anew.
    """
    with entered(SYSTEM):
        follow_managers()
        sum_margins()


@app.periodic(cron="*/5 * * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="referrals", queue="exports", queueing_lock="referrals")
def tend_referrals(timestamp: int) -> None:
    """Every five minutes: overdue referrals are told of, and those whose opportunity has ended end with it."""
    with entered(SYSTEM):
        tend()


@app.periodic(cron="7 * * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="opportunity_sums", queue="exports", queueing_lock="opportunity_sums")
def tend_sums(timestamp: int) -> None:
    """Every hour: the sums of opportunities are kept in fewer entries."""
    with entered(SYSTEM):
        make_fewer()
