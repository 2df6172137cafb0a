"""The steward's queue, and one pair side by side with what to say of it; after each word the next pair."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.crm.identity.codes import Reason, Verdict
from guanxi.crm.identity.merging import BusyError, MergeError, survivor
from guanxi.crm.identity.models import Decision, Pair
from guanxi.crm.identity.paging import Place
from guanxi.crm.identity.pair_queries import ASKED, OPEN, Facing, Narrowed, facing, next_of
from guanxi.crm.identity.pair_queries import queue as queue_page
from guanxi.crm.identity.previewing import moving_of
from guanxi.crm.identity.services import Asker, NotThereError, decide
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import institution_tree
from guanxi.crm.party.models import Party, PartyKind
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.charts import Chart, Series
from guanxi.crm.web.customer.frame import reaches
from guanxi.crm.web.customers.listing import institution_options
from guanxi.crm.web.identity.words import field_word, level_word
from guanxi.crm.web.request import StaffRequest

MOST_AT_ONCE = 100


def asker(request: StaffRequest) -> Asker:
    """Who acts, as far as the verb edit reaches."""
    return Asker(staff_id=request.user.id, scope=request.scopes[Verb.EDIT])


def narrowed_by(request: StaffRequest, given: QueryDict) -> Narrowed:
    """The filters of an address; what is none of ours is left out."""
    kind, reason, place = (given.get(name, "") for name in ("kind", "reason", "institution"))
    tree = institution_tree(request.display.version)
    return Narrowed(
        kind=kind if kind in PartyKind.values else "",
        reason=reason if reason in Reason.values and reason else None,
        institutions=tree.below([place]) if place in tree.nodes else (),
        state=ASKED if given.get("state") == ASKED else OPEN,
    )


def filters_of(given: QueryDict) -> str:
    """The filters again, for the addresses of a page."""
    return urlencode([(name, given[name]) for name in ("kind", "reason", "institution", "state") if given.get(name)])


@only_for(Area.IDENTITY)
def queue(request: StaffRequest) -> HttpResponseBase:
    """The pairs that wait, the most money at stake first; several can be decided at once."""
    if request.method == "POST":
        return _several(request)
    found = queue_page(request.scope, narrowed_by(request, request.GET), Place.of(request.GET.get("after", "")))
    context = {
        "queue": found,
        "filters": filters_of(request.GET),
        "given": request.GET,
        "kinds": PartyKind.choices,
        "reasons": [(value, label) for value, label in Reason.choices if value],
        "places": institution_options(request),
        "most": MOST_AT_ONCE,
    }
    return render(request, "web/identity/queue.html#list" if request.is_partial else "web/identity/queue.html", context)


def _several(request: StaffRequest) -> HttpResponse:
    verdict = request.POST.get("verdict", "")
    chosen = [pair.split("~") for pair in request.POST.getlist("chosen")][:MOST_AT_ONCE]
    done, refused = 0, 0
    if verdict in (Verdict.SAME, Verdict.DIFFERENT):
        for left, *right in chosen:
            try:
                decide(asker=asker(request), left=left, right=right[0] if right else "", verdict=verdict)
                done += 1
            except (NotThereError, MergeError, BusyError):
                refused += 1
    said = ngettext("%(number)s pair decided.", "%(number)s pairs decided.", done) % {"number": done}
    if refused:
        said += " " + ngettext(
            "%(number)s could not be: somebody was faster, or a number has changed since.",
            "%(number)s could not be: somebody was faster, or numbers have changed since.",
            refused,
        ) % {"number": refused}  # fmt: skip
    messages.success(request, said)
    return redirect(f"{reverse('identity')}?{filters_of(request.POST)}")


@only_for(Area.IDENTITY)
def pair(request: StaffRequest, left_record: str, right_record: str) -> HttpResponseBase:
    """One pair; a word said of it leads to the next."""
    try:
        found = facing(request.scope, left_record, right_record, request.business_date)
    except Pair.DoesNotExist:
        raise Http404 from None
    given = request.POST if request.method == "POST" else request.GET
    narrowed = narrowed_by(request, given)
    problem = ""
    if request.method == "POST" and given.get("verdict") in Verdict.values:
        try:
            said = decide(
                asker=asker(request),
                left=left_record,
                right=right_record,
                verdict=given["verdict"],
                reason=given.get("reason", "")[:200],
                note=given.get("note", "")[:500],
                whom=given.get("whom", ""),
            )
        except NotThereError:
            raise Http404 from None
        except (MergeError, BusyError) as refused:
            problem = str(refused)
        else:
            _told(request, said)
            return _onwards(request, request.scope, narrowed, found.place, filters_of(given))
    context = _page(request, found, narrowed, filters_of(given))
    return render(
        request,
        "web/identity/pair.html",
        {**context, "problem": problem, "given": given},
        status=409 if problem else 200,
    )


def _told(request: StaffRequest, said: Decision) -> None:
    words = {
        Verdict.SAME: _("Now one customer."),
        Verdict.DIFFERENT: _("Kept apart for ever."),
        Verdict.ASK: _("Asked. The answer brings the pair back."),
    }[Verdict(said.verdict)]
    link = format_html(
        '{} <a href="{}" data-key="u">{}</a>', words, reverse("identity-verdict-take-back", args=[said.pk]), _("Undo")
    )
    messages.success(request, link)


def _onwards(request: StaffRequest, scope: Scope, narrowed: Narrowed, place: Place, filters: str) -> HttpResponse:
    following = next_of(scope, narrowed, place)
    if following is None:
        return redirect(f"{reverse('identity')}?{filters}")
    return redirect(f"{reverse('identity-pair', args=following)}?{filters}")


def _page(request: StaffRequest, found: Facing, narrowed: Narrowed, filters: str) -> dict[str, Any]:
    following = next_of(request.scope, narrowed, found.place)
    parties: tuple[Party, Party] = (found.left.party, found.right.party)
    kept, gone = survivor(*parties) if not found.is_one else (parties[0], parties[0])
    return {
        "facing": found,
        "sides": (found.left, found.right),
        "lines": [(field_word(line.field), line) for line in found.lines],
        "chart": waterfall_of(found.pair),
        "kept": kept,
        "gone": gone,
        "moving": moving_of(gone.pk) if not found.is_one else (),
        "filters": filters,
        "following": reverse("identity-pair", args=following)
        if following and following != (found.pair.left_id, found.pair.right_id)
        else "",
        "may_reveal": all(reaches(request.scopes[Verb.REVEAL], one) for one in parties),
    }


def waterfall_of(pair: Pair) -> Chart | None:
    """How each field moved the odds, in bits; None where the pair carries no weights."""
    steps = pair.steps
    if not steps:
        return None
    labels = [f"{field_word(step['field'])}\n{level_word(step.get('level') or '')}".strip() for step in steps]
    values = [Decimal(str(step["bits"])) for step in steps]
    total = sum(values, Decimal(0))
    return Chart(
        id="weights",
        kind="waterfall",
        finding=_("The fields speak for one customer by %(bits)s bits") % {"bits": f"{total:.1f}"}
        if total >= 0
        else _("The fields speak against one customer by %(bits)s bits") % {"bits": f"{-total:.1f}"},
        what=_("Match weight of each field: every bit up doubles the odds, every bit down halves them"),
        at=(),
        labels=labels,
        series=[Series(_("Match weight"), values, 1)],
        measure="count",
        axis=_("Field"),
    )
