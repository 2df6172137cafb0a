"""Moves opportunities through their stages: forwards, back, to the end, and takes a move back."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.models import (
    CloseReason,
    Competitor,
    Opportunity,
    OpportunityProduct,
    PriceApproval,
    StageMove,
)
from guanxi.crm.sales.opportunity_codes import Decision, Process, Required, State
from guanxi.crm.sales.opportunity_services import locked, log, touch

UNDO_WITHIN = datetime.timedelta(hours=1)


class MissingError(SalesError):
    """Something must be known, approved or said before the stage can be entered. ``missing`` are the codes of
    :class:`~guanxi.crm.sales.opportunity_codes.Required`, ``unapproved`` the products whose price needs an approval,
    ``reason``: why it was won or lost is still to be said.
    """

    def __init__(self, missing: tuple[str, ...] = (), unapproved: tuple[str, ...] = (), *, reason: bool = False):
        self.missing, self.unapproved, self.reason = missing, unapproved, reason
        words = [str(Required(code).label) for code in missing]
        if unapproved:
            words.append(_("an approval of the price"))
        if reason:
            words.append(_("the reason"))
        super().__init__(_("Still missing: %(what)s.") % {"what": _(", ").join(words)}, "stage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why an opportunity was won or lost; ``competitor``: who got it."""

    reason_id: int | None = None
    text: str = ""
    competitor: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """The opportunity where it is now, and the move; ``move`` is None where it was there already."""

    opportunity: Opportunity
    move: StageMove | None


def move_stage(
    *, scope: Scope, by: str, opportunity_id: int, version: int, stage_id: int, ending: Ending | None = None
) -> Moved:
    """Moves an opportunity that is still as ``version`` says to another stage of its pipeline.

    What is in that stage already stays as it is, whatever version was seen: a second tap does nothing. Raises
    :class:`StaleError`, :class:`MissingError` where something is required first, :class:`SalesError`, and
    ``Opportunity.DoesNotExist`` outside ``scope`` (how far ``by`` may edit).
    """
    with transaction.atomic():
        try:
            found = locked(scope, opportunity_id, version)
        except StaleError as stale:
            if stale.current.stage_id == stage_id and _was_by(stale.current, by):
                return Moved(stale.current, None)
            raise
        if found.stage_id == stage_id:
            return Moved(found, None)
        stage = found.pipeline.stages.filter(pk=stage_id, is_active=True).first()
        if stage is None:
            raise SalesError(_("This pipeline has no such stage."), "stage")
        ending = ending or Ending()
        reason = _reason(stage, ending)
        _require(found, stage, reason)
        move = _put(found, stage, by=by)
        found.reason = reason
        found.reason_text = ending.text.strip() if stage.state != State.OPEN else ""
        if stage.state == State.LOST and ending.competitor.strip():
            Competitor.objects.update_or_create(
                opportunity=found, name=ending.competitor.strip()[:80], defaults={"won": True}
            )
        touch(found, "stage", "state", "stage_since", "closed_on", "closed_by", "reason", "reason_text")
        move.version = found.version
        move.save(force_insert=True)
        log(found, moved=stage.code, state=stage.state)
    return Moved(found, move)


def undo_move(*, scope: Scope, by: str, opportunity_id: int, move_id: int) -> Opportunity:
    """Takes a move back that ``by`` made within the last hour and after which nobody has changed the opportunity.

    Raises :class:`SalesError` where it is too late, and ``Opportunity.DoesNotExist``.
    """
    with transaction.atomic():
        rows = Opportunity.objects.visible_to(scope).select_for_update(of=("self",))
        found: Any = rows.get(pk=opportunity_id)
        move = StageMove.objects.filter(pk=move_id, opportunity=found, staff_id=by, from_stage__isnull=False).first()
        if move is None or timezone.now() - move.at > UNDO_WITHIN:
            raise SalesError(_("This can no longer be undone."))
        if move.version != found.version:
            raise SalesError(_("Somebody has changed this opportunity since: it stays as it is."))
        before = found.history.filter(version=found.version - 1).order_by("-pgh_id").first()
        back = _put(found, move.from_stage, by=by)
        back.undoes = move
        found.stage_since = move.stood_since
        if before is not None:
            found.closed_on, found.closed_by_id = before.closed_on, before.closed_by_id
            found.reason_id, found.reason_text = before.reason_id, before.reason_text
        touch(found, "stage", "state", "stage_since", "closed_on", "closed_by", "reason", "reason_text")
        back.version = found.version
        back.save(force_insert=True)
        log(found, undone=move.pk)
    return found


