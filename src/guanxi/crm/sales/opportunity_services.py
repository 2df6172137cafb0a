"""Writes opportunities: opens one, changes what is known of it. Moves, parts and approvals have files of their own."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.models import Staff
from guanxi.crm.party.models import Party
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.models import CurrencyRate, Lead, Opportunity, OpportunityMember, Pipeline, Stage, StageMove
from guanxi.crm.sales.models.opportunities import CNY
from guanxi.crm.sales.opportunity_codes import Origin, Part, State

CENT = Decimal("0.01")
LARGEST = Decimal("1e15")
CHANGEABLE = ("title", "need", "decider", "amount", "currency", "term_days", "expected_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What somebody entered about an opportunity. ``amount`` is in ``currency``."""

    title: str
    expected_on: datetime.date
    need: str = ""
    decider: str = ""
    amount: Decimal | None = None
    currency: str = CNY
    term_days: int | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The opportunity, and whether it was opened now: asked for twice, it is opened once."""

    opportunity: Opportunity
    made: bool


def open_opportunity(
    *,
    scope: Scope,
    by: str,
    key: UUID,
    party_id: str,
    line: str,
    entered: Entered,
    owner_id: str = "",
    origin: str = Origin.HAND,
    origin_id: str = "",
) -> Opened:
    """Opens an opportunity with a customer, in the first stage of a product line's pipeline.

    ``scope`` is how far ``by`` may edit. Without ``owner_id`` whoever looks after the customer leads it, else ``by``;
    the credit is all the leader's until somebody splits it. ``origin`` and ``origin_id`` say what it came from. The
    same person's same ``key`` opens none again. Raises ``Party.DoesNotExist`` outside ``scope`` and
    :class:`SalesError` for what makes no sense.
    """
    there = Opportunity.objects.filter(opened_by_id=by, key=key).first()
    if there is not None:
        return Opened(there, made=False)
    party: Any = Party.objects.visible_to(scope).get(pk=party_id)
    owner = owner_id or party.manager_id or by
    if owner not in (by, party.manager_id) and not Staff.objects.filter(pk=owner, is_active=True).exists():
        raise SalesError(_("Nobody in service has the number %(number)s.") % {"number": owner}, "owner")
    whose = {"party": party, "institution_id": party.institution_id, "follows": owner == party.manager_id}
    return _open(by, key, line, entered, {**whose, "owner_id": owner, "origin": origin, "origin_id": origin_id})


def open_for_prospect(*, by: str, key: UUID, lead: Lead, line: str, entered: Entered) -> Opened:
    """Opens an opportunity with a prospect who is no customer yet; ``by`` leads it. ``lead`` is one that ``by`` may
    edit, locked by the caller. It becomes the customer's once there is one (:func:`..leads.conversion.adopt`).

    The same person's same ``key`` opens none again. Raises :class:`SalesError`.
    """
    there = Opportunity.objects.filter(opened_by_id=by, key=key).first()
    if there is not None:
        return Opened(there, made=False)
    whose = {"lead": lead, "institution_id": lead.institution_id, "owner_id": by, "origin": Origin.LEAD}
    return _open(by, key, line, entered, {**whose, "origin_id": str(lead.pk)})


def _open(by: str, key: UUID, line: str, entered: Entered, whose: dict[str, Any]) -> Opened:
    pipeline, stage = first_stage(line)
    fields = _fields(entered)
    try:
        with transaction.atomic():
            made = Opportunity.objects.create(
                key=key, pipeline=pipeline, stage=stage, opened_by_id=by, **whose, **fields
            )
            OpportunityMember.objects.create(
                opportunity=made, staff_id=whose["owner_id"], part=Part.LEAD, share=Decimal(100)
            )
            StageMove.objects.create(
                opportunity=made,
                to_stage=stage,
                staff_id=by,
                at=made.opened_at,
                version=made.version,
                pipeline_version=pipeline.version,
                probability=stage.probability,
            )
            log(made, opened=line, origin=whose["origin"])
    except IntegrityError as error:
        # Two taps at once: the other was a moment earlier.
        there = Opportunity.objects.filter(opened_by_id=by, key=key).first()
        if there is None:
            raise error
        return Opened(there, made=False)
    return Opened(made, made=True)


def first_stage(line: str) -> tuple[Pipeline, Stage]:
    """The pipeline of a product line and its first stage. Raises :class:`SalesError` where none is in use."""
    pipeline = Pipeline.objects.filter(line=line, is_active=True).first()
    stages = pipeline.stages.filter(is_active=True, state=State.OPEN) if pipeline else Stage.objects.none()
    stage = stages.order_by("position", "id").first()
    if pipeline is None or stage is None:
        raise SalesError(_("Choose one of the product lines."), "line")
    return pipeline, stage


def change_opportunity(
    *,
    scope: Scope,
    by: str,
    opportunity_id: int,
    version: int,
    entered: Entered,
    owner_id: str = "",
    reach: Scope | None = None,
) -> Opportunity:
    """Changes what is known of an opportunity that is still as ``version`` says; ``owner_id``: who leads it from now
    on (empty: as before), ``reach``: how far that person may edit.

    Raises :class:`StaleError` where it is not, with the row as it stands, ``Opportunity.DoesNotExist`` outside
    ``scope`` and :class:`SalesError`.
    """
    with transaction.atomic():
        found = locked(scope, opportunity_id, version)
        fields = _fields(entered)
        changed = [name for name in CHANGEABLE if getattr(found, name) != fields[name]]
        if owner_id and owner_id != found.owner_id:
            _lead(found, owner_id, reach)
            changed += ["owner_id", "follows"]
        if not changed:
            return found
        for name, value in fields.items():
            setattr(found, name, value)
        touch(found, *fields, "owner", "follows")
        log(found, changed=changed, by=by)
    return found


def _lead(found: Any, owner_id: str, reach: Scope | None) -> None:
    if not Staff.objects.filter(pk=owner_id, is_active=True).exists():
        raise SalesError(_("Nobody in service has the number %(number)s.") % {"number": owner_id}, "owner")
    if reach is not None and not reaches(reach, found):
        raise SalesError(_("This person does not look after the customer."), "owner")
    found.owner_id = owner_id
    found.follows = Party.objects.filter(pk=found.party_id, manager_id=owner_id).exists()


def reaches(scope: Scope, found: Any) -> bool:
    """Whether a scope reaches the customer of an opportunity, or its prospect; one query by key."""
    if found.party_id is None:
        return Lead.objects.visible_to(scope).filter(pk=found.lead_id).exists()
    return Party.objects.visible_to(scope).filter(pk=found.party_id).exists()


def locked(scope: Scope, opportunity_id: int, version: int) -> Any:
    """An opportunity within a scope, locked until the transaction ends, at a version. Raises as
    :func:`change_opportunity`.
    """
    # Nothing is joined that a move changes: whoever waited for the lock would find the row gone with its old stage.
    found = Opportunity.objects.visible_to(scope).select_for_update(of=("self",)).get(pk=opportunity_id)
    if found.version != version:
        raise StaleError(found)
    return found


def touch(found: Any, *fields: str) -> None:
    """Writes some fields of a locked opportunity as its next version."""
    found.version += 1
    found.changed_at = timezone.now()
    found.save(update_fields=[*fields, "changed_at", "version"])


def log(found: Any, **detail: Any) -> None:
    """Leaves the record of what was done to an opportunity."""
    subject = found.party_id or ""
    record(action=Action.CHANGE, subject=subject, kind="opportunity", object_id=str(found.pk), detail=detail)


def in_cny(amount: Decimal | None, currency: str) -> Decimal:
    """An amount in CNY at the published rate, to the cent; nought for none. Raises :class:`SalesError` where no rate
    is published for the currency.
    """
    if currency == CNY or not amount:
        return amount or Decimal(0)
    rate = CurrencyRate.objects.filter(currency=currency).values_list("rate", flat=True).first()
    if rate is None:
        raise SalesError(_("No rate is published for %(currency)s.") % {"currency": currency}, "currency")
    return (amount * rate).quantize(CENT, ROUND_HALF_UP)


def _fields(entered: Entered) -> dict[str, Any]:
    title = entered.title.strip()
    if not title:
        raise SalesError(_("Say what it is about."), "title")
    if entered.amount is not None and not 0 <= entered.amount < LARGEST:
        raise SalesError(_("An amount is not negative."), "amount")
    if entered.term_days is not None and not 0 < entered.term_days <= 36_500:
        raise SalesError(_("A term lies between a day and a hundred years."), "term")
    return {
        "title": title,
        "need": entered.need.strip(),
        "decider": entered.decider.strip(),
        "amount": entered.amount,
        "currency": entered.currency,
        "amount_cny": in_cny(entered.amount, entered.currency),
        "term_days": entered.term_days,
        "expected_on": entered.expected_on,
    }
