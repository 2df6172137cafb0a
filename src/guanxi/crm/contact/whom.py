"""With whom an activity, a task or an appointment is: a customer, a prospect who is none yet, or nobody."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from guanxi.crm.contact.errors import WorkError
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.models import Party
from guanxi.crm.sales.lead_codes import LeadState
from guanxi.crm.sales.models import Lead


@dataclass(frozen=True, slots=True)
class Whom:
    """A customer, a prospect, both (a prospect who has become the customer), or neither."""

    party: Party | None = None
    lead: Lead | None = None

    @property
    def is_somebody(self) -> bool:
        """Whether there is anybody."""
        return self.party is not None or self.lead is not None

    @property
    def manager_id(self) -> str | None:
        """Who looks after them; None for nobody."""
        if self.party is not None:
            return self.party.manager_id  # type: ignore[attr-defined, no-any-return]
        return self.lead.manager_id if self.lead else None

    @property
    def subject(self) -> str:
        """The customer's number, as the log names whom an entry is about; empty without one."""
        return self.party.pk if self.party else ""


NOBODY = Whom()


def beyond_error() -> WorkError:
    """What is said where a prospect has become a customer outside of the reader's scope."""
    return WorkError(_("This prospect has become a customer whom you do not see."))


def whom_of(scope: Scope, party_id: str | None, lead_id: int | None) -> Whom:
    """The customer or prospect with these numbers within ``scope``; within a transaction. A prospect is held fast until
    its end, so that what is written goes over with the rest when somebody makes them a customer at that moment; who has
    become one already is that customer.

    Raises ``Party.DoesNotExist`` and ``Lead.DoesNotExist`` outside of the scope, and :class:`WorkError` for a lead that
    is closed and for one that has become a customer outside of it.
    """
    if party_id is not None:
        return Whom(party=Party.objects.visible_to(scope).get(pk=party_id))
    if lead_id is None:
        return NOBODY
    lead: Lead = Lead.objects.visible_to(scope).select_for_update(of=("self",)).get(pk=lead_id)
    if lead.state == LeadState.CONVERTED:
        party = Party.objects.visible_to(scope).filter(pk=lead.party_id).first()
        if party is None:
            raise beyond_error()
        return Whom(party, lead)
    if lead.state == LeadState.CLOSED:
        raise WorkError(_("This lead is closed: open it again first."))
    return Whom(lead=lead)
