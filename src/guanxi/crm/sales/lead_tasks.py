"""Jobs of leads: the clock of acceptance, prospects that became customers, imports."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.sales.leads.conversion import link_prospects
from guanxi.crm.sales.leads.giving import tend
from guanxi.crm.sales.leads.importing import services as imports


@app.periodic(cron="*/5 * * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="tend_leads", queue="exports", queueing_lock="tend_leads")
def tend_leads(timestamp: int) -> None:
    """Every five minutes: overdue leads are told of, then fall back into the pool; imports that a kill left go on."""
    with entered(SYSTEM):
        tend()
        imports.carry_on()


@app.periodic(cron="40 7 * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="link_prospects", queue="exports", queueing_lock="link_prospects")
def prospects_become_customers(timestamp: int) -> None:
    """Every morning after the night: prospects whom the core banking system has made customers."""
    with entered(SYSTEM):
        link_prospects()


@app.task(name="work_on_lead_import", queue="exports", pass_context=False)
def work_on_import(batch_id: str) -> None:
    """Checks a file of leads, takes it in, or takes it back: whatever it waits for."""
    imports.work(UUID(batch_id))


@app.periodic(cron="23 * * * *")  # pyrefly: ignore[bad-argument-type]
@app.task(name="tidy_lead_imports", queue="exports", queueing_lock="tidy_lead_imports", pass_context=False)
def tidy_imports(timestamp: int) -> None:
    """Once an hour: files whose time is over."""
    with entered(SYSTEM):
        imports.throw_away()
