"""What the pages of hand-overs show, in the person's language, from what is kept."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from guanxi.crm.handover.models import IN_MOTION, Handover, Signature, State
from guanxi.crm.handover.services import undo_until
from guanxi.crm.handover.signing import stands_in
from guanxi.crm.insight.models import Tier
from guanxi.crm.kernel import hanging
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import institution_tree, staff_names
from guanxi.crm.web.handover.rights import arranges, concerns, may_steer, side_to_sign, uses
from guanxi.crm.web.request import StaffRequest

PAGE = 30
REMEMBERED = 60
_WAITING = "handovers-waiting"


@dataclass(frozen=True, slots=True)
class Line:
    """A hand-over in a list."""

    id: int
    state: str
    state_label: str
    is_temporary: bool
    origin: str
    giver: str
    receivers: str
    total: int
    effective_on: datetime.date | None
    last_day: datetime.date | None
    made_by: str
    made_at: datetime.datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ReceiverRow:
    """What one receiver would get. ``most`` None: no limit."""

    number: str
    name: str
    institution: str
    customers: int
    leads: int
    then: int
    most: int | None
    assets: Decimal
    loan: Decimal
    contribution: Decimal
    tiers: tuple[tuple[str, int], ...]
    elsewhere: int

    @property
    def is_over(self) -> bool:
        """Whether more would be led than the limit."""
        return self.most is not None and self.then > self.most


@dataclass(frozen=True, slots=True)
class HangingRow:
    """Something that comes along or stays, how much, and how much for each receiver."""

    title: Any
    moves: bool
    many: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would move, as the person reads it."""

    customers: int
    no_line: int
    no_room: int
    not_found: int
    assets: Decimal
    loan: Decimal
    contribution: Decimal
    tiers: tuple[tuple[str, int], ...]
    receivers: tuple[ReceiverRow, ...]
    hanging: tuple[HangingRow, ...]

    @property
    def staying(self) -> int:
        """Customers chosen whom no receiver may have."""
        return self.no_line + self.no_room

    @property
    def over(self) -> tuple[ReceiverRow, ...]:
        """Receivers who would lead more than their limit."""
        return tuple(row for row in self.receivers if row.is_over)

    @property
    def elsewhere(self) -> int:
        """Customers of institutions other than their receiver's."""
        return sum(row.elsewhere for row in self.receivers)


@dataclass(frozen=True, slots=True)
class Side:
    """One side's signature, or that it is missing."""

    side: str
    name: str
    number: str
    by: str
    stands_in: bool
    at: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One hand-over with everything its page needs."""

    line: Line
    preview: Preview
    sides: tuple[Side, ...]
    dealt: int
    todo: int
    moved: int
    skipped: int
    back: int
    kept: int
    in_motion: bool
    undo_until: datetime.datetime | None
    said: str
    ended_by: str
    may_sign: tuple[str, str | None] | None
    may_take_back: bool
    may_undo: bool

    @property
    def steps(self) -> int:
        """How far it is, in fortieths, for the bar."""
        return min(40, self.dealt * 40 // self.todo) if self.todo else 0


def name_of(request: StaffRequest, number: str | None) -> str:
    """A member of staff's name; empty for nobody."""
    return staff_names(request.display.version).get(number, number) if number else ""


def line_of(request: StaffRequest, one: Handover, receivers: Iterable[str]) -> Line:
    """A hand-over for a list."""
    return Line(
        one.pk,
        one.state,
        str(State(one.state).label),
        one.kind == Handover.Kind.TEMPORARY,
        one.origin,
        name_of(request, one.giver_id),
        "、".join(name_of(request, number) for number in receivers)
        if request.display.language.startswith("zh")
        else ", ".join(name_of(request, number) for number in receivers),
        one.total,
        one.effective_on,
        one.last_day,
        name_of(request, one.made_by_id),
        one.made_at,
        one.reason,
    )


def preview_of(request: StaffRequest, one: Handover) -> Preview:
    """The preview as it was kept."""
    kept = one.summary
    tree, language = institution_tree(request.display.version), request.display.language
    rows = tuple(
        ReceiverRow(
            row["staff"],
            name_of(request, row["staff"]),
            tree.label(row["institution"], language) if row["institution"] else "",
            row["customers"],
            row["leads"],
            row["then"],
            row["most"],
            Decimal(row["assets"]),
            Decimal(row["loan"]),
            Decimal(row["contribution"]),
            _tiers(row["tiers"]),
            row["elsewhere"],
        )
        for row in kept.get("receivers", ())
    )
    titles = {entry.name: entry.title for entry in hanging.registered()}
    return Preview(
        kept.get("customers", 0),
        kept.get("no_line", 0),
        kept.get("no_room", 0),
        kept.get("not_found", 0),
        Decimal(kept.get("assets", 0)),
        Decimal(kept.get("loan", 0)),
        Decimal(kept.get("contribution", 0)),
        _tiers(kept.get("tiers", {})),
        rows,
        tuple(
            HangingRow(
                titles[row["name"]],
                row["moves"],
                row["many"],
                tuple(row["counts"].get(each.number, 0) for each in rows),
            )
            for row in kept.get("hanging", ())
            if row["name"] in titles
        ),
    )