def missing_for(found: Any, stage: Any) -> tuple[str, ...]:
    """What must still be known before an opportunity enters a stage, in the order the stage says; two queries."""
    products = list(OpportunityProduct.objects.filter(opportunity=found).values_list("price", "reference"))
    competitors = "competitors" in stage.required and Competitor.objects.filter(opportunity=found).exists()
    known = {
        Required.NEED: bool(found.need),
        Required.DECIDER: bool(found.decider),
        Required.AMOUNT: bool(found.amount),
        Required.TERM: bool(found.term_days),
        Required.PRODUCTS: bool(products),
        # Where nothing is published, e-banking for instance, there is no price to be given.
        Required.PRICE: bool(products) and all(price is not None or reference is None for price, reference in products),
        Required.COMPETITORS: bool(competitors),
    }
    return tuple(code for code in stage.required if not known.get(Required(code), True))


def unapproved_of(found: Any) -> tuple[str, ...]:
    """The products of an opportunity whose price lies beyond the floor and is not approved; two queries at most."""
    beyond = list(OpportunityProduct.objects.filter(opportunity=found, below_floor=True))
    if not beyond:
        return ()
    approved = {
        (one.product_id, one.price, one.amount, one.term_days)  # type: ignore[attr-defined]
        for one in PriceApproval.objects.filter(opportunity=found, decision=Decision.APPROVED)
    }
    return tuple(
        one.product_id  # type: ignore[attr-defined]
        for one in beyond
        if (one.product_id, one.price, one.amount, one.term_days) not in approved  # type: ignore[attr-defined]
    )


def _require(found: Any, stage: Any, reason: CloseReason | None) -> None:
    if stage.position <= found.stage.position and stage.state == State.OPEN:
        return  # back is always free
    missing = missing_for(found, stage)
    binds = stage.state == State.WON or (stage.state == State.OPEN and stage.process == Process.DEAL)
    unapproved = unapproved_of(found) if binds else ()
    unsaid = stage.state != State.OPEN and reason is None
    if missing or unapproved or unsaid:
        raise MissingError(missing, unapproved, reason=unsaid)


def _reason(stage: Any, ending: Ending) -> CloseReason | None:
    if stage.state == State.OPEN or ending.reason_id is None:
        return None
    reason = CloseReason.objects.filter(pk=ending.reason_id, state=stage.state, is_active=True).first()
    if reason is None:
        raise SalesError(_("Choose one of the reasons."), "reason")
    return reason


def _put(found: Any, stage: Any, *, by: str) -> StageMove:
    """Puts an opportunity into a stage and returns the move, neither written yet."""
    now = timezone.now()
    move = StageMove(
        opportunity=found,
        from_stage=found.stage,
        to_stage=stage,
        at=now,
        staff_id=by,
        stood_since=found.stage_since,
        pipeline_version=found.pipeline.version,
        probability=stage.probability,
    )
    found.stage, found.state, found.stage_since = stage, stage.state, now
    if stage.state == State.OPEN:
        found.closed_on, found.closed_by, found.reason = None, None, None
    else:
        found.closed_on, found.closed_by_id = timezone.localdate(now), by
    return move


def _was_by(found: Any, by: str) -> bool:
    last = StageMove.objects.filter(opportunity=found).order_by("-id").values_list("staff_id", "version").first()
    return last == (by, found.version)
