"""What opportunities hold about a person, and what of them hangs on a manager: for the registers of ``kernel``."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel import hanging, personal
from guanxi.crm.kernel.hanging import Hanging, Placed, counted
from guanxi.crm.kernel.personal import Held
from guanxi.crm.sales import models as own
from guanxi.crm.sales.opportunity_codes import Decision, Origin, Part, State

# Working data of this system, as the rules of retention call it (consent is a room beside this one).
WORKING = "operation"
INNER = ("key", "version")
PARTY = ("party_id",)
BEHIND = ("opportunity__party_id",)
WORDS = {"state": State, "origin": Origin}


def _own(giver: str | None, _placed: Placed) -> Mapping[str, int]:
    if giver is None:
        return {}
    rows = own.Opportunity.objects.filter(owner_id=giver, state=State.OPEN, follows=False)
    return {giver: rows.count()}


def register_all() -> None:
    """Registers opportunities with their parts and their history; open ones that go with the customer move."""
    personal.register(
        Held(
            model=own.Opportunity, lookups=PARTY, kind=WORKING, title=_("What we talk with you about"), left_out=INNER,
            words=WORDS,
        ),
        Held(
            model=own.OpportunityEvent, lookups=PARTY, kind=WORKING, title=_("Earlier versions of opportunities"),
            left_out=(*INNER, "pgh_context"), words=WORDS,
        ),
        Held(model=own.OpportunityProduct, lookups=BEHIND, kind=WORKING, title=_("Products we talk with you about")),
        Held(
            model=own.OpportunityMember, lookups=BEHIND, kind=WORKING, title=_("Who works on opportunities"),
            words={"part": Part},
        ),
        Held(model=own.Competitor, lookups=BEHIND, kind=WORKING, title=_("Other banks you talk with")),
        Held(
            model=own.StageMove, lookups=BEHIND, kind=WORKING, title=_("How far opportunities have come"),
            left_out=("version", "pipeline_version"),
        ),
        Held(
            model=own.PriceApproval, lookups=BEHIND, kind=WORKING, title=_("Approvals of prices"),
            words={"decision": Decision},
        ),
    )  # fmt: skip
    hanging.register(
        Hanging(
            name="opportunities",
            title=_("Open opportunities that go with the customer"),
            moves=True,
            count=counted("sales_opportunity", f"t.state = '{State.OPEN.value}' AND t.follows"),
        ),
        Hanging(name="own_opportunities", title=_("Other open opportunities of the giver"), moves=False, count=_own),
    )
