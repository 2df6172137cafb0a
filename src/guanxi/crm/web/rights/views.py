"""Requests of persons: the queue, taking one in, the case with what is done about it, its receipt, the package."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.consent.case_queries import deadline_of, rights_case, whole_case, words_of
from guanxi.crm.consent.case_services import CaseError, add_step
from guanxi.crm.consent.corrections import Correctable
from guanxi.crm.consent.models import Package, RightsCase
from guanxi.crm.consent.package import open_package
from guanxi.crm.consent.rights_codes import CaseStatus, What
from guanxi.crm.consent.roles import may_decide, may_look, may_record
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.customer.frame import customer_frame, may_edit
from guanxi.crm.web.listing.views import Shown, respond
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.rights.acts import ACTS
from guanxi.crm.web.rights.forms import ReceiveForm
from guanxi.crm.web.rights.listing import RIGHTS, state_mark
from guanxi.crm.web.rights.words import deadline_badge

ENDINGS = (CaseStatus.DONE, CaseStatus.PARTLY, CaseStatus.REFUSED)


@only_for(Area.RIGHTS)
def cases(request: StaffRequest) -> HttpResponseBase:
    """The queue of requests, the most pressing first."""
    return respond(request, RIGHTS, Shown(template="web/rights/cases.html", narrow=lambda _values: True))


@only_for(Area.CUSTOMERS)
def receive(request: StaffRequest, party_id: str) -> HttpResponse:
    """Takes in a request of one customer; then its receipt is shown."""
    frame = customer_frame(request, party_id, "customer-consents")
    if not may_record(request.roles) or not may_edit(request, party_id):
        raise PermissionDenied(Area.CUSTOMERS)
    form = ReceiveForm(request.POST or None, initial={"requester_name": frame.party.name})
    if request.method == "POST" and form.is_valid():
        case = form.open(party_id=party_id, staff_id=request.user.id)
        if case is not None:
            return redirect("rights-receipt", case.number)
    status = 422 if request.method == "POST" else 200
    return render(request, "web/rights/receive.html", {"frame": frame, "form": form}, status=status)


@only_for(Area.CUSTOMERS)
def case(request: StaffRequest, number: str) -> HttpResponse:
    """One request: what is asked, what was done, what can be done now."""
    found = _found(request, number)
    _view(found)
    return _page(request, found)


@require_POST
@only_for(Area.RIGHTS)
def act(request: StaffRequest, number: str, name: str) -> HttpResponse:
    """Does one act; what is refused shows the page again with the reason and what was typed."""
    found = _found(request, number)
    if not may_decide(request.roles):
        raise PermissionDenied(Area.RIGHTS)
    if name not in ACTS:
        raise Http404
    try:
        messages.success(request, ACTS[name](request, found))
    except CaseError as refused:
        return _page(request, found, refused=str(refused), name=name)
    return redirect("rights-case", number)


@only_for(Area.CUSTOMERS)
def receipt(request: StaffRequest, number: str) -> HttpResponse:
    """What the customer takes home: number, what was asked, by when the answer comes."""
    found = _found(request, number)
    _view(found)
    return render(request, "web/rights/receipt.html", {"case": found, "words": words_of(found)})


@only_for(Area.RIGHTS)
def package(request: StaffRequest, number: str, package_id: UUID) -> HttpResponse:
    """How far the gathering of a person's data is; the part that asks for itself again."""
    found = _found(request, number)
    one = _package(found, package_id)
    return render(request, "web/rights/case.html#package", {"case": found, "one": one, "may_decide": _decides(request)})


@require_GET
@only_for(Area.RIGHTS)
def download(request: StaffRequest, number: str, package_id: UUID) -> HttpResponseBase:
    """The package's file, for those who work on the request; recorded in the case and in the audit log."""
    found = _found(request, number)
    if not may_decide(request.roles):
        raise PermissionDenied(Area.RIGHTS)
    one = _package(found, package_id)
    file = open_package(one)
    if file is None:
        raise Http404
    party_id = found.party_id  # type: ignore[attr-defined]
    detail = {"case": found.number, "rows": one.rows}
    record(action=Action.EXPORT, subject=party_id, kind="personal_data", object_id=str(one.pk), detail=detail)
    add_step(found, What.FETCHED, request.user.id)
    return FileResponse(file, as_attachment=True, filename=f"{found.number}.zip")


def _found(request: StaffRequest, number: str) -> RightsCase:
    if not (may_look(request.roles) or may_record(request.roles)):
        raise PermissionDenied(Area.RIGHTS)
    try:
        return rights_case(request.scope, number)
    except RightsCase.DoesNotExist:
        raise Http404 from None


def _view(found: RightsCase) -> None:
    party_id = found.party_id  # type: ignore[attr-defined]
    record(action=Action.VIEW, subject=party_id, kind="rights-case", object_id=found.number)


def _package(found: RightsCase, package_id: UUID) -> Package:
    one = found.packages.filter(pk=package_id).first()  # type: ignore[attr-defined]
    if one is None:
        raise Http404
    return one


def _decides(request: StaffRequest) -> bool:
    return may_decide(request.roles)


def _may_reveal(request: StaffRequest, found: RightsCase) -> bool:
    """Whether the person may have values of the case's customer shown; costs no query, the customer was read."""
    party = found.party
    return request.scopes[Verb.REVEAL].reaches(
        record=party.pk, kind=party.kind, institution_id=party.institution_id, manager_id=party.manager_id
    )


def _page(request: StaffRequest, found: RightsCase, *, refused: str = "", name: str = "") -> HttpResponse:
    whole, today = whole_case(found), timezone.localdate()
    language = request.display.language
    context: dict[str, Any] = {
        "case": found,
        "whole": whole,
        "deadline": deadline_badge(deadline_of(found, today), today),
        "state": state_mark(found.status),
        "may_decide": may_decide(request.roles) and found.is_open,
        "may_note": may_decide(request.roles),
        "may_reveal": _may_reveal(request, found),
        "mine": found.owner_id == request.user.id,  # type: ignore[attr-defined]
        "endings": ENDINGS,
        "fields": Correctable.choices,
        "bases": {part.kind: part.rule.basis(language) for part in whole.plan.parts} if whole.plan else {},
        "refused": refused,
        "refused_act": name,
        "typed": request.POST if refused else {},
    }
    return render(request, "web/rights/case.html", context, status=422 if refused else 200)
