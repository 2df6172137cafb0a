"""Pools: customers without a lead manager, whom managers claim, give back, and lose by rule.

A claim, a giving back and a recycling are hand-overs like any other, so each has its signatures, its history and, by
the same function in the database, its checks.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.handover.capacity import all_pools, pool_of, standings
from guanxi.crm.handover.models import Handover, Item, Pool, PoolRule, Receiver, Signature, State
from guanxi.crm.handover.preview import hanging_on
from guanxi.crm.handover.recycling import KINDS, Kind
from guanxi.crm.handover.recycling.base import Ground
from guanxi.crm.handover.services import HandoverError, _defer, _record, carry_out, is_signed
from guanxi.crm.insight.queries import Published
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.kernel.scope import KIND_OF_LINE
from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import InstitutionTree
from guanxi.crm.party.models import Party

LINE_OF = {kind: line for line, kind in KIND_OF_LINE.items()}


def claim(*, party_id: str, by: Staff, tree: InstitutionTree) -> Handover:
    """Claims a customer of nobody: at once where the pool says so, else after somebody above has signed.

    First come, first served: the customer's open claim is looked for under a lock. Raises :class:`HandoverError` where
    there is no pool, somebody was faster, the limit is reached, or the claimer gave the customer back lately.
    """
    today = timezone.localdate()
    with transaction.atomic(), entered(SYSTEM):
        one = _standing(party_id)
        if one.manager_id is not None:
            raise HandoverError(_("Somebody looks after this customer already."))
        pool = pool_of(all_pools(), one.institution_id, LINE_OF[one.kind], tree)
        if pool is None:
            raise HandoverError(_("There is no pool for this institution yet."))
        # Whoever claims the same customer at this moment waits here, and then finds the first one's claim.
        Pool.objects.select_for_update().get(pk=pool.pk)
        open_claims = Item.objects.filter(
            party_id=party_id, handover__origin=Handover.Origin.CLAIM, handover__state__in=(
                State.WAITING, State.SCHEDULED, State.MOVING,
            ),
        )  # fmt: skip
        if open_claims.exists():
            raise HandoverError(_("Somebody has claimed this customer already."))
        since = timezone.now() - datetime.timedelta(days=pool.pause_days)
        if Item.objects.filter(
            party_id=party_id, giver=by.pk, receiver="", state=Item.State.MOVED, moved_at__gt=since
        ).exists():
            raise HandoverError(
                _("You gave this customer back lately; claim again after %(days)s days.") % {"days": pool.pause_days}
            )
        standing = standings([by.pk], tree=tree, today=today)[by.pk]
        waiting = Item.objects.filter(
            receiver=by.pk, handover__origin=Handover.Origin.CLAIM, handover__state=State.WAITING
        ).count()
        if one.kind not in standing.kinds:
            raise HandoverError(_("Your post does not serve this line of business."))
        if one.kind in standing.limits and standing.room()[one.kind] <= waiting:
            raise HandoverError(_("You lead as many customers as the pool allows."))
        made = _made(Handover.Origin.CLAIM, [one], by=by, giver=None, receiver=by, pool=pool, reason=_("Claimed"))
        Signature.objects.create(handover=made, side=Signature.Side.RECEIVER, staff=by, signed_by=by)
        _record(made, "claimed", customer=party_id)
        if is_signed(made):
            made.state = State.SCHEDULED
            made.save(update_fields=["state"])
    if made.state == State.SCHEDULED:
        made = carry_out(handover_id=made.pk, today=today)
    return made


def give_back(*, party_id: str, by: Staff, reason: str, tree: InstitutionTree) -> Handover:
    """Gives an own customer back to the pool, with a reason, at once. Raises :class:`HandoverError`."""
    if len(reason.strip()) < 2:
        raise HandoverError(_("Say why."))
    today = timezone.localdate()
    with transaction.atomic(), entered(SYSTEM):
        one = _standing(party_id)
        if one.manager_id != by.pk:
            raise HandoverError(_("You do not look after this customer."))
        pool = pool_of(all_pools(), one.institution_id, LINE_OF[one.kind], tree)
        if pool is None:
            raise HandoverError(_("There is no pool for this institution yet."))
        made = _made(Handover.Origin.RETURN, [one], by=by, giver=by, receiver=None, pool=pool, reason=reason.strip())
        Signature.objects.create(handover=made, side=Signature.Side.GIVER, staff=by, signed_by=by)
        made.state = State.SCHEDULED
        made.save(update_fields=["state"])
        _record(made, "given back", customer=party_id, reason=reason.strip())
    return carry_out(handover_id=made.pk, today=today)


def recycle(*, pool: Pool, giver: Staff, parties: Iterable[Party], reason: str) -> Handover:
    """Lets customers of a manager fall into a pool by one of its rules; they move with the worker's next turn."""
    rows = list(parties)
    with transaction.atomic(), entered(SYSTEM):
        made = _made(Handover.Origin.RECYCLING, rows, by=None, giver=giver, receiver=None, pool=pool, reason=reason)
        made.state = State.SCHEDULED
        made.save(update_fields=["state"])
        _record(made, "fell into the pool", customers=len(rows), reason=reason)
        transaction.on_commit(lambda: _defer(made.pk))
    return made


