"""With whom something is recorded or planned, as its pages show them: a customer, or a prospect who is none yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from guanxi.crm.consent.roles import may_look
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import staff_names
from guanxi.crm.sales.lead_codes import LeadState
from guanxi.crm.sales.models import Lead
from guanxi.crm.web.access import Area
from guanxi.crm.web.contact.erased import erased_among
from guanxi.crm.web.customer.frame import Frame, customer_frame
from guanxi.crm.web.request import StaffRequest

TAB = "customer-activities"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A customer (``party_id``) or a prospect (``lead_id``). ``records``: whether the reader may record what is done
    with them; ``manager`` is (number, name) of who looks after them, None for nobody; ``back`` their page; ``frame``
    the frame of a customer's pages.
    """

    name: str
    back: str
    records: bool
    manager: tuple[str, str] | None
    party_id: str | None = None
    lead_id: int | None = None
    frame: Frame | None = None

    @property
    def is_prospect(self) -> bool:
        """Whether there is no customer yet."""
        return self.party_id is None

    @property
    def named(self) -> dict[str, Any]:
        """Whom services and queries are told."""
        return {"party_id": self.party_id, "lead_id": self.lead_id}

    def address(self, name: str, *more: Any) -> str:
        """A page about them: ``name`` as in ``customer-activity`` and ``lead-activity``."""
        if self.party_id is not None:
            return reverse(f"customer-{name}", args=[self.party_id, *more])
        return reverse(f"lead-{name}", args=[self.lead_id, *more])


def customer_of(frame: Frame) -> Somebody:
    """The customer of a frame."""
    who = frame.party.manager
    return Somebody(
        name=frame.party.name,
        back=reverse(TAB, args=[frame.party.id]),
        records=frame.records,
        manager=(who.pk, who.name) if who else None,
        party_id=frame.party.id,
        frame=frame,
    )


def customer(request: StaffRequest, party_id: str) -> Somebody:
    """A customer whom the reader sees; 404 outside the scope."""
    return customer_of(customer_frame(request, party_id, TAB))


def prospect(request: StaffRequest, lead_id: int) -> Somebody:
    """A lead that the reader sees, as the customer whom it became where it has become one; 404 outside the scope. Two
    queries.
    """
    found: Lead | None = Lead.objects.visible_to(request.scope).filter(pk=lead_id).first()
    if found is None or (found.party_id and erased_among([found.party_id]) and not may_look(request.roles)):
        raise Http404
    if found.state == LeadState.CONVERTED:
        return customer(request, found.party_id or "")
    name = staff_names(request.display.version).get(found.manager_id or "", found.manager_id or "")
    return Somebody(
        name=found.name,
        back=reverse("lead", args=[lead_id]),
        records=Lead.objects.visible_to(request.scopes[Verb.EDIT]).filter(pk=lead_id).exists(),
        manager=(found.manager_id, name) if found.manager_id else None,
        lead_id=lead_id,
    )


def recording(whom: Somebody) -> Somebody:
    """The same, for somebody who may record; 403 for those who only look."""
    if not whom.records:
        raise PermissionDenied(Area.WORK)
    return whom
