"""What a hand-over would do, in numbers, before anybody signs: worked out, kept with it, and filled in as its items."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from guanxi.crm.handover.capacity import Standing, standings
from guanxi.crm.handover.choosing import What, candidates, numbers_in, path_of
from guanxi.crm.handover.models import Handover, State
from guanxi.crm.handover.rules import RULES, Candidate, Taker, share
from guanxi.crm.kernel import hanging
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.queries import InstitutionTree

PLACED = "SELECT party_id, receiver FROM handover_item WHERE handover_id = %s"


class ChangedError(Exception):
    """Somebody changed the draft in the meantime, or it is a draft no longer."""


def make_preview(
    *,
    handover: Handover,
    scope: Scope,
    day: datetime.date,
    today: datetime.date,
    tree: InstitutionTree,
    asked: bool = False,
) -> dict[str, Any]:
    """Shares the customers out and keeps the result: one item a customer, and the summary that is put to signature.

    ``scope`` is what the arranger may assign. Customers whom no receiver may have stay where they are and are no items.
    With ``asked`` it is made only while it is still wanted of the worker (:mod:`.preparing`). Raises
    :class:`ChangedError` where the draft is another one by now.
    """
    chosen = candidates(handover, scope=scope, day=day, tree=tree)
    known = standings([one.staff_id for one in handover.receivers.order_by("position")], tree=tree, today=today)
    takers = [
        Taker(
            one.staff_id,
            position,
            one.kinds,
            path_of(one.institution_id, tree),
            {} if handover.over_capacity else one.room(),
        )
        for position, one in enumerate(known.values())
    ]
    given = share(chosen, takers, RULES[handover.rule], handover.options)
    placed = [one for one in chosen if given[one.party_id]]
    with transaction.atomic():
        held = Handover.objects.select_for_update().get(pk=handover.pk)
        if held.state != State.DRAFT or held.version != handover.version or (asked and held.asked != held.version):
            raise ChangedError
        with entered(SYSTEM):
            fill(handover, placed, given)
            summary = _summary(handover, chosen, given, list(known.values()), takers)
        handover.summary, handover.total, handover.previewed = summary, len(placed), handover.version
        handover.spread = [list(pair) for pair in sorted({(one.institution_id, one.kind) for one in placed})]
        handover.asked = None
        handover.save(update_fields=["summary", "total", "previewed", "spread", "asked"])
    return summary


def fill(handover: Handover, placed: Sequence[Candidate], given: dict[str, str]) -> None:
    """Makes the items anew, one a customer, in one statement."""
    numbers = [one.party_id for one in placed]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM handover_item WHERE handover_id = %s", [handover.pk])
        cursor.execute(
            "INSERT INTO handover_item (handover_id, party_id, giver, receiver, state) "
            "SELECT %s, m.party_id, %s, m.receiver, 'planned' "
            "FROM unnest(%s::varchar[], %s::varchar[]) WITH ORDINALITY AS m(party_id, receiver, place) "
            "ORDER BY m.place",
            [handover.pk, handover.giver_id or "", numbers, [given[number] for number in numbers]],
        )


def _summary(
    handover: Handover,
    chosen: Sequence[Candidate],
    given: dict[str, str],
    known: Sequence[Standing],
    takers: Sequence[Taker],
) -> dict[str, Any]:
    placed = [one for one in chosen if given[one.party_id]]
    staying = [one for one in chosen if not given[one.party_id]]
    served = frozenset[str]().union(*(one.kinds for one in known))
    what = What.of(handover.what)
    named = len(numbers_in(handover.numbers)) if what.named else 0
    return {
        "customers": len(placed),
        "no_line": sum(1 for one in staying if one.kind not in served),
        "no_room": sum(1 for one in staying if one.kind in served),
        "not_found": max(0, named - len(chosen)),
        "tiers": dict(Counter(one.tier for one in placed)),
        "receivers": [_receiver(one, taker, placed, given) for one, taker in zip(known, takers, strict=True)],
        "hanging": hanging_on(handover),
        **_amounts(placed),
    }


def hanging_on(handover: Handover) -> list[dict[str, Any]]:
    """What hangs on the customers or on the giver, by kind: how much, and by receiver."""
    found = []
    for one in hanging.registered():
        counts = dict(one.count(handover.giver_id, (PLACED, [handover.pk])))
        if any(counts.values()):
            found.append({"name": one.name, "moves": one.moves, "many": sum(counts.values()), "counts": counts})
    return found


def _receiver(one: Standing, taker: Taker, placed: Sequence[Candidate], given: dict[str, str]) -> dict[str, Any]:
    mine = [each for each in placed if given[each.party_id] == one.staff_id]
    return {
        "staff": one.staff_id,
        "name": one.name,
        "institution": one.institution_id,
        "customers": len(mine),
        "leads": one.many,
        "then": one.many + len(mine),
        "most": one.most,
        "tiers": dict(taker.tiers),
        "elsewhere": sum(1 for each in mine if one.institution_id not in each.path),
        **_amounts(mine),
    }


def _amounts(some: Sequence[Candidate]) -> dict[str, str]:
    """Sums as text: JSON has no exact numbers."""
    return {
        name: str(sum((getattr(one, name) for one in some), start=0)) for name in ("assets", "loan", "contribution")
    }
