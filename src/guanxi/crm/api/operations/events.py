"""Events of one customer."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _noop
from ninja import Query, Router
from pydantic import Field

from guanxi.crm.api.callers import Token
from guanxi.crm.api.errors import Problem
from guanxi.crm.api.portions import take
from guanxi.crm.api.reach import customer_of
from guanxi.crm.api.schemas import customer as wire
from guanxi.crm.api.schemas.parts import Bound, Number, Parameters, answers, coded, money
from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.holding.codes import Channel, EventKind
from guanxi.crm.holding.event_queries import EventFilter, EventKey, EventRow, event_page
from guanxi.crm.holding.models import Event
from guanxi.crm.kernel.sensitive import shown
from guanxi.crm.org.token_models import Ability
from guanxi.crm.web.access import Area
from guanxi.crm.web.request import StaffRequest

router = Router(tags=["customer"])


class Asked(Parameters):
    """What narrows the events, and which page of them."""

    kind: EventKind | None = None
    channel: Channel | None = None
    direction: Literal["in", "out"] | None = None
    agreement: Number | None = Field(None, description=_noop("Number of an agreement."))
    amount_min: Bound | None = None
    amount_max: Bound | None = None
    since: datetime.date | None = None
    until: datetime.date | None = None
    limit: int = Field(50, ge=1, le=200)
    after: str = Field("", max_length=200, description=_noop("The value of next of the page before."))

    def which(self) -> EventFilter:
        """As the query takes it."""
        return EventFilter(
            kind=self.kind or "",
            channel=self.channel or "",
            direction={"in": "C", "out": "D", None: ""}[self.direction],
            agreement_id=self.agreement or "",
            least=self.amount_min,
            most=self.amount_max,
            since=self.since,
            until=self.until,
        )


@router.get(
    "/{party_id}/events",
    auth=Token(Ability.EVENTS, Area.CUSTOMERS),
    response=answers(wire.EventPage, 404),
    summary=_noop("Events of a customer"),
    url_name="customer-events",
    description=_noop("What happened on the customer's accounts, the newest first, a page at a time."),
)
def customer_events(request: StaffRequest, party_id: Number, asked: Query[Asked]) -> Any:
    customer_of(request, party_id)
    after = EventKey.decode(asked.after) if asked.after else None
    if asked.after and (after is None or "\x00" in after.event_id):
        raise Problem("invalid-cursor", _("Give back next as it was, with the same filters and the same sort."))
    page = event_page(request.scope, party_id, which=asked.which(), after=after, limit=asked.limit)
    take(request, len(page.rows))
    record(action=Action.VIEW, subject=party_id, kind="api-v1:customer-events", detail={"rows": len(page.rows)})
    return wire.EventPage(items=[_event(row) for row in page.rows], next=page.next.encode() if page.next else None)


def _event(row: EventRow) -> wire.Event:
    return wire.Event(
        id=row.id,
        at=row.event_time,
        kind=coded(EventKind, row.kind),
        channel=coded(Channel, row.channel),
        amount=money(row.signed, row.currency),
        balance_after=money(row.balance_after, row.currency),
        fee=money(row.fee_amount, row.currency),
        agreement_id=row.agreement_id,
        counterparty=row.counterparty_name,
        counterparty_account=shown(Event, "counterparty_account", row.counterparty_account),
        counterparty_bank=row.counterparty_bank,
        memo=shown(Event, "memo", row.memo),
    )
