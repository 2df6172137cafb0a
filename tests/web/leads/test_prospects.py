"""An opportunity with a prospect who is no customer yet: on board, list and forecast, and the customer's later on."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.contact.models import Activity, Task
from guanxi.crm.party.models import PartyIdentifier
from guanxi.crm.sales.leads import conversion
from guanxi.crm.sales.models import Lead, Opportunity
from tests.sales.deals import moved, prospective, with_product
from tests.sales.leads import lead_in
from tests.web.conftest import sign_in

__all__ = ["sign_in"]
pytestmark = pytest.mark.django_db


def test_from_the_lead_to_the_opportunity_of_a_prospect_to_the_customers(cast, sign_in):
    number = PartyIdentifier.objects.get(party_id=cast.person.id, kind="resident_id").number
    lead = lead_in("B11", "周末客", manager="1111", product="loan", amount=800_000, identifier=number, text="想贷款")
    ai, address = sign_in(cast.ai, "en"), reverse("lead-convert", args=[lead.pk])
    form = ai.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in ("version", "title", "product", "amount", "expected_on")}
    assert ai.post(address, sent | {"party": "", "opportunity": "on"}).status_code == 302
    lead.refresh_from_db()
    one = Opportunity.objects.get(pk=lead.opportunity_id)
    assert (lead.state, one.party_id, one.lead_id, one.owner_id) == ("prospect", None, lead.pk, "1111")
    assert (one.origin, one.need, one.amount) == ("lead", "想贷款", 800_000)
    # Where opportunities stand, it stands, by the prospect's name and with the way back.
    page = ai.get(f"/leads/{lead.pk}/").text
    assert f'<a href="/opportunities/{one.pk}/">' in page
    for path in (f"/opportunities/{one.pk}/", "/pipeline/?line=loan", "/opportunities/", "/opportunities/?q=周末客"):
        page = ai.get(path).text
        assert f'href="/leads/{lead.pk}/"' in page, path
        assert "周末客" in page, path
    assert "800,000" in sign_in(cast.ai).get("/forecast/").text.replace("80.00", "800,000")
    for staff, status in ((cast.bo, 200), (cast.he, 200), (cast.zhu, 404), (cast.qian, 404)):
        client = sign_in(staff)
        assert client.get(f"/opportunities/{one.pk}/").status_code == status, staff
        assert (f"card-{one.pk}" in client.get("/pipeline/?line=loan").text) is (status == 200), staff
    # A call about it is a call with the prospect; a lead whose opportunity is open is not closed beneath it.
    call = {"kind": "call", "key": str(uuid4()), "at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", "text": "问了利率"}
    assert ai.post(f"/opportunities/{one.pk}/activity/", call).status_code == 302
    done = Activity.objects.get()
    assert (done.party_id, done.lead_id, done.about_id) == (None, lead.pk, str(one.pk))
    for path in (f"/opportunities/{one.pk}/", f"/leads/{lead.pk}/"):
        assert f'href="/leads/{lead.pk}/activities/{done.pk}/"' in ai.get(path).text, path
    closed = ai.post(f"/leads/{lead.pk}/act/", {"version": lead.version, "closing": "unfit"})
    assert (closed.status_code, Lead.objects.get(pk=lead.pk).state) == (422, "prospect")
    # It is changed, priced and moved as every other.
    edit = ai.get(f"/opportunities/{one.pk}/edit/").context["form"]
    values = {name: edit[name].value() for name in edit.fields if edit[name].value() is not None}
    assert ai.post(f"/opportunities/{one.pk}/edit/", {**values, "decider": "本人", "term_days": 365}).status_code == 302
    one = moved(with_product(Opportunity.objects.get(pk=one.pk)), "structure")
    # The account is opened: the customer is found, and what was opened is the customer's.
    assert conversion.link_prospects() == 1
    after = Opportunity.objects.get(pk=one.pk)
    assert (after.party_id, after.institution_id, after.version) == (cast.person.id, "B11", one.version + 1)
    assert f"/opportunities/{one.pk}/" in ai.get(f"/customers/{cast.person.id}/opportunities/").text
    assert Activity.objects.get().party_id == cast.person.id
    assert "问了利率" in ai.get(f"/opportunities/{one.pk}/").text
    # What missed the conversion by a moment goes over with the next night; what is another prospect's stays theirs.
    Activity.objects.update(party=None)
    other = lead_in("B11", "别客", manager="1111")
    for prospect in (lead, other):
        Task.objects.create(key=uuid4(), lead=prospect, title="x", staff=cast.ai, due_on=timezone.localdate())
    assert conversion.link_prospects() == 0
    assert Activity.objects.get().party_id == cast.person.id
    assert set(Task.objects.values_list("lead_id", "party_id", "follows")) == {
        (lead.pk, cast.person.id, True), (other.pk, None, False),
    }  # fmt: skip


def test_by_hand_too_and_the_api_says_whose_it_is(cast, sign_in, client):
    one = prospective(cast.ai)
    found = sign_in(cast.ai).get(f"/api/v1/opportunities/{one.pk}").json()
    assert (found["customer"], found["lead"]) == (None, one.lead_id)
    lead = Lead.objects.get(pk=one.lead_id)
    sign_in(cast.ai).post(reverse("lead-convert", args=[lead.pk]), {"version": lead.version, "party": cast.person.id})
    assert Opportunity.objects.get(pk=one.pk).party_id == cast.person.id
    found = sign_in(cast.ai).get("/api/v1/opportunities").json()["items"]
    assert [(row["customer"]["id"], row["lead"]) for row in found] == [(cast.person.id, None)]


def test_a_book_is_found_by_its_indexes(cast, django_assert_max_num_queries):
    from guanxi.crm.kernel.scope import Scope

    prospective(cast.ai)
    sql = str(Opportunity.objects.visible_to(Scope.own("1111")).query)
    assert "UNION ALL" in sql
    assert " OR " not in sql
