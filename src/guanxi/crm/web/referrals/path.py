"""The path of a referral as the page draws it: people as stations, what happened between them as the way."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from guanxi.crm.sales.referral_codes import ReferralStepKind
from guanxi.crm.sales.referral_queries import Leg, Path
from guanxi.crm.web.referrals.places import place_name
from guanxi.crm.web.request import StaffRequest

GOOD = frozenset({ReferralStepKind.ACCEPTED, ReferralStepKind.WON})
ON = frozenset({ReferralStepKind.PASSED})
BACK = frozenset({ReferralStepKind.RETURNED, ReferralStepKind.DECLINED})


@dataclass(frozen=True, slots=True)
class Station:
    """Somebody on the path. ``way`` says how it came there, ``answer`` what they made of it, with the reason said.

    ``tone``: good, back (it went back), late, waiting, or nothing of these.
    """

    name: str
    place: str
    way: str = ""
    at: datetime.datetime | None = None
    note: str = ""
    answer: str = ""
    answered_at: datetime.datetime | None = None
    said: str = ""
    tone: str = ""


def drawn(path: Path, request: StaffRequest, from_place: str) -> tuple[Station, ...]:
    """The sender, then everybody it went to, in order."""
    if not path.legs:
        return ()
    first = path.legs[0]
    stations = [Station(path.names.get(first.giver, first.giver), from_place, tone="sender")]
    for leg in path.legs:
        who = leg.by if leg.answer in GOOD | BACK | ON and leg.by else leg.taker
        stations.append(
            Station(
                name=path.names.get(who, who),
                place=place_name(request, leg.institution_id),
                way=str(ReferralStepKind(leg.kind).label),
                at=leg.at,
                note=leg.text,
                answer=str(ReferralStepKind(leg.answer).label) if leg.answer else "",
                answered_at=leg.answered_at,
                said=leg.said,
                tone=_tone(leg),
            )
        )
    return tuple(stations)


def _tone(leg: Leg) -> str:
    if leg.answer in GOOD:
        return "good"
    if leg.answer in BACK:
        return "back"
    if leg.late and not leg.answer:
        return "late"
    return "" if leg.answer else "waiting"
