"""The public form: anybody asks something of the bank, and agrees to be contacted about it.

It stands before the sign-in, so it gives nothing away: whoever is known already gets the same answer. It is counted by
address, has a field that only programs fill, and makes one lead however often it is sent.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.org.models import Institution
from guanxi.crm.org.queries import institution_tree
from guanxi.crm.party.models import PartyKind
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.lead_codes import LeadSource
from guanxi.crm.sales.leads.giving import assign_by_rules, setup
from guanxi.crm.sales.leads.services import Consent, Details, take_in_lead
from guanxi.crm.web.leads.forms import PublicForm


@login_not_required
@never_cache
def apply(request: HttpRequest) -> HttpResponse:
    """The form, and what is sent with it."""
    how, language = setup(), get_language() or "zh-hans"
    places = list(Institution.objects.exclude(city="").order_by("depth", "path").values_list("city", "id", "kind"))
    cities = sorted({city for city, _number, _kind in places})
    form = PublicForm(request.POST if request.method == "POST" else None, cities=cities, initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        # What only a program fills: it is thanked, and nothing is kept.
        if not found["website"]:
            try:
                _take(found, how.consent(language), _place(found["city"], places, how))
            except SalesError as refused:
                form.add_error(refused.field if refused.field in form.fields else None, str(refused))
                return _page(request, form, how.consent(language))
        return HttpResponseRedirect(reverse("apply-thanks"))
    return _page(request, form, how.consent(language))


def _page(request: HttpRequest, form: PublicForm, consent: str) -> HttpResponse:
    context = {"form": form, "consent": consent, "bank": settings.BANK_NAME}
    return render(request, "web/leads/apply.html", context, status=422 if form.is_bound else 200)


def _place(city: str, places: list[tuple[str, str, str]], how: Any) -> str:
    """The institution whose pool the lead falls into: the branch of the city, else the bank's own choice."""
    in_city = [number for its, number, kind in places if its == city and kind == Institution.Kind.BRANCH]
    if in_city:
        return in_city[0]
    if how.web_institution_id:
        return str(how.web_institution_id)
    top = Institution.objects.order_by("depth", "path").values_list("id", flat=True).first()
    if top is None:
        raise SalesError(_("The bank does not take this in yet. Please call us."))
    return top


def _take(found: dict[str, Any], consent: str, institution_id: str) -> None:
    firm = found["kind"] == PartyKind.ORGANISATION
    details = Details(
        kind=found["kind"],
        name=found["company"] if firm else found["name"],
        contact_name=found["name"] if firm else "",
        phone=found["phone"],
        city=found["city"],
        product=found["product"],
        source=LeadSource.WEB,
        text=found["text"],
    )
    taken = take_in_lead(
        key=found["key"],
        by=None,
        details=details,
        institution_id=institution_id,
        consent=Consent(text=consent, at=timezone.now()),
    )
    if taken.made:
        with entered(SYSTEM):
            assign_by_rules(scope=SYSTEM, by=None, lead_ids=[taken.lead.pk], tree=institution_tree(0))


@login_not_required
@never_cache
def thanks(request: HttpRequest) -> HttpResponse:
    """What comes next."""
    return render(request, "web/leads/thanks.html", {"bank": settings.BANK_NAME})
