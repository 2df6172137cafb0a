"""Takes leads in and changes them; what is asked for twice is done once, and nobody overwrites unawares."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.models import PartyKind
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.lead_codes import Closing, LeadState, StepKind
from guanxi.crm.sales.leads import folding
from guanxi.crm.sales.leads.scoring import rescore
from guanxi.crm.sales.models import Lead, LeadStep, Opportunity
from guanxi.crm.sales.opportunity_codes import State

CHANGEABLE = (
    "kind", "name", "contact_name", "phone", "identifier", "city", "industry_code", "product", "amount", "source",
    "source_detail", "text",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What somebody says about a lead."""

    kind: str
    name: str
    source: str
    contact_name: str = ""
    phone: str = ""
    identifier: str = ""
    city: str = ""
    industry_code: str = ""
    product: str = ""
    amount: Decimal | None = None
    source_detail: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a person was shown and agreed to, and when."""

    text: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The lead, and whether it was made now: asked for twice, it is made once."""

    lead: Lead
    made: bool


def take_in_lead(
    *,
    key: UUID,
    by: str | None,
    details: Details,
    institution_id: str,
    manager_id: str | None = None,
    consent: Consent | None = None,
) -> TakenIn:
    """Takes one lead in: into the pool of an institution, or straight to a manager, who has accepted it thereby.

    Where the lead may be put is for the caller to decide. The same person's same ``key`` makes nothing again. Raises
    :class:`SalesError` for what makes no sense, and for a key that somebody else has used.
    """
    if there := _there(key, by):
        return TakenIn(there, made=False)
    check(details)
    if not institution_id:
        raise SalesError(_("Choose the institution that it belongs to."), "institution")
    now = timezone.now()
    lead = Lead(
        key=key,
        institution_id=institution_id,
        manager_id=manager_id,
        state=LeadState.ACCEPTED if manager_id else LeadState.POOL,
        assigned_at=now if manager_id else None,
        consent_text=consent.text if consent else "",
        consented_at=consent.at if consent else None,
        made_by_id=by,
        made_at=now,
        changed_by_id=by,
        changed_at=now,
        **fields_of(details),
    )
    try:
        # A lead may go where its maker does not see it: to the pool, to the branch.
        with entered(SYSTEM), transaction.atomic():
            lead.save(force_insert=True)
            LeadStep.objects.create(lead=lead, kind=StepKind.MADE, by_id=by, taker_id=manager_id, at=now)
            rescore(Lead.objects.filter(pk=lead.pk))
            lead.refresh_from_db(fields=["score"])
            told(lead, {"made": details.source})
    except IntegrityError as error:
        # Two taps at once: the other was a moment earlier.
        there = _there(key, by)
        if there is None:
            raise SalesError(_("This form was sent already. Open it anew.")) from error
        return TakenIn(there, made=False)
    return TakenIn(lead, made=True)


def taken_before(*, key: UUID | None, by: str | None) -> Lead | None:
    """The lead that was made with this key by the same person; None for none."""
    return _there(key, by) if key else None


def _there(key: UUID, by: str | None) -> Lead | None:
    with entered(SYSTEM):
        return Lead.objects.filter(key=key, made_by=by).first()


def change_lead(*, scope: Scope, by: str, lead_id: int, version: int, details: Details) -> Lead:
    """Changes one lead that is still as ``version`` says. Raises :class:`StaleError` where it is not, with the row as
    it stands, ``Lead.DoesNotExist`` outside ``scope`` and :class:`SalesError`.
    """
    with transaction.atomic():
        found = locked(scope, lead_id, version)
        if not found.is_open and found.state != LeadState.PROSPECT:
            raise SalesError(_("This lead has come to its end: open it again to change it."))
        check(details)
        fields = fields_of(details)
        changed = [name for name in CHANGEABLE if getattr(found, name) != fields[name]]
        if not changed:
            return found
        for name, value in fields.items():
            setattr(found, name, value)
        save(found, by, [*fields])
        LeadStep.objects.create(lead=found, kind=StepKind.CHANGED, by_id=by)
        rescore(Lead.objects.filter(pk=found.pk))
        found.refresh_from_db(fields=["score"])
        told(found, {"changed": changed})
    return found


