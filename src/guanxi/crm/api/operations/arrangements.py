"""Who looks after whom besides what the bank's file says: support of a customer, cover for leave."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _noop
from ninja import Router

from guanxi.crm.api.callers import Token
from guanxi.crm.api.errors import Problem
from guanxi.crm.api.once import answer_once
from guanxi.crm.api.portions import take
from guanxi.crm.api.reach import Names, customer_of
from guanxi.crm.api.schemas import organisation as wire
from guanxi.crm.api.schemas.parts import Named, Number, answers
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.notices.covers import tell_of_cover
from guanxi.crm.org.access_queries import covers_of, supports_of
from guanxi.crm.org.models import Assignment, Cover
from guanxi.crm.org.queries import managers_of
from guanxi.crm.org.services import ArrangementError, arrange_cover, end_cover, end_support, support_customer
from guanxi.crm.org.token_models import Ability
from guanxi.crm.web.access import Area
from guanxi.crm.web.customer.access import bank_of
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.team.views import assigned_institutions

router = Router(tags=["arrangements"])
covering = Router(tags=["arrangements"])
MAY_SUPPORT = Token(Ability.ARRANGEMENTS, Area.CUSTOMERS)
MAY_COVER = Token(Ability.ARRANGEMENTS, Area.TEAM)


def version_of(*facts: Any) -> str:
    """What changes whenever one of the facts does."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _unchanged(request: StaffRequest, version: str) -> None:
    """Raises the problem ``changed-meanwhile`` where the caller saw another version than there is."""
    asked = request.headers.get("If-Match", "").strip()
    if asked and asked != "*" and asked.removeprefix("W/").strip('"') != version:
        raise Problem("changed-meanwhile", _("Read it again, and decide again."), version=version)


def _support(request: StaffRequest, number: int, staff_id: str) -> wire.Support:
    who = Names(request).staff(staff_id) or Named(id=staff_id, name=staff_id)
    return wire.Support(id=number, staff=who, version=version_of("support", number, staff_id))


@router.get(
    "/{party_id}/supports",
    auth=MAY_SUPPORT,
    response=answers(wire.Supports, 404),
    summary=_noop("Who supports a customer"),
    url_name="customer-supports",
    description=_noop("Those who see and serve the customer beside the lead manager, today."),
)
def customer_supports(request: StaffRequest, party_id: Number) -> Any:
    customer_of(request, party_id, Verb.ASSIGN)
    take(request, 1)
    found = supports_of(party_id, today=timezone.localdate())
    return wire.Supports(items=[_support(request, one.id, one.staff_id) for one in found])


@router.post(
    "/{party_id}/supports",
    auth=MAY_SUPPORT,
    response=answers(wire.Support, 404, 409, status=201),
    summary=_noop("Let somebody support a customer"),
    url_name="customer-supports",
    description=_noop("From now on this person sees and serves the customer too."),
)
def add_support(request: StaffRequest, party_id: Number, wanted: wire.NewSupport) -> Any:
    customer_of(request, party_id, Verb.ASSIGN)

    def work() -> wire.Support:
        try:
            made: Assignment = support_customer(
                party_id=party_id,
                staff_id=wanted.staff,
                within=bank_of(request, party_id),
                until=wanted.until,
                reason=wanted.reason,
                by=request.user,
                today=timezone.localdate(),
            )
        except ArrangementError as refused:
            raise Problem("conflict", str(refused)) from None
        return _support(request, made.pk, wanted.staff)

    return answer_once(request, work)


@router.delete(
    "/{party_id}/supports/{int:support_id}",
    auth=MAY_SUPPORT,
    response=answers(None, 404, 412, status=204),
    summary=_noop("End somebody's support"),
    url_name="customer-support",
    description=_noop("The person does not see the customer any more, at once."),
)
def stop_support(request: StaffRequest, party_id: Number, support_id: int) -> Any:
    customer_of(request, party_id, Verb.ASSIGN)
    found = next((one for one in supports_of(party_id, today=timezone.localdate()) if one.id == support_id), None)
    if found is None:
        raise Http404
    _unchanged(request, version_of("support", found.id, found.staff_id))
    if not end_support(assignment_id=support_id, party_id=party_id, today=timezone.localdate()):
        raise Http404
    return HttpResponse(status=204)


def _own(request: StaffRequest) -> dict[str, str]:
    """Numbers and names of the managers one is responsible for."""
    return {number: name for number, name, _place in managers_of(assigned_institutions(request))}


def _cover(request: StaffRequest, one: Any) -> wire.Cover:
    names = Names(request)
    return wire.Cover(
        id=one.id,
        staff=names.staff(one.staff_id) or Named(id=one.staff_id, name=""),
        substitute=names.staff(one.substitute_id) or Named(id=one.substitute_id, name=""),
        first=one.first,
        last=one.last,
        reason=one.reason,
        version=version_of("cover", one.id, one.substitute_id, one.first, one.last),
    )


@covering.get(
    "",
    auth=MAY_COVER,
    response=answers(wire.Covers),
    summary=_noop("Covers"),
    url_name="covers",
    description=_noop("Who looks after whose customers during leave: covers that last or will come."),
)
def covers(request: StaffRequest) -> Any:
    found = covers_of(_own(request), today=timezone.localdate())
    return wire.Covers(items=[_cover(request, one) for one in found])


@covering.post(
    "",
    auth=MAY_COVER,
    response=answers(wire.Cover, 404, 409, status=201),
    summary=_noop("Arrange cover"),
    url_name="covers",
    description=_noop("Between two managers you are responsible for; it ends by itself after the last day."),
)
def add_cover(request: StaffRequest, wanted: wire.NewCover) -> Any:
    own = _own(request)
    if wanted.staff not in own or wanted.substitute not in own:
        raise Problem("not-found", _("Choose two relationship managers of your institutions."))

    def work() -> wire.Cover:
        try:
            made: Cover = arrange_cover(
                staff_id=wanted.staff,
                substitute_id=wanted.substitute,
                first=wanted.first,
                last=wanted.last,
                reason=wanted.reason,
                by=request.user,
                today=timezone.localdate(),
            )
        except ArrangementError as refused:
            raise Problem("conflict", str(refused)) from None
        tell_of_cover(cover=made, today=timezone.localdate())
        found = covers_of([wanted.staff], today=timezone.localdate())
        return _cover(request, next(one for one in found if one.id == made.pk))

    return answer_once(request, work)


@covering.delete(
    "/{int:cover_id}",
    auth=MAY_COVER,
    response=answers(None, 404, 412, status=204),
    summary=_noop("End a cover"),
    url_name="cover",
    description=_noop("Ends it before its last day, or takes back one that has not begun."),
)
def stop_cover(request: StaffRequest, cover_id: int) -> Any:
    today = timezone.localdate()
    found = next((one for one in covers_of(_own(request), today=today) if one.id == cover_id), None)
    if found is None:
        raise Http404
    _unchanged(request, _cover(request, found).version)
    end_cover(cover_id=cover_id, today=today)
    return HttpResponse(status=204)
