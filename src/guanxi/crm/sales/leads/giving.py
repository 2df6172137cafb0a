"""Gives leads to managers, by hand and by rule; accepts them, sends them back, and tends the clock of acceptance."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.kernel.scope import KIND_OF_LINE, Scope
from guanxi.crm.org.models import Line, Post, Role, Staff
from guanxi.crm.org.queries import InstitutionTree
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.lead_codes import OPEN, LeadState, StepKind
from guanxi.crm.sales.leads.assigning import WAYS, Asked, Taker, choose
from guanxi.crm.sales.leads.clock import Hours, after_working
from guanxi.crm.sales.leads.services import locked, save
from guanxi.crm.sales.leads.telling import tell_of_given, tell_of_overdue
from guanxi.crm.sales.models import AssignmentRule, Lead, LeadSetup, LeadStep
from guanxi.crm.workdays.queries import working_calendar

PORTION = 2_000
EVERY_KIND = frozenset(KIND_OF_LINE.values())


@dataclass(frozen=True, slots=True)
class Given:
    """What came of giving: how many leads found somebody, and how many stay where they are."""

    given: int
    left: int


def setup() -> LeadSetup:
    """How the bank handles leads; one query."""
    return LeadSetup.objects.get(pk=1)


def deadline(now: datetime.datetime, how: LeadSetup, hours: Any) -> datetime.datetime:
    """When so many working hours have passed."""
    length = datetime.timedelta(hours=float(hours))
    return after_working(now, length, calendar=working_calendar(), hours=Hours(how.opens, how.closes))


def assign_leads(*, scope: Scope, by: str, lead_ids: Sequence[int], to: str) -> Given:
    """Gives open leads within ``scope`` (how far the person may assign) to one manager, who has some hours to accept.

    Their own leads stay theirs. Raises :class:`SalesError` where that person is no relationship manager in service of
    an institution within the scope.
    """
    taker = takers_among(scope).get(to)
    if taker is None:
        raise SalesError(_("Choose a relationship manager of your institutions."), "staff")
    with transaction.atomic():
        rows = list(
            Lead.objects.visible_to(scope)
            .select_for_update(of=("self",))
            .filter(pk__in=lead_ids, state__in=OPEN)
            .order_by("pk")
        )
        chosen = [(lead, to) for lead in rows if lead.manager_id != to and lead.kind in taker.kinds]
        _give(chosen, by=by)
    return Given(len(chosen), len(set(lead_ids)) - len(chosen))


def assign_by_rules(*, scope: Scope, by: str | None, lead_ids: Sequence[int], tree: InstitutionTree) -> Given:
    """Gives leads of the pool within ``scope`` by the rules in force; those for whom nobody is found stay there."""
    rules = list(AssignmentRule.objects.filter(is_active=True).order_by("position", "id"))
    takers = list(takers_among(None).values())
    given = 0
    for start in range(0, len(lead_ids), PORTION):
        # Whoever takes a lead in may not see the pool that it goes through; ``scope`` narrows it all the same.
        with entered(SYSTEM), transaction.atomic():
            rows = list(
                Lead.objects.visible_to(scope)
                .select_for_update(of=("self",))
                .filter(pk__in=lead_ids[start : start + PORTION], state=LeadState.POOL)
                .order_by("-score", "pk")
            )
            chosen = by_rules(rows, rules, takers, tree)
            _give(chosen, by=by)
            given += len(chosen)
    return Given(given, len(lead_ids) - given)


def by_rules(
    leads: Iterable[Lead], rules: Sequence[AssignmentRule], takers: Sequence[Taker], tree: InstitutionTree
) -> list[tuple[Lead, str]]:
    """Pairs of lead and manager by the first rule that fits and finds somebody; takers are counted up."""
    within: dict[str, frozenset[str]] = {}
    chosen = []
    for lead in leads:
        asked = Asked(lead.pk, lead.kind, lead.institution_id, lead.city, lead.product)
        for rule in rules:
            if not rule.fits(lead):
                continue
            place: str = rule.institution_id or asked.institution_id
            if place not in within:
                within[place] = frozenset(tree.below([place]))
            numbers = rule.numbers
            those = [
                one
                for one in takers
                if one.institution_id in within[place] and (not numbers or one.staff_id in numbers)
            ]
            taker = choose(asked, those, WAYS[rule.way])
            if taker is not None:
                chosen.append((lead, taker.staff_id))
                break
    return chosen


def takers_among(scope: Scope | None) -> dict[str, Taker]:
    """Relationship managers in service whom leads may be given to, with what they have; four queries.

    ``scope`` (how far somebody may assign) narrows them to its institutions; None does not.
    """
    today = timezone.localdate()
    people = Staff.objects.filter(left_on__isnull=True, institution__isnull=False)
    if scope is not None and not scope.sight.everything:
        people = people.filter(institution_id__in=scope.institution_ids)
    lines: dict[str, set[str]] = defaultdict(set)
    posts = Post.objects.filter(role=Role.RM).exclude(valid_to__lt=today).exclude(valid_from__gt=today)
    for staff_id, line in posts.values_list("staff_id", "line"):
        lines[staff_id].add(line)
    most = setup().most_open
    found: dict[str, Taker] = {}
    for number, place, city, role, line in people.values_list(
        "id", "institution_id", "institution__city", "role", "line"
    ):
        held = lines.get(number) or ({line} if role == Role.RM else set())
        if not held:
            continue
        kinds = EVERY_KIND if held & {Line.BOTH, ""} else frozenset(KIND_OF_LINE[one] for one in held)
        found[number] = Taker(number, place, kinds, city=city, most=most)
    with entered(SYSTEM):
        standing = Lead.objects.filter(manager_id__in=found, state__in=OPEN).values_list("manager_id")
        for number, many, last in standing.annotate(many=Count("id"), last=Max("assigned_at")):
            found[number].open = many
            found[number].last = last or found[number].last
        won = Lead.objects.filter(manager_id__in=found, state__in=(LeadState.PROSPECT, LeadState.CONVERTED))
        for number, product, many in won.values_list("manager_id", "product").annotate(many=Count("id")):
            found[number].won[product] = many
    return found


def _give(chosen: Sequence[tuple[Lead, str]], *, by: str | None, text: str = "") -> None:
    """Writes who has which lead now; three statements however many there are. Who gives to themselves has accepted."""
    if not chosen:
        return
    now, how = timezone.now(), setup()
    accept_by = deadline(now, how, how.accept_hours)
    takers: dict[tuple[str, int], list[int]] = defaultdict(list)
    steps = []
    for lead, to in chosen:
        takers[to, lead.version].append(lead.pk)
        steps.append(
            LeadStep(
                lead=lead, kind=StepKind.ASSIGNED, by_id=by, giver_id=lead.manager_id, taker_id=to, at=now, text=text
            )
        )
    with entered(SYSTEM):
        for (to, _version), numbers in takers.items():
            own = to == by
            Lead.objects.filter(pk__in=numbers).update(
                manager_id=to,
                state=LeadState.ACCEPTED if own else LeadState.ASSIGNED,
                assigned_at=now,
                accept_by=None if own else accept_by,
                escalated_at=None,
                changed_at=now,
                changed_by_id=by,
                version=F("version") + 1,
            )
        LeadStep.objects.bulk_create(steps, batch_size=PORTION)
        record(
            action=Action.CHANGE,
            kind="lead",
            detail={"assigned": len(chosen), "to": sorted({to for _lead, to in chosen})[:20]},
        )
        tell_of_given(Counter(to for _lead, to in chosen), by=by)


def accept_leads(*, scope: Scope, by: str, lead_ids: Sequence[int], whose: Sequence[str] = ()) -> int:
    """Accepts leads that were given to the person (or to ``whose`` they cover); returns how many."""
    now = timezone.now()
    with transaction.atomic():
        rows = list(
            Lead.objects.visible_to(scope)
            .select_for_update(of=("self",))
            .filter(pk__in=lead_ids, state=LeadState.ASSIGNED, manager_id__in=(by, *whose))
        )
        numbers = [lead.pk for lead in rows]
        Lead.objects.filter(pk__in=numbers).update(
            state=LeadState.ACCEPTED,
            accept_by=None,
            escalated_at=None,
            changed_at=now,
            changed_by_id=by,
            version=F("version") + 1,
        )
        LeadStep.objects.bulk_create(
            [LeadStep(lead=lead, kind=StepKind.ACCEPTED, by_id=by, taker_id=lead.manager_id, at=now) for lead in rows]
        )
        if numbers:
            record(action=Action.CHANGE, kind="lead", detail={"accepted": len(numbers)})
    return len(numbers)


def send_back(*, scope: Scope, by: str, lead_id: int, version: int, text: str) -> Lead:
    """Gives a lead back into its institution's pool, with the reason. Raises as ``services.change_lead``."""
    if not text.strip():
        raise SalesError(_("Say why it goes back."), "text")
    with transaction.atomic():
        lead = locked(scope, lead_id, version)
        if lead.state not in (LeadState.ASSIGNED, LeadState.ACCEPTED):
            raise SalesError(_("Only a lead that somebody has goes back."))
        with entered(SYSTEM):
            LeadStep.objects.create(
                lead=lead,
                kind=StepKind.DECLINED,
                by_id=by,
                giver_id=lead.manager_id,
                text=text.strip()[:300],
            )
            _into_pool(lead)
            save(lead, by, POOLED)
            record(action=Action.CHANGE, kind="lead", object_id=str(lead.pk), detail={"sent_back": True})
    return lead