def _tiers(counts: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((tier, counts[tier]) for tier in Tier.values if counts.get(tier))


def shown(request: StaffRequest, one: Handover) -> Shown:
    """One hand-over for its page; a handful of queries."""
    today = timezone.localdate()
    receivers = list(one.receivers.order_by("position").values_list("staff_id", flat=True))
    signed = {(each.side, each.staff_id): each for each in one.signatures.all()}
    above = stands_in(one, today=today)
    wanted: list[tuple[str, str | None]] = [(Signature.Side.RECEIVER, number) for number in receivers]
    by_rule = one.origin == Handover.Origin.RECYCLING
    if not (by_rule or (one.origin == Handover.Origin.CLAIM and one.pool and one.pool.claims_at_once)):
        wanted.insert(0, (Signature.Side.GIVER, one.giver_id))
    sides = []
    for side, number in wanted:
        signature = signed.get((side, number))
        sides.append(
            Side(
                side,
                name_of(request, number),
                number or "",
                name_of(request, signature.signed_by_id) if signature else "",
                (signature.signed_by_id != number) if signature else side == Signature.Side.GIVER and above,
                signature.signed_at if signature else None,
            )
        )
    going_back = one.state in (State.RETURNING, State.UNDOING)
    until = undo_until(one)
    steers = may_steer(request, one)
    return Shown(
        line_of(request, one, receivers),
        preview_of(request, one),
        tuple(sides),
        one.back + one.kept if going_back else one.moved + one.skipped,
        one.moved if going_back else one.total,
        one.moved,
        one.skipped,
        one.back,
        one.kept,
        one.state in IN_MOTION
        or (one.state == State.SCHEDULED and bool(one.effective_on and one.effective_on <= today)),
        until,
        one.said,
        name_of(request, one.ended_by_id),
        side_to_sign(request, one),
        one.state in (State.WAITING, State.SCHEDULED) and steers,
        until is not None and timezone.now() <= until and steers,
    )


@dataclass(frozen=True, slots=True)
class Board:
    """The page of hand-overs: those that wait for the person, drafts, and what was and is arranged."""

    waiting: tuple[Line, ...]
    drafts: tuple[Line, ...]
    others: tuple[Line, ...]
    more: int


def board(request: StaffRequest, *, before: int = 0) -> Board:
    """What concerns the person, the newest first; the page goes on ``before`` a number."""
    me = request.user.pk
    mine = Q(made_by=me) | Q(giver=me) | Q(receivers__staff=me)
    if arranges(request):
        mine |= ~Q(state=State.DRAFT)
    rows = Handover.objects.filter(mine).distinct().select_related("giver").prefetch_related("receivers", "signatures")
    lines = [
        (one, line_of(request, one, [each.staff_id for each in sorted(one.receivers.all(), key=lambda r: r.position)]))
        for one in (rows.filter(pk__lt=before) if before else rows).order_by("-pk")[: PAGE * 4]
        if concerns(request, one)
    ]
    waiting = [line for one, line in lines if one.state == State.WAITING and side_to_sign(request, one)]
    drafts = [line for one, line in lines if one.state == State.DRAFT and one.origin == Handover.Origin.ARRANGED]
    known = {line.id for line in (*waiting, *drafts)}
    others = [line for one, line in lines if line.id not in known and one.state != State.DRAFT]
    return Board(
        tuple(waiting) if not before else (),
        tuple(drafts) if not before else (),
        tuple(others[:PAGE]),
        others[PAGE - 1].id if len(others) > PAGE else 0,
    )


def waiting_count(request: StaffRequest) -> int:
    """How many hand-overs wait for the person's signature; at most one query in ``REMEMBERED`` seconds."""
    if not uses(request):
        return 0
    waiting = cache.get(_WAITING)
    if waiting is None:
        today = timezone.localdate()
        waiting = [
            (
                one,
                [each.staff_id for each in one.receivers.all()],
                {(each.side, each.signed_by_id) for each in one.signatures.all()},
                stands_in(one, today=today),
            )
            for one in Handover.objects.filter(state=State.WAITING)
            .defer("summary", "numbers")
            .select_related("giver")
            .prefetch_related("receivers", "signatures")
        ]
        cache.set(_WAITING, waiting, REMEMBERED)
    return sum(_signs(request, *each) for each in waiting)


def _signs(
    request: StaffRequest, one: Handover, receivers: list[str], signed: set[tuple[str, str]], above: bool
) -> bool:
    from guanxi.crm.handover.signing import covers

    me = request.user.pk
    if any(by == me for _side, by in signed):
        return False
    if me in receivers:
        return True
    if any(side == Signature.Side.GIVER for side, _by in signed):
        return False
    return one.giver_id == me or (above and arranges(request) and covers(request.scopes[Verb.ASSIGN], one))


def forget_waiting() -> None:
    """Drops what this process remembers of the hand-overs that wait."""
    cache.delete(_WAITING)
