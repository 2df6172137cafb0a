"""Which fields of agreements and events are secrets.

The number of an agreement and of an event is the house's own key: nothing can be paid or proved with it.
"""

from __future__ import annotations

from guanxi.crm.holding.models import Agreement, Event
from guanxi.crm.kernel.masks import Secret
from guanxi.crm.kernel.sensitive import Sensitive, register


def declare() -> None:
    """Declares them; called when the application is ready."""
    register(
        Sensitive(model=Agreement, field="account_number", kind=Secret.ACCOUNT),
        Sensitive(model=Event, field="counterparty_account", kind=Secret.ACCOUNT),
        Sensitive(model=Event, field="memo", kind=Secret.WORDS),
    )
