"""Clear values of agreements and events, one at a time: see ``party/reveal_queries.py``."""

from __future__ import annotations

from django.utils.dateparse import parse_date

from guanxi.crm.holding.models import Agreement, Event
from guanxi.crm.kernel import sensitive
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.sensitive import Clear


def clear_account(scope: Scope, party_id: str, key: str) -> Clear | None:
    """The number of an account or a card, by its agreement; one query."""
    held = Agreement.objects.visible_to(scope).filter(party_id=party_id, pk=key).first()
    number = held.account_number if held else ""
    return sensitive.of(Agreement, "account_number").clear(number) if number else None


def clear_other_account(scope: Scope, party_id: str, key: str) -> Clear | None:
    """The other side's account of an event, by day and number; one query that opens one month."""
    text, _tilde, event_id = key.partition("~")
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        return None
    event = Event.objects.visible_to(scope).filter(event_date=day, event_id=event_id, party_id=party_id).first()
    number = event.counterparty_account if event else ""
    return sensitive.of(Event, "counterparty_account").clear(number) if number else None
