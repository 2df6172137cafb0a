"""The pool: customers of nobody, masked, whom managers claim and give back; its limits and rules for those above."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.crm.consent.queries import not_erased
from guanxi.crm.handover.capacity import all_pools
from guanxi.crm.handover.models import Handover, Pool
from guanxi.crm.handover.pooling import claim, give_back, rules_of, set_pool
from guanxi.crm.handover.recycling import KINDS
from guanxi.crm.handover.services import BusyError, HandoverError
from guanxi.crm.insight.models import CustomerFigure, Tier
from guanxi.crm.kernel.periods import not_over
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.kernel.scope import KIND_OF_LINE
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Line, Post, Role
from guanxi.crm.org.queries import institution_tree
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.handover.rights import arranges
from guanxi.crm.web.handover.shown import forget_waiting
from guanxi.crm.web.request import StaffRequest

PAGE = 50
LINES = tuple((value, label) for value, label in Line.choices if value != Line.BOTH)


@dataclass(frozen=True, slots=True)
class Pooled:
    """A customer of nobody as everybody in reach of the pool may know them: no name in full, no amount."""

    number: str
    name: str
    kind: str
    tier: str
    sub_tier: str
    institution: str
    since: Any


def masked_name(name: str, kind: str) -> str:
    """The first sign of a person's name, the first two of an organisation's."""
    return name[: 1 if kind == "person" else 2] + "＊＊"


def reach(request: StaffRequest) -> tuple[QuerySet[Any], bool]:
    """The customers whose pool the person may use, whether in it or not, and whether the person may claim from it.

    A manager's are the institution of each own post and those below, each on the post's own line of business; of
    whoever assigns, what they may assign. Whoever is in the register of erasures is in no pool. To be read with the
    house's scope: a manager's holds no customer of nobody.
    """
    everybody = CustomerFigure.objects.filter(business_date=request.day)
    tree, today = institution_tree(request.display.version), timezone.localdate()
    posts = Post.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=today), not_over(today), staff=request.user, role=Role.RM
    )
    held = list(posts.values_list("institution_id", "line"))
    if not held:
        return not_erased(everybody.visible_to(request.scopes[Verb.ASSIGN])), False
    served = Q()
    for place, line in held:
        kinds = [KIND_OF_LINE[line]] if line in KIND_OF_LINE else list(KIND_OF_LINE.values())
        served |= Q(institution_id__in=tree.below([place]), kind__in=kinds)
    return not_erased(everybody.filter(served)), True


@only_for(Area.HANDOVERS)
def pool(request: StaffRequest) -> HttpResponse:
    """The customers without a manager in one's reach."""
    return _page(request)


def _page(request: StaffRequest, *, problem: str = "", typed: dict[str, str] | None = None) -> HttpResponse:
    rows, claims = reach(request)
    tier, after = request.GET.get("tier", ""), request.GET.get("after", "")
    if tier in Tier.values:
        rows = rows.filter(tier=tier)
    if after:
        rows = rows.filter(party_id__gt=after[:32])
    tree, language = institution_tree(request.display.version), request.display.language
    with entered(SYSTEM):  # masked below; the scope of a manager holds no customer of nobody
        found = list(
            rows.filter(manager_id=None)
            .order_by("party_id")
            .values_list("party_id", "name", "kind", "tier", "sub_tier", "institution_id", "opened_on")[: PAGE + 1]
        )
    context = {
        "rows": [
            Pooled(number, masked_name(name, kind), kind, tier_, sub, tree.label(place, language), since)
            for number, name, kind, tier_, sub, place, since in found[:PAGE]
        ],
        "after": found[PAGE - 1][0] if len(found) > PAGE else "",
        "tiers": Tier.choices,
        "tier": tier,
        "claims": claims,
        "arranges": arranges(request),
        "problem": problem,
        "typed": typed or {},
    }
    return render(request, "web/handover/pool.html", context, status=422 if problem else 200)


@require_POST
@only_for(Area.HANDOVERS)
def claim_view(request: StaffRequest) -> HttpResponseBase:
    """Claims one customer of the pool."""
    number = request.POST.get("customer", "")[:32]
    rows, claims = reach(request)
    with entered(SYSTEM):
        there = claims and rows.filter(party_id=number).exists()
    if not there:
        return _page(request, problem=_("This customer is not in a pool of yours."))
    return _do(request, lambda: claim(party_id=number, by=request.user, tree=institution_tree(request.display.version)))