def close_lead(*, scope: Scope, by: str, lead_id: int, version: int, closing: str, text: str = "") -> Lead:
    """Ends a lead that comes to nothing. Raises as :func:`change_lead`."""
    if closing not in Closing.values:
        raise SalesError(_("Choose why."), "closing")
    with transaction.atomic():
        found = locked(scope, lead_id, version)
        if not found.is_open and found.state != LeadState.PROSPECT:
            raise SalesError(_("This lead has come to its end already."))
        if Opportunity.objects.filter(lead=found, party__isnull=True, state=State.OPEN).exists():
            raise SalesError(_("Its opportunity is still open: say first why nothing comes of that."))
        found.state, found.closing, found.ended_at = LeadState.CLOSED, closing, timezone.now()
        save(found, by, ["state", "closing", "ended_at"])
        said = text or str(Closing(closing).label)
        LeadStep.objects.create(lead=found, kind=StepKind.CLOSED, by_id=by, text=said[:300])
        told(found, {"closed": closing})
    return found


def reopen_lead(*, scope: Scope, by: str, lead_id: int, version: int) -> Lead:
    """Takes up a closed lead again: whoever had it has it, else it lies in the pool. Raises as :func:`change_lead`."""
    with transaction.atomic():
        found = locked(scope, lead_id, version)
        if found.state != LeadState.CLOSED:
            raise SalesError(_("Only a closed lead is opened again."))
        found.state = LeadState.ACCEPTED if found.manager_id else LeadState.POOL
        found.closing, found.ended_at = "", None
        save(found, by, ["state", "closing", "ended_at"])
        LeadStep.objects.create(lead=found, kind=StepKind.REOPENED, by_id=by)
        told(found, {"opened": True})
    return found


def locked(scope: Scope, lead_id: int, version: int) -> Lead:
    """One lead within ``scope``, locked, as ``version`` says; within a transaction. Raises ``Lead.DoesNotExist`` and
    :class:`StaleError`.
    """
    found: Lead = Lead.objects.visible_to(scope).select_for_update(of=("self",)).get(pk=lead_id)
    if found.version != version:
        raise StaleError(found)
    return found


def save(lead: Lead, by: str | None, names: list[str]) -> None:
    """Writes some fields of a lead with who changed it, and the version counted on."""
    lead.changed_at, lead.version = timezone.now(), lead.version + 1
    lead.changed_by_id = by
    with entered(SYSTEM):
        # Given away, it may lie outside of what its giver sees.
        lead.save(update_fields=[*names, "changed_at", "changed_by", "version"])


def fields_of(details: Details) -> dict[str, Any]:
    """Details as the model's fields, with what is derived from them."""
    return {
        "kind": details.kind,
        "name": details.name.strip(),
        "name_folded": folding.fold(details.name)[:200],
        "contact_name": details.contact_name.strip(),
        "phone": details.phone.strip(),
        "phone_token": folding.phone_token(details.phone),
        "identifier": details.identifier.strip().upper(),
        "identifier_token": folding.identifier_token(details.identifier),
        "city": details.city.strip(),
        "industry_code": details.industry_code.strip().upper(),
        "product": details.product,
        "amount": details.amount,
        "source": details.source,
        "source_detail": details.source_detail.strip(),
        "text": details.text.strip(),
    }


def check(details: Details) -> None:
    """Raises :class:`SalesError` for what no lead can be."""
    for field, message in problems_of(details):
        raise SalesError(str(message), field)


def problems_of(details: Details) -> list[tuple[str, str]]:
    """What is wrong with the details: pairs of field and message; the file's rows are judged by it too."""
    found: list[tuple[str, str]] = []
    if not details.name.strip():
        found.append(("name", _("Give the name.")))
    if details.kind not in PartyKind.values:
        found.append(("kind", _("Say whether it is a person or a firm.")))
    if details.phone.strip() and not folding.looks_like_a_phone(details.phone):
        found.append(("phone", _("This is no phone number: eleven digits for a mobile, or a landline with area code.")))
    if details.identifier.strip() and not folding.looks_like_an_identifier(details.identifier, details.kind):
        found.append(("identifier", _("The check digit is wrong: compare it with the document.")))
    if details.amount is not None and details.amount < 0:
        found.append(("amount", _("An amount is not negative.")))
    return found


def told(lead: Lead, detail: dict[str, Any]) -> None:
    """Writes into the log what was done with a lead, under the customer's number where it has one."""
    subject = lead.party_id or ""
    record(action=Action.CHANGE, subject=subject, kind="lead", object_id=str(lead.pk), detail=detail)