POOLED = ["manager", "state", "assigned_at", "accept_by", "escalated_at", "recycled"]


def _into_pool(lead: Lead) -> None:
    lead.manager_id, lead.state = None, LeadState.POOL
    lead.assigned_at = lead.accept_by = lead.escalated_at = None
    lead.recycled += 1


@dataclass(frozen=True, slots=True)
class Tended:
    """What the clock did: how many leads it told of, and how many fell back."""

    escalated: int
    recycled: int


def tend(now: datetime.datetime | None = None) -> Tended:
    """What the clock says: overdue leads are told of once; those overdue for longer, and open ones of managers who have
    left, fall back into the pool.

    The worker's own; it can be killed and begun again at any moment.
    """
    now = now or timezone.now()
    how = setup()
    with transaction.atomic():
        overdue = list(
            Lead.objects.select_for_update(skip_locked=True).filter(state=LeadState.ASSIGNED, accept_by__lte=now)
        )
        late = [lead for lead in overdue if deadline(lead.accept_by, how, how.recycle_hours) <= now]  # type: ignore[arg-type]
        gone = Lead.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            state__in=OPEN, manager__left_on__lte=timezone.localdate(now)
        )
        late += [lead for lead in gone if lead not in late]
        falling = {lead.pk for lead in late}
        told = [lead for lead in overdue if lead.pk not in falling and lead.escalated_at is None]
        Lead.objects.filter(pk__in=[lead.pk for lead in told]).update(escalated_at=now, version=F("version") + 1)
        Lead.objects.filter(pk__in=falling).update(
            manager_id=None,
            state=LeadState.POOL,
            assigned_at=None,
            accept_by=None,
            escalated_at=None,
            recycled=F("recycled") + 1,
            changed_at=now,
            changed_by_id=None,
            version=F("version") + 1,
        )
        LeadStep.objects.bulk_create(
            [LeadStep(lead=one, kind=StepKind.ESCALATED, at=now, giver_id=one.manager_id) for one in told]
            + [LeadStep(lead=one, kind=StepKind.RECYCLED, at=now, giver_id=one.manager_id) for one in late],
            batch_size=PORTION,
        )
        tell_of_overdue(told)
    return Tended(len(told), len(late))
