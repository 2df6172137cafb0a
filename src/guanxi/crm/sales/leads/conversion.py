"""What becomes of a lead: a prospect, or a customer of the bank, with an opportunity; nothing is typed again.

A prospect is the lead itself, qualified: only the core banking system gives customers their numbers. Once it has, a job
finds by identifier (or by phone and name together) which customer the prospect became.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.models import Party
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.lead_codes import LeadState, StepKind
from guanxi.crm.sales.leads.hung import adopt_strays
from guanxi.crm.sales.leads.opening import Wanted, adopt, open_before, open_for
from guanxi.crm.sales.leads.services import locked, save, told
from guanxi.crm.sales.models import Lead, LeadStep


def convert_lead(
    *, scope: Scope, by: str, lead_id: int, version: int, party_id: str = "", opportunity: Wanted | None = None
) -> Lead:
    """Turns an open lead or a prospect into the customer ``party_id``, or an open lead into a prospect where none is
    named; with ``opportunity`` opens one with the customer or with the prospect, also later. What was opened with the
    prospect becomes the customer's.

    Whoever converts works on the lead from then on, where nobody did. Raises :class:`StaleError`,
    outside of ``scope`` ``Lead.DoesNotExist`` and ``Party.DoesNotExist``, and :class:`SalesError`.
    """
    with transaction.atomic():
        lead = locked(scope, lead_id, version)
        party_id = party_id or lead.party_id or "" if lead.state == LeadState.CONVERTED else party_id
        waits = lead.state == LeadState.CONVERTED and lead.opportunity_id is None and opportunity is not None
        if not (lead.is_open or lead.state == LeadState.PROSPECT or waits):
            raise SalesError(_("This lead has come to its end already."))
        if opportunity is not None and lead.opportunity_id is not None:
            raise SalesError(_("This lead has its opportunity already."))
        if not party_id and lead.state == LeadState.PROSPECT and opportunity is None:
            raise SalesError(_("Choose the customer that it became."), "party")
        party = Party.objects.visible_to(scope).get(pk=party_id) if party_id else None
        if party is not None and party.kind != lead.kind:
            raise SalesError(_("A person becomes a person, a firm a firm."), "party")
        fields = ["state", "manager", "accept_by", "escalated_at", "ended_at"]
        if lead.manager_id is None:
            lead.manager_id = by
        before = lead.state
        lead.state = LeadState.CONVERTED if party else LeadState.PROSPECT
        lead.accept_by = lead.escalated_at = None
        lead.ended_at = lead.ended_at or timezone.now()
        if party is not None:
            lead.party_id = party.pk
            fields.append("party")
        if opportunity is not None:
            lead.opportunity_id = (
                open_for(scope, by, lead, party.pk, opportunity) if party else open_before(by, lead, opportunity)
            )
            fields.append("opportunity_id")
        save(lead, by, fields)
        if party is not None:
            adopt([lead.pk])
        with entered(SYSTEM):
            if lead.state != before:
                kind = StepKind.CONVERTED if party else StepKind.PROSPECT
                said = party.name if party else ""
                LeadStep.objects.create(lead=lead, kind=kind, by_id=by, taker_id=lead.manager_id, text=said)
            if opportunity is not None:
                LeadStep.objects.create(lead=lead, kind=StepKind.OPPORTUNITY, by_id=by, text=opportunity.title[:300])
            told(lead, {"converted": lead.state, "opportunity": lead.opportunity_id})
    return lead


# A customer who has the prospect's identifier; else one who has both its phone and its name. The lowest number where
# several do, so that running it again changes nothing. The state is asked again of the row that is written: where
# somebody converted the prospect by hand while this waited for the row, their word stands.
_LINK = """
WITH found AS (
    SELECT l.id, coalesce(
        (SELECT min(p.id) FROM party_searchtoken t JOIN party_party p ON p.id = t.party_id
         WHERE l.identifier_token <> '' AND t.token = l.identifier_token AND p.kind = l.kind),
        (SELECT min(p.id) FROM party_searchtoken t JOIN party_party p ON p.id = t.party_id
         WHERE l.phone_token <> '' AND t.token = l.phone_token AND p.kind = l.kind AND p.name = l.name)
    ) AS party_id
    FROM sales_lead l WHERE l.state = %(prospect)s
)
UPDATE sales_lead l SET state = %(converted)s, party_id = found.party_id, changed_at = %(now)s, changed_by_id = NULL,
    version = l.version + 1
FROM found WHERE found.id = l.id AND found.party_id IS NOT NULL AND l.state = %(prospect)s
RETURNING l.id
"""


def link_prospects() -> int:
    """Prospects that have become customers say which; returns how many. The worker's own, after each night.

    What was written about a prospect in the moment of the conversion, and missed it, goes over to the customer too.
    """
    values = {"prospect": LeadState.PROSPECT, "converted": LeadState.CONVERTED, "now": timezone.now()}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LINK, values)
        numbers = [row[0] for row in cursor.fetchall()]
        LeadStep.objects.bulk_create([LeadStep(lead_id=one, kind=StepKind.CONVERTED) for one in numbers])
        adopt(numbers)
        adopt_strays(cursor)
    return len(numbers)
