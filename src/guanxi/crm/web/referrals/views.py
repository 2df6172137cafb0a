"""Pages of referrals: the list, a new one, one with its path, what is done to it, and the league of those who send."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guanxi.crm.consent.codes import LimitKind
from guanxi.crm.consent.queries import limits_of
from guanxi.crm.consent.roles import may_look
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.masks import Secret, hide
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import staff_names
from guanxi.crm.party.models import Party, PartyKind
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.models import Referral
from guanxi.crm.sales.referral_answers import (
    accept_referral,
    close_referral,
    decline_referral,
    open_for,
    pass_on,
    resend_referral,
    return_referral,
    withdraw_referral,
)
from guanxi.crm.sales.referral_codes import ReferralState, ReferralWay
from guanxi.crm.sales.referral_queries import league, path_of
from guanxi.crm.sales.referral_services import receives, send_referral
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.drafts import drafted
from guanxi.crm.web.erased import unnamed
from guanxi.crm.web.listing.views import Shown, respond
from guanxi.crm.web.referrals.forms import AnswerForm, EndForm, OpportunityForm, PassForm, ReferralForm
from guanxi.crm.web.referrals.listing import REFERRALS, state_mark
from guanxi.crm.web.referrals.path import drawn
from guanxi.crm.web.referrals.places import Place, place_name, places
from guanxi.crm.web.request import StaffRequest

PAGE = "web/referrals/referral.html"
BY = ("person", "institution", "way")
WAY_OF = {PartyKind.PERSON: ReferralWay.TO_RETAIL, PartyKind.ORGANISATION: ReferralWay.TO_CORPORATE}


@require_safe
@only_for(Area.WORK)
def referrals(request: StaffRequest) -> HttpResponseBase:
    """Those that come to one and those one sent, the newest first."""
    return respond(request, REFERRALS, Shown(template="web/referrals/referrals.html"))


@only_for(Area.WORK)
@drafted
def add(request: StaffRequest) -> HttpResponseBase:
    """Passes somebody on: a customer that one sees (``?customer=``), or somebody who is none yet."""
    party = _party(request)
    initial: dict[str, Any] = {"key": uuid4(), "name": request.GET.get("name", "")[:200]}
    initial["kind"] = request.GET.get("kind", "")[:16]
    initial["text"] = request.GET.get("text", "")[:300]
    if party:
        initial |= {
            "way": WAY_OF[PartyKind(party.kind)],
            "to": Place(party.institution_id, _other(request, party)).write(),
        }
    form = ReferralForm(
        request.POST if request.method == "POST" else None, about=bool(party), places=places(request), initial=initial
    )
    if request.method == "POST" and form.is_valid():
        try:
            sent = send_referral(
                scope=request.scope,
                by=request.user,
                key=form.cleaned_data["key"] or uuid4(),
                wanted=form.wanted(party.pk if party else ""),
            )
        except SalesError as refused:
            field = "to" if refused.field in ("institution", "taker") else refused.field
            form.add_error(field if field in form.fields else None, str(refused))
        else:
            messages.success(request, _("Sent. You are told what becomes of it."))
            return redirect("referral", sent.referral.pk)
    context = {"form": form, "party": party}
    return render(request, "web/referrals/new.html", context, status=422 if form.errors else 200)


def _party(request: StaffRequest) -> Any:
    number = request.GET.get("customer", "")[:32]
    if not number:
        return None
    party = Party.objects.visible_to(request.scope).filter(pk=number).first()
    if party is None or unnamed(request, [number]):
        raise Http404
    if limits_of([number]).get(number, frozenset()) & {LimitKind.RESTRICTION, LimitKind.ERASURE}:
        raise PermissionDenied(Area.WORK)  # who has stopped the use of their data is passed to nobody
    return party


def _other(request: StaffRequest, party: Any) -> str:
    return party.manager_id if party.manager_id and party.manager_id != request.user.id else ""


def _found(request: StaffRequest, referral_id: int) -> Referral:
    found = Referral.objects.visible_to(request.scope).filter(pk=referral_id).first()
    if found is None or (found.party_id and unnamed(request, [found.party_id]) and not may_look(request.roles)):
        raise Http404
    return found


@require_safe
@only_for(Area.WORK)
def referral(request: StaffRequest, referral_id: int) -> HttpResponse:
    """One referral: what it is about, its path, and what the person may do with it."""
    return _page(request, _found(request, referral_id))


def _page(request: StaffRequest, found: Any, *, status: int = 200, **forms: Any) -> HttpResponse:
    scope = request.scopes[Verb.EDIT]
    mine = found.referrer_id == request.user.id
    answers = not mine and receives(scope, found)
    waits, accepted = found.state == ReferralState.WAITING, found.state == ReferralState.ACCEPTED
    back = mine and found.state == ReferralState.RETURNED
    version = {"version": found.version}
    seen = bool(found.party_id) and Party.objects.visible_to(request.scope).filter(pk=found.party_id).exists()
    path = path_of(request.scope, found)
    names = staff_names(request.display.version)
    context = {
        "referral": found,
        "state": state_mark(found.state),
        "path": drawn(path, request, place_name(request, found.from_institution_id)),
        "credits": [
            (names.get(one.staff_id, one.staff_id), one) for one in found.credits.order_by("-share", "staff_id")
        ],
        "from_name": names.get(found.referrer_id, found.referrer_id),
        "from_place": place_name(request, found.from_institution_id),
        "to_name": names.get(found.taker_id, found.taker_id or ""),
        "to_place": place_name(request, found.institution_id),
        "sees_customer": seen,
        "phone": hide(Secret.PHONE, found.phone) if answers and found.phone else "",
        "late": waits and found.answer_by and found.answer_by <= timezone.now(),
        "may_answer": answers and (waits or accepted),
        "waits": waits,
        "may_end": answers and accepted and not found.opportunity_id,
        "may_open": answers and accepted and not found.opportunity_id and seen,
        "may_withdraw": mine and (waits or back),
        "may_pass": (answers and (waits or accepted)) or back,
        "back": back,
        "answer": forms.get("answer") or AnswerForm(initial=version),
        "passing": forms.get("passing") or PassForm(places=places(request), initial=version),
        "end": forms.get("end") or EndForm(initial=version),
        "opportunity": forms.get("opportunity") or OpportunityForm(initial={**version, "title": found.name[:100]}),
        "stale": forms.get("stale", False),
    }
    return render(request, PAGE, context, status=status)


def _act(
    request: StaffRequest, referral_id: int, name: str, form: Any, act: Callable[[dict[str, Any]], Any], said: str
) -> HttpResponseBase:
    """Does one thing, or shows the page again with what is wrong beside its field."""
    found = _found(request, referral_id)
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except StaleError as stale:
            return _page(request, stale.current, status=409, stale=True)
        except (Referral.DoesNotExist, Party.DoesNotExist):
            raise Http404 from None
        except SalesError as refused:
            field = "to" if refused.field in ("institution", "taker") else refused.field
            form.add_error(field if field in form.fields else None, str(refused))
        else:
            messages.success(request, said)
            still = Referral.objects.visible_to(request.scope).filter(pk=referral_id).exists()
            return redirect("referral", referral_id) if still else redirect("referrals")
    return _page(request, found, status=422, **{name: form})


def _may_edit(request: StaffRequest, referral_id: int) -> None:
    """404 beyond what the person sees, 403 for what they see but neither sent nor may change."""
    found = _found(request, referral_id)
    if found.referrer_id != request.user.id and not receives(request.scopes[Verb.EDIT], found):
        raise PermissionDenied(Area.WORK)


@require_POST
@only_for(Area.WORK)
@drafted
def answer(request: StaffRequest, referral_id: int) -> HttpResponseBase:
    """Accepts, declines or returns."""
    _may_edit(request, referral_id)

    def act(entered: dict[str, Any]) -> None:
        common = _common(request, referral_id, entered)
        match entered["answer"]:
            case "accept":
                accept_referral(**common)
            case "decline":
                decline_referral(**common, text=entered["text"])
            case _:
                return_referral(**common, text=entered["text"])

    return _act(request, referral_id, "answer", AnswerForm(request.POST), act, _("Answered. The sender is told."))


@require_POST
@only_for(Area.WORK)
@drafted
def hand_on(request: StaffRequest, referral_id: int) -> HttpResponseBase:
    """Passes it on, or sends again what came back to oneself."""
    _may_edit(request, referral_id)
    form = PassForm(request.POST, places=places(request))

    def act(entered: dict[str, Any]) -> None:
        again = Referral.objects.filter(pk=referral_id, referrer_id=request.user.id).exists()
        send = resend_referral if again else pass_on
        where = {"institution_id": form.place.institution_id, "taker_id": form.place.taker_id}
        send(**_common(request, referral_id, entered), **where, text=entered["text"])

    return _act(request, referral_id, "passing", form, act, _("Sent on. The clock begins anew."))


@require_POST
@only_for(Area.WORK)
@drafted
def end(request: StaffRequest, referral_id: int) -> HttpResponseBase:
    """Closes it with what came of it, or with nothing; or its sender withdraws it."""
    _may_edit(request, referral_id)

    def act(entered: dict[str, Any]) -> None:
        common = _common(request, referral_id, entered)
        if entered["end"] == "withdraw":
            withdraw_referral(**common, text=entered["text"])
        else:
            close_referral(**common, won=entered["end"] == "won", amount=entered["amount"], text=entered["text"])

    return _act(request, referral_id, "end", EndForm(request.POST), act, _("Closed."))


@require_POST
@only_for(Area.WORK)
@drafted
def opportunity(request: StaffRequest, referral_id: int) -> HttpResponseBase:
    """Opens the opportunity of it, with the sender's share in its team."""
    _may_edit(request, referral_id)

    def act(entered: dict[str, Any]) -> None:
        common = _common(request, referral_id, entered)
        open_for(**common, title=entered["title"], expected_on=entered["expected_on"])

    said = _("The opportunity is open. Its end will be the referral's.")
    return _act(request, referral_id, "opportunity", OpportunityForm(request.POST), act, said)


