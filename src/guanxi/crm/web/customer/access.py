"""Who sees this customer, and why; whoever may assign lets somebody support, or ends it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.access_queries import Seer, Why, supports_of, who_sees
from guanxi.crm.org.models import Role, Staff
from guanxi.crm.org.queries import institution_tree, managers_of
from guanxi.crm.org.services import ArrangementError, end_support, support_customer
from guanxi.crm.party.models import Party
from guanxi.crm.party.queries import institutions_linked_to
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer.frame import ASKING, customer_frame, show
from guanxi.crm.web.customer.leads import lead_rows
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.sight.views import may_ask_about

TAB = "customer-access"
WORDS = {
    Why.LEAD: _lazy("looks after the customer"),
    Why.COVER: _lazy("covers for the manager"),
    Why.SUPPORT: _lazy("supports the manager"),
    Why.INSTITUTION: _lazy("responsible for the institution"),
    Why.LINKAGE: _lazy("related to customers of the other line"),
    Why.BANK: _lazy("works for the whole bank"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One who sees the customer; ``support`` is the arrangement that can be ended, where that is the reason; ``sight``
    leads to all that the person can see, where the asker may ask that.
    """

    seer: Seer
    why: Any
    role: Any
    institution: str
    support: int | None
    sight: str


def may_assign(request: StaffRequest, party_id: str) -> bool:
    """Whether the person may say who looks after this customer; one query by primary key."""
    return Party.objects.visible_to(request.scopes[Verb.ASSIGN]).filter(pk=party_id).exists()


@only_for(Area.CUSTOMERS)
def access(request: StaffRequest, party_id: str) -> HttpResponse:
    """Everybody who sees the customer, the nearest first, each with the reason and until when."""
    return _page(request, party_id)


def _page(
    request: StaffRequest, party_id: str, *, typed: dict[str, str] | None = None, problem: str = ""
) -> HttpResponse:
    frame = customer_frame(request, party_id, TAB)
    assigns = may_assign(request, party_id)
    if not (assigns or request.roles & ASKING):
        raise PermissionDenied(Area.CUSTOMERS)
    tree = institution_tree(request.display.version)
    today = timezone.localdate()
    seers = who_sees(
        party_id=party_id,
        kind=frame.party.kind,
        institution_id=frame.party.institution.pk,
        manager_id=frame.party.manager.pk if frame.party.manager else None,
        tree=tree,
        today=today,
        linked_from=institutions_linked_to(party_id),
    )
    language = request.display.language
    support = {one.staff_id: one.id for one in supports_of(party_id, today=today)}
    home = dict(Staff.objects.filter(pk__in=[one.staff_id for one in seers]).values_list("pk", "institution_id"))
    colleagues = managers_of(request.scopes[Verb.ASSIGN].institution_ids or None) if assigns else ()
    context: dict[str, Any] = {
        "frame": frame,
        "rows": [
            Row(
                seer,
                WORDS[seer.why],
                Role(seer.role).label,
                tree.label(seer.institution_id, language),
                support.get(seer.staff_id) if seer.why == Why.SUPPORT else None,
                reverse("team-sight", args=[seer.staff_id]) if may_ask_about(request, home.get(seer.staff_id)) else "",
            )
            for seer in seers
        ],
        "history": lead_rows(request, party_id, frame.party.manager.pk if frame.party.manager else None),
        "nobody_leads": not any(seer.why == Why.LEAD for seer in seers),
        "assigns": assigns,
        "colleagues": [(number, name, tree.label(place, language)) for number, name, place in colleagues],
        "typed": typed or {},
        "problem": problem,
        "today": today,
    }
    return show(request, "web/customer/access.html", context)


def bank_of(request: StaffRequest, party_id: str) -> tuple[str, ...]:
    """The institutions of the bank whose customer this is; one query by primary key."""
    seen = Party.objects.visible_to(request.scopes[Verb.ASSIGN])
    place = seen.values_list("institution_id", flat=True).get(pk=party_id)
    return institution_tree(request.display.version).bank_around(place)


@require_POST
@only_for(Area.CUSTOMERS)
def add_support(request: StaffRequest, party_id: str) -> HttpResponseBase:
    """Lets somebody support the customer."""
    if not may_assign(request, party_id):
        raise Http404
    typed = {name: request.POST.get(name, "").strip() for name in ("staff", "until", "reason")}
    until: datetime.date | None = None
    if typed["until"]:
        try:
            until = parse_date(typed["until"])
        except ValueError:
            until = None
        if until is None:
            return _page(request, party_id, typed=typed, problem=_("This is no date."))
    try:
        support_customer(
            party_id=party_id,
            staff_id=typed["staff"],
            within=bank_of(request, party_id),
            until=until,
            reason=typed["reason"][:200],
            by=request.user,
            today=timezone.localdate(),
        )
    except ArrangementError as error:
        return _page(request, party_id, typed=typed, problem=str(error))
    messages.success(request, _("From now on this person sees and serves the customer too."))
    return redirect(TAB, party_id)


@require_POST
@only_for(Area.CUSTOMERS)
def remove_support(request: StaffRequest, party_id: str, assignment_id: int) -> HttpResponseBase:
    """Ends somebody's support, at once."""
    if not may_assign(request, party_id):
        raise Http404
    if not end_support(assignment_id=assignment_id, party_id=party_id, today=timezone.localdate()):
        raise Http404
    messages.success(request, _("The support has ended; the person does not see the customer any more."))
    return redirect(TAB, party_id)
