"""The officer's screens: the ranking, one person's days and reasons, and the note of what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import institution_tree
from guanxi.crm.watch.measure import Measure
from guanxi.crm.watch.models import Inquiry
from guanxi.crm.watch.queries import PERIODS, Period, Person, Ranking, days_of, inquiries_of, ranking
from guanxi.crm.watch.services import OwnConductError, note_inquiry
from guanxi.crm.watch.sums import catch_up
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.audit.listing import role_words
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.watch import export  # noqa: F401 - declares what can be taken out here
from guanxi.crm.web.watch.charts import days_chart
from guanxi.crm.web.watch.words import LABELS, Reason, entries_url, reason_of

SHOWN = 100
# While somebody waits for the page, no more than the running day and the one before it are summed.
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the ranking as the page shows it."""

    person: Person
    name: str
    role: str
    place: str
    reasons: tuple[Reason, ...]
    url: str


class NoteForm(forms.Form):
    """What came of looking into it."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=Inquiry.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    note = forms.CharField(
        label=gettext_lazy("What you found"),
        min_length=4,
        max_length=500,
        error_messages={
            "required": gettext_lazy("Say what you found: it stays with the person's record."),
            "min_length": gettext_lazy("Say what you found: it stays with the person's record."),
        },
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )


def days_asked(request: StaffRequest) -> int:
    """7, 30 or 90 days; thirty where nothing or something else is asked for."""
    asked = (request.GET.get("days") or request.POST.get("days") or "").strip()
    return int(asked) if asked in {str(days) for days in PERIODS} else 30


def periods(days: int) -> list[dict[str, Any]]:
    """The choice of periods."""
    return [
        {"days": one, "label": ngettext("%(days)s day", "%(days)s days", one) % {"days": one}, "here": one == days}
        for one in PERIODS
    ]


@require_safe
@only_for(Area.UNUSUAL)
def unusual(request: StaffRequest) -> HttpResponse:
    """Everybody about whom something stands out, the most unusual first; the others on request."""
    catch_up(now=timezone.now(), most=AT_ONCE)
    days = days_asked(request)
    found = ranking(Period.of(timezone.localdate(), days))
    everybody = bool(request.GET.get("all"))
    people = (found.people if everybody else found.unusual)[:SHOWN]
    context = {
        "found": found,
        "rows": rows_of(request, found, people),
        "measures": [LABELS[measure] for measure in Measure],
        "days": days,
        "periods": periods(days),
        "everybody": everybody,
        "measured": len(found.people),
        "waiting": sum(1 for one in found.unusual if one.inquiry is None),
    }
    return render(request, "web/watch/unusual.html", context)


def rows_of(request: StaffRequest, found: Ranking, people: Any) -> list[Row]:
    """The people with names and places; one query."""
    staff = Staff.objects.in_bulk([one.staff_id for one in people])
    tree = institution_tree(request.display.version)
    rows = []
    for one in people:
        known = staff.get(one.staff_id)
        place = tree.label(known.institution_id, request.display.language) if known and known.institution_id else ""
        rows.append(
            Row(
                person=one,
                name=known.name if known else "",
                role=role_words(one.roles),
                place=place,
                reasons=tuple(reason_of(each, one.staff_id, found.period, request.display) for each in one.findings),
                url=f"{reverse('unusual-person', args=[one.staff_id])}?days={found.period.days}" if known else "",
            )
        )
    return rows


@require_safe
@only_for(Area.UNUSUAL)
def person(request: StaffRequest, staff_id: str) -> HttpResponse:
    """One person: what stands out and why, the days, and what was noted before."""
    return _page(request, _staff(staff_id), NoteForm())


@require_POST
@only_for(Area.UNUSUAL)
def look_into(request: StaffRequest, staff_id: str) -> HttpResponse:
    """Notes that it was looked into; nobody does so for themselves."""
    staff = _staff(staff_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, staff, form)
    days = days_asked(request)
    try:
        note_inquiry(
            staff=staff,
            by=request.user,
            period=Period.of(timezone.localdate(), days),
            outcome=form.cleaned_data["outcome"],
            note=form.cleaned_data["note"],
        )
    except OwnConductError:
        messages.error(request, _("Another officer or an auditor looks into what you did yourself."))
    else:
        messages.success(request, _("Noted. It stays with the record and in the audit log."))
    return redirect(f"{reverse('unusual-person', args=[staff_id])}?days={days}")


def _staff(staff_id: str) -> Staff:
    staff = Staff.objects.filter(pk=staff_id).select_related("institution").first()
    if staff is None:
        raise Http404
    return staff


def _page(request: StaffRequest, staff: Staff, form: NoteForm) -> HttpResponse:
    days = days_asked(request)
    found = ranking(Period.of(timezone.localdate(), days))
    one = next((each for each in found.people if each.staff_id == staff.pk), None)
    rows = days_of(staff.pk, found.period)
    reasons = [reason_of(each, staff.pk, found.period, request.display) for each in one.findings] if one else []
    flagged = {each.measure for each in one.findings} if one else set()
    counts = [
        {
            "label": LABELS[measure],
            "count": one.counts[measure] if one else 0,
            "url": entries_url(staff.pk, found.period, measure),
            "flagged": measure in flagged,
        }
        for measure in Measure
    ]
    context = {
        "staff": staff,
        "person": one,
        "reasons": reasons,
        "counts": counts,
        "all_url": entries_url(staff.pk, found.period),
        "chart": days_chart(rows, found.period, request.display),
        "inquiries": inquiries_of(staff.pk),
        "form": form,
        "own": staff.pk == request.user.pk,
        "days": days,
        "periods": periods(days),
    }
    return render(request, "web/watch/person.html", context, status=422 if form.errors else 200)