def _standing(party_id: str) -> Party:
    found = Party.objects.filter(pk=party_id).first()
    if found is None:
        raise HandoverError(_("There is no such customer."))
    return found


def _made(
    origin: str,
    parties: list[Party],
    *,
    by: Staff | None,
    giver: Staff | None,
    receiver: Staff | None,
    pool: Pool,
    reason: str,
) -> Handover:
    """A hand-over that is whole as it is made: its items, its receiver, what hangs on the customers."""
    made = Handover.objects.create(
        origin=origin,
        state=State.WAITING,
        giver=giver,
        pool=pool,
        rule="to_one",
        effective_on=timezone.localdate(),
        reason=reason[:200],
        previewed=0,
        total=len(parties),
        made_by=by,
        submitted_at=timezone.now(),
        spread=[list(pair) for pair in sorted({(one.institution_id, one.kind) for one in parties})],
    )
    if receiver is not None:
        Receiver.objects.create(handover=made, staff=receiver)
    Item.objects.bulk_create(
        Item(
            handover=made,
            party_id=one.pk,
            giver=giver.pk if giver else "",
            receiver=receiver.pk if receiver else "",
        )
        for one in parties
    )
    made.summary = {"customers": len(parties), "hanging": hanging_on(made)}
    made.save(update_fields=["summary"])
    return made


def run_rules(*, today: datetime.date, tree: InstitutionTree, published: Published | None) -> int:
    """Once a night: every pool's rules find who falls into it; returns how many customers. Each falls by one rule."""
    if published is None:
        return 0
    pools, fallen = all_pools(), 0
    with entered(SYSTEM):
        for (place, line), pool in sorted(pools.items()):
            places = tuple(one for one in tree.below([place]) if pool_of(pools, one, line, tree) == pool)
            taken: set[str] = set()
            for kind, threshold in rules_of(pool):
                ground = Ground(KIND_OF_LINE[line], places, published.business_date, today, threshold, pool.capacity)
                for manager, numbers in kind.find(ground).items():
                    parties = list(Party.objects.filter(pk__in=set(numbers) - taken, manager_id=manager).order_by("pk"))
                    giver = Staff.objects.filter(pk=manager).first()
                    if parties and giver is not None:
                        recycle(pool=pool, giver=giver, parties=parties, reason=str(kind.title))
                        taken |= {one.pk for one in parties}
            fallen += len(taken)
    return fallen


def rules_of(pool: Pool) -> list[tuple[Kind, int]]:
    """The rules of a pool that are in force, with their thresholds; leavers where nothing was said."""
    said = {one.kind: one for one in pool.rules.all()}
    found = []
    for kind in KINDS.values():
        one = said.get(kind.name)
        if (one is not None and one.is_on) or (one is None and kind.name == "left"):
            found.append((kind, one.threshold if one else 0))
    return found


def set_pool(*, institution_id: str, line: str, by: Staff, capacity: int | None, tier_capacity: dict[str, int],
             claims_at_once: bool, pause_days: int, rules: dict[str, tuple[bool, int]]) -> Pool:  # fmt: skip
    """Makes a pool, or changes its limits and rules; ``rules`` are by kind: in force, and the threshold."""
    with transaction.atomic():
        pool, _made_now = Pool.objects.update_or_create(
            institution_id=institution_id,
            line=line,
            defaults={
                "capacity": capacity,
                "tier_capacity": tier_capacity,
                "claims_at_once": claims_at_once,
                "pause_days": pause_days,
                "changed_by": by,
            },
        )
        for kind, (is_on, threshold) in rules.items():
            PoolRule.objects.update_or_create(
                pool=pool, kind=kind, defaults={"is_on": is_on, "threshold": max(threshold, KINDS[kind].least)}
            )
        record(
            action=Action.HAND_OVER, kind="pool", object_id=str(pool.pk),
            detail={"step": "rules of the pool", "institution": institution_id, "line": line, "capacity": capacity,
                    "at_once": claims_at_once, "rules": {kind: on for kind, (on, _n) in rules.items()}},
        )  # fmt: skip
    return pool