@require_POST
@only_for(Area.HANDOVERS)
def give_back_view(request: StaffRequest) -> HttpResponseBase:
    """Gives an own customer back to the pool."""
    typed = {name: request.POST.get(name, "").strip() for name in ("customer", "reason")}
    return _do(
        request,
        lambda: give_back(
            party_id=typed["customer"][:32],
            by=request.user,
            reason=typed["reason"],
            tree=institution_tree(request.display.version),
        ),
        typed,
    )


def _do(request: StaffRequest, act: Callable[[], Handover], typed: dict[str, str] | None = None) -> HttpResponseBase:
    try:
        made = act()
    except HandoverError as error:
        return _page(request, problem=str(error), typed=typed)
    except BusyError:
        messages.info(request, _("The night's figures are being published; it is done in a moment."))
        return redirect("pool")
    forget_waiting()
    if made.state == "waiting":
        messages.success(request, _("Claimed: somebody above you has to agree."))
    elif made.origin == Handover.Origin.CLAIM:
        messages.success(request, _("The customer is yours."))
    else:
        messages.success(request, _("The customer is in the pool."))
    return redirect("pool")


@only_for(Area.TEAM)
def rules(request: StaffRequest) -> HttpResponseBase:
    """Limits and rules of the pools of one's institutions."""
    tree, language = institution_tree(request.display.version), request.display.language
    reached = {number: lines for number in tree.nodes if (lines := _lines(request, number))}
    asked = request.POST if request.method == "POST" else request.GET
    place, line = asked.get("institution", ""), asked.get("line", "")
    if request.method == "POST" and line not in dict(reached.get(place, ())):
        raise Http404
    place = place if place in reached else next(iter(reached), "")
    lines = reached.get(place, ())
    line = line if line in dict(lines) else next(iter(dict(lines)), Line.RETAIL)
    problems: dict[str, str] = {}
    if request.method == "POST":
        sent, problems = _sent(request)
        if not problems:
            set_pool(institution_id=place, line=str(line), by=request.user, **sent)
            messages.success(request, _("The pool's rules are in force."))
            return redirect(f"{reverse('pool-rules')}?institution={place}&line={line}")
    pools = all_pools()
    one = pools.get((place, str(line))) or Pool(institution_id=place, line=str(line))
    on = {kind.name: threshold for kind, threshold in (rules_of(one) if one.pk else [(KINDS["left"], 0)])}
    said = {each.kind: each.threshold for each in one.rules.all()} if one.pk else {}
    context = {
        "institutions": [(number, tree.label(number, language)) for number in reached],
        "place": place,
        "lines": lines,
        "line": line,
        "pool": one,
        "kinds": [
            (kind, kind.name in on, on.get(kind.name, said.get(kind.name, kind.least))) for kind in KINDS.values()
        ],
        "tiers": [(tier, label, one.tier_capacity.get(tier, "")) for tier, label in Tier.choices],
        "pools": [
            (tree.label(number, language), number, dict(LINES)[of_line], each)
            for (number, of_line), each in sorted(pools.items())
            if of_line in dict(reached.get(number, ()))
        ],
        "problems": problems,
    }
    return render(request, "web/handover/pool_rules.html", context, status=422 if problems else 200)


def _lines(request: StaffRequest, institution_id: str) -> tuple[tuple[str, Any], ...]:
    """The lines of business on which the person assigns the customers of an institution."""
    scope = request.scopes[Verb.ASSIGN]
    sights = {Line.RETAIL: scope.retail, Line.CORPORATE: scope.corporate}
    return tuple(
        (line, label)
        for line, label in LINES
        if sights[Line(line)].everything or institution_id in sights[Line(line)].institution_ids
    )


def _sent(request: StaffRequest) -> tuple[dict[str, Any], dict[str, str]]:
    problems: dict[str, str] = {}

    def number(name: str, most: int = 1_000_000) -> int | None:
        text = request.POST.get(name, "").strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit()) or int(text) > most:
            problems[name] = _("This is no number from 0 to %(most)s.") % {"most": most}
            return None
        return int(text)

    tiers = {tier: limit for tier in Tier.values if (limit := number(f"tier-{tier}")) is not None}
    return {
        "capacity": number("capacity"),
        "tier_capacity": tiers,
        "claims_at_once": bool(request.POST.get("claims_at_once")),
        "pause_days": number("pause_days", 3650) or 0,
        "rules": {
            kind: (bool(request.POST.get(f"rule-{kind}")), number(f"threshold-{kind}", 2_000_000_000) or 0)
            for kind in KINDS
        },
    }, problems