def _common(request: StaffRequest, referral_id: int, entered: dict[str, Any]) -> dict[str, Any]:
    return {
        "scope": request.scopes[Verb.EDIT],
        "by": request.user.id,
        "referral_id": referral_id,
        "version": entered["version"],
    }


@require_safe
@only_for(Area.WORK)
def sources(request: StaffRequest) -> HttpResponse:
    """The league of one month: who sends, and what comes of it, by person, institution or way."""
    today = timezone.localdate()
    first = _month(request.GET.get("month", ""), today)
    by = request.GET.get("by", "")
    by = by if by in BY else "person"
    after = (first + datetime.timedelta(days=31)).replace(day=1)
    before = (first - datetime.timedelta(days=1)).replace(day=1)
    since, until = (timezone.make_aware(datetime.datetime.combine(day, datetime.time.min)) for day in (first, after))
    found = league(since=since, until=until, by=by)
    names = staff_names(request.display.version)
    label: Callable[[str], str] = {
        "person": lambda key: names.get(key, key),
        "institution": lambda key: place_name(request, key),
        "way": lambda key: str(ReferralWay(key).label),
    }[by]
    context = {
        "rows": [(number, label(one.key), one) for number, one in enumerate(found, 1)],
        "month": first,
        "before": before,
        "after": after if after <= today else None,
        "by": by,
        "ways": [(key, words, key == by) for key, words in zip(
            BY, (_("By person"), _("By institution"), _("By way")), strict=True)],
        "me": names.get(request.user.id, ""),
    }  # fmt: skip
    template = "web/referrals/league.html"
    return render(request, f"{template}#league" if request.is_partial else template, context)


def _month(words: str, today: datetime.date) -> datetime.date:
    try:
        first = datetime.date.fromisoformat(f"{words}-01")
    except ValueError:
        first = today.replace(day=1)
    return min(first, today.replace(day=1)) if first.year >= 2000 else today.replace(day=1)
