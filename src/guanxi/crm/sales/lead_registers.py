"""What leads hold about a person, which of it is secret, and what of them hangs on a manager: for ``kernel``."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel import hanging, personal, sensitive
from guanxi.crm.kernel.hanging import Hanging, Placed
from guanxi.crm.kernel.masks import Secret
from guanxi.crm.kernel.personal import Held
from guanxi.crm.kernel.sensitive import Sensitive
from guanxi.crm.party.models import PartyKind
from guanxi.crm.sales.lead_codes import OPEN, Closing, LeadProduct, LeadSource, LeadState, StepKind
from guanxi.crm.sales.models import Lead, LeadEvent, LeadStep, ScoringRule

WORKING = "operation"
INNER = ("key", "version", "name_folded", "phone_token", "identifier_token")
# An organisation's credit code stands in the state's register, which anybody may read.
IDENTIFIERS: dict[str, Secret | None] = {
    PartyKind.PERSON: Secret.RESIDENT_NUMBER,
    PartyKind.ORGANISATION: None,
}
WORDS = {"source": LeadSource, "state": LeadState, "product": LeadProduct, "closing": Closing}


def _own(giver: str | None, _placed: Placed) -> Mapping[str, int]:
    return {} if giver is None else {giver: Lead.objects.filter(manager_id=giver, state__in=OPEN).count()}


def register_all() -> None:
    """Registers leads, their steps and their history."""
    personal.register(
        Held(model=Lead, lookups=("party_id",), kind=WORKING, title=_("Leads"), left_out=INNER, words=WORDS),
        Held(
            model=LeadEvent,
            lookups=("party_id",),
            kind=WORKING,
            title=_("Earlier versions of leads"),
            left_out=(*INNER, "pgh_context"),
            words=WORDS,
        ),
        Held(
            model=LeadStep,
            lookups=("lead__party_id",),
            kind=WORKING,
            title=_("What happened to leads"),
            words={"kind": StepKind},
        ),
    )
    for model in (Lead, LeadEvent):
        sensitive.register(
            Sensitive(model=model, field="phone", kind=Secret.PHONE),
            Sensitive(model=model, field="identifier", kind=Secret.RESIDENT_NUMBER, by="kind", kinds=IDENTIFIERS),
        )
        sensitive.not_secret(model, "a keyed hash, looked up with = and never shown", "phone_token", "identifier_token")
    sensitive.not_secret(ScoringRule, "what a rule compares with: the bank's own words, about nobody", "value")
    hanging.register(Hanging(name="own_leads", title=_("Open leads of the giver"), moves=False, count=_own))
