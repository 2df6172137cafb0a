"""Opportunities for tests: opened and moved through the services, as pages do."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from guanxi.crm.kernel.scope import Scope
from guanxi.crm.sales.leads.conversion import convert_lead
from guanxi.crm.sales.leads.opening import Wanted
from guanxi.crm.sales.models import CloseReason, Opportunity, Stage
from guanxi.crm.sales.opportunity_moves import Ending, move_stage
from guanxi.crm.sales.opportunity_parts import Line, set_products
from guanxi.crm.sales.opportunity_services import Entered, open_opportunity
from tests.sales.leads import lead_in

ALL = Scope.everything("")


def opened(party: Any, *, line: str = "loan", by: str | None = None, days: int = 30, **more: Any) -> Opportunity:
    """A new opportunity with a customer, expected to close in some days."""
    fields: dict[str, Any] = {
        "title": "流动资金贷款",
        "expected_on": timezone.localdate() + datetime.timedelta(days=days),
        "need": "备货资金",
        "decider": "财务总监",
        "amount": Decimal(1_000_000),
        "term_days": 365,
    }
    found = open_opportunity(
        scope=ALL, by=by or party.manager_id, key=uuid4(), party_id=party.id, line=line,
        entered=Entered(**{**fields, **more}),
    )  # fmt: skip
    return found.opportunity


def prospective(staff: Any, *, kind: str = "person", line: str = "loan", name: str = "周末客") -> Opportunity:
    """A new opportunity with a prospect of somebody's who is no customer yet."""
    lead = lead_in(staff.institution_id, name, manager=staff.id, kind=kind)
    wanted = Wanted(
        title="开户后贷款", product=line, amount=Decimal(800_000),
        expected_on=timezone.localdate() + datetime.timedelta(days=30),
    )  # fmt: skip
    convert_lead(scope=ALL, by=staff.id, lead_id=lead.pk, version=lead.version, opportunity=wanted)
    # What a stage may want to know.
    Opportunity.objects.filter(lead=lead).update(need="备货资金", decider="财务总监", term_days=365)
    return Opportunity.objects.get(lead=lead)


def with_product(one: Opportunity, product_id: str = "L002", price: str | None = "0.0435", **more: Any) -> Opportunity:
    """The same with a product."""
    line = Line(
        product_id=product_id,
        amount=more.pop("amount", one.amount or Decimal(0)),
        term_days=more.pop("term_days", one.term_days),
        price=Decimal(price) if price else None,
        **more,
    )
    return set_products(
        scope=ALL, opportunity_id=one.pk, version=one.version, lines=[line], day=datetime.date(2026, 11, 20)
    )


def stage(one: Opportunity, code: str) -> Stage:
    """A stage of its pipeline."""
    return Stage.objects.get(pipeline_id=one.pipeline_id, code=code)  # type: ignore[attr-defined]


def moved(one: Opportunity, code: str, *, by: str = "1111", reason: str = "", **more: Any) -> Opportunity:
    """The same in another stage."""
    target = stage(one, code)
    ending = None
    if reason:
        chosen = CloseReason.objects.get(state=target.state, code=reason)
        ending = Ending(reason_id=chosen.pk, **more)
    return move_stage(
        scope=ALL, by=by, opportunity_id=one.pk, version=one.version, stage_id=target.pk, ending=ending
    ).opportunity
