"""Leads through the front door: the list, one by hand, given, accepted, converted; and the public form."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.crm.audit.models import Entry
from guanxi.crm.party.models import ContactPoint
from guanxi.crm.sales.lead_first_words import CONSENT_EN
from guanxi.crm.sales.models import Lead, LeadStep, Opportunity
from tests.sales.leads import lead_in
from tests.taking import book_of, taken
from tests.web.conftest import PARTIAL

pytestmark = pytest.mark.django_db


def listed(client, query: str = "") -> list[str]:
    response = client.get(f"/leads/{query}")
    assert response.status_code == 200
    return re.findall(r'<a href="/leads/\d+/">([^<]+)</a>', response.text)


def form(name: str = "周明", **more) -> dict[str, str]:
    return {"key": str(uuid4()), "kind": "person", "name": name, "source": "counter"} | more


def test_the_list_shows_what_is_open_within_the_scope(cast, sign_in):
    for place, manager, name in (("B11", "1111", "Ai's"), ("B11", None, "Pool"), ("B21", "1211", "Zhu's")):
        lead_in(place, name, manager=manager)
    over = lead_in("B11", "Over", manager="1111")
    Lead.objects.filter(pk=over.pk).update(state="closed", closing="unfit")
    ai, bo, zhu = (sign_in(one, language="en") for one in (cast.ai, cast.bo, cast.zhu))
    assert listed(ai) == ["Ai&#x27;s"]
    assert listed(bo) == ["Pool", "Ai&#x27;s"]
    assert listed(zhu) == ["Zhu&#x27;s"]
    assert listed(bo, "?only=pool") == ["Pool"]
    assert listed(bo, "?state=closed") == ["Over"]
    assert zhu.get(f"/leads/{over.pk}/").status_code == 404
    assert sign_in(cast.yu).get("/leads/").status_code == 403
    with CaptureQueriesContext(
        connection,
    ) as queries:
        bo.get("/leads/")
    whole = len(queries)
    for number in range(30):
        lead_in("B11", f"N{number}", manager="1111")
    with CaptureQueriesContext(connection) as queries:
        bo.get("/leads/")
    assert len(queries) == whole <= 12
    part = bo.get("/leads/", headers=PARTIAL).text
    assert "<!doctype" not in part.lower()
    assert "N29" in part
    sheet = list(book_of(taken(ai, "leads")).active.iter_rows(min_row=5, values_only=True))
    assert "Ai's" in {row[0] for row in sheet}
    assert "Zhu's" not in {row[0] for row in sheet}


def test_a_lead_by_hand_shows_its_twins_first_and_is_made_once(cast, sign_in):
    mobile = ContactPoint.objects.get(party_id=cast.person.id, kind="mobile").value
    client = sign_in(cast.ai, language="en")
    sent = form(phone=mobile, to="me")
    asked = client.post("/leads/new/", sent)
    assert asked.status_code == 409
    assert cast.person.name in asked.text
    assert mobile not in asked.text.replace(f'value="{mobile}"', "")
    assert not Lead.objects.exists()
    sent["checked"] = asked.context["mark"]
    for _tap in range(2):
        made = client.post("/leads/new/", sent)
        assert made.status_code == 302
    lead = Lead.objects.get()
    assert (lead.manager_id, lead.state, lead.source) == ("1111", "accepted", "counter")
    page = client.get(made.headers["Location"]).text
    assert "138****" in page
    assert mobile not in page
    # Who does not see the customer is asked nothing and told nothing.
    other = sign_in(cast.zhu).post("/leads/new/", form(phone=mobile, to="me"))
    assert other.status_code == 302
    wrong = client.post("/leads/new/", form("", phone="12", identifier="330106199001011234"))
    assert wrong.status_code == 422
    shared = client.post("/leads/new/", form("分配", to="rules"))
    assert shared.status_code == 302
    assert Lead.objects.get(name="分配").manager_id in ("1111", "1112")


def test_two_who_edit_see_both_versions(cast, sign_in):
    lead = lead_in("B11", "原名", manager="1111", phone="13800001111")
    ai, bo = sign_in(cast.ai, language="en"), sign_in(cast.bo)
    with CaptureQueriesContext(connection) as queries:
        assert ai.get(f"/leads/{lead.pk}/").status_code == 200
    assert len(queries) <= 17
    changed = {"version": "1", "kind": "person", "name": "新名", "source": "hand"}
    assert bo.post(f"/leads/{lead.pk}/", changed).status_code == 302
    stale = ai.post(f"/leads/{lead.pk}/", changed | {"name": "别名"})
    assert stale.status_code == 409
    assert ("新名", "别名") in [(stands, typed) for _label, stands, typed in stale.context["differences"]]
    assert 'name="version" value="2"' in stale.text
    lead.refresh_from_db()
    assert (lead.name, lead.phone, lead.version) == ("新名", "13800001111", 2)
    assert sign_in(cast.zhu).post(f"/leads/{lead.pk}/", changed).status_code == 404


def test_given_accepted_sent_back_closed_and_opened_again(cast, sign_in):
    first, second = lead_in("B11", "一"), lead_in("B11", "二")
    far = lead_in("B21", "远")
    bo, ai = sign_in(cast.bo, language="en"), sign_in(cast.ai, language="en")
    asked = bo.post("/leads/assign/", {"chosen": [first.pk, second.pk, far.pk]})
    assert [one.name for one in asked.context["leads"]] == ["二", "一"]
    assert {one.staff_id for one, _name, _place in asked.context["takers"]} == {"1111", "1112", "1121"}
    assert ai.post("/leads/assign/", {"chosen": [first.pk], "to": "1112"}).status_code == 403
    bo.post("/leads/assign/", {"chosen": [first.pk, second.pk, far.pk], "to": "1111"})
    assert set(Lead.objects.filter(state="assigned").values_list("name", flat=True)) == {"一", "二"}
    assert "2 wait for you" in ai.get("/leads/").text
    assert listed(ai, "?only=to_accept") == ["二", "一"]
    ai.post("/leads/accept/", {"chosen": [first.pk]})
    second.refresh_from_db()
    assert ai.post(f"/leads/{second.pk}/act/", {"version": second.version, "send_back": "1"}).status_code == 422
    sent = {"version": second.version, "send_back": "1", "text": "不在辖区"}
    assert ai.post(f"/leads/{second.pk}/act/", sent).status_code == 302
    assert ai.post(f"/leads/{second.pk}/act/", sent).status_code == 404
    second.refresh_from_db()
    assert (second.state, second.manager_id, second.recycled) == ("pool", None, 1)
    first.refresh_from_db()
    assert first.state == "accepted"
    assert ai.post(f"/leads/{first.pk}/act/", {"version": 1, "closing": "unfit"}).status_code == 409
    assert ai.post(f"/leads/{first.pk}/act/", {"version": first.version, "closing": "unfit"}).status_code == 302
    first.refresh_from_db()
    assert (first.state, first.closing) == ("closed", "unfit")
    ai.post(f"/leads/{first.pk}/act/", {"version": first.version, "reopen": "1"})
    first.refresh_from_db()
    assert (first.state, first.manager_id) == ("accepted", "1111")
    kinds = list(LeadStep.objects.filter(lead=first).order_by("id").values_list("kind", flat=True))
    assert kinds == ["made", "assigned", "accepted", "closed", "reopened"]


def test_a_lead_becomes_a_customer_with_an_opportunity_and_without_retyping(cast, sign_in):
    mobile = ContactPoint.objects.get(party_id=cast.person.id, kind="mobile").value
    lead = lead_in("B11", cast.person.name, manager="1111", phone=mobile, product="wealth", amount=500_000)
    ai = sign_in(cast.ai, language="en")
    page = ai.get(f"/leads/{lead.pk}/convert/")
    assert page.context["twins"][0].number == cast.person.id
    assert page.context["form"]["amount"].value() == 500_000
    sent = {
        name: page.context["form"][name].value() or ""
        for name in ("version", "title", "product", "amount", "expected_on")
    }
    missing = ai.post(f"/leads/{lead.pk}/convert/", sent | {"party": cast.outside.id})
    assert missing.status_code == 422
    for _tap in range(2):
        ai.post(f"/leads/{lead.pk}/convert/", sent | {"party": cast.person.id, "opportunity": "on"})
    lead.refresh_from_db()
    opened = Opportunity.objects.get()
    assert (lead.state, lead.party_id, lead.opportunity_id) == ("converted", cast.person.id, opened.pk)
    assert (opened.party_id, opened.origin, opened.origin_id) == (cast.person.id, "lead", str(lead.pk))
    assert (opened.amount, opened.owner_id) == (500_000, "1111")
    page = ai.get(f"/leads/{lead.pk}/").text
    assert f"/customers/{cast.person.id}/" in page
    firm = lead_in("B11", "新企业", manager="1111", kind="organisation")
    ai.post(f"/leads/{firm.pk}/convert/", {"version": 1, "party": ""})
    firm.refresh_from_db()
    assert (firm.state, firm.party_id) == ("prospect", None)
    assert sign_in(cast.zhu).get(f"/leads/{lead.pk}/convert/").status_code == 404


def test_a_phone_is_shown_with_a_reason_which_the_log_keeps(cast, sign_in):
    lead = lead_in(
        "B11", "电", manager="1111", phone="13812345678", kind="organisation", identifier="91110108551385082Q"
    )
    ai = sign_in(cast.ai)
    assert "91110108551385082Q" in ai.get(f"/leads/{lead.pk}/").text  # public by law
    address = f"/leads/{lead.pk}/reveal/phone/"
    assert "13812345678" not in ai.get(address, headers=PARTIAL).text
    shown = ai.post(address, {"why": "contact", "reason": "联系 13812345678"}, headers=PARTIAL)
    assert "13812345678" in shown.text
    entry = Entry.objects.filter(action="reveal").order_by("-id")[0]
    assert (entry.object_id, entry.detail["field"]) == (f"lead/{lead.pk}/phone", "sales.Lead.phone")
    assert "13812345678" not in str(entry.detail)
    assert ai.get(f"/leads/{lead.pk}/reveal/identifier/").status_code == 404
    assert sign_in(cast.he).get(address).status_code == 403
    assert sign_in(cast.zhu).get(address).status_code == 404


def test_the_rules_are_explained(cast, sign_in):
    page = sign_in(cast.ai, language="en").get("/leads/rules/").text
    for words in ("Referred by a colleague or a customer", "All others by turns", "8.0 working hours"):
        assert words in page


# The public form


def asks(**more) -> dict[str, str]:
    return {
        "key": str(uuid4()), "kind": "person", "name": "网客", "phone": "13700001111", "city": "杭州",
        "product": "loan", "agreed": "on",
    } | more  # fmt: skip


def test_the_public_form_makes_one_lead_with_its_consent(cast):
    client = Client(headers={"accept-language": "en"})
    page = client.get("/apply/")
    assert CONSENT_EN[:40] in page.text
    assert page.headers["Cache-Control"].startswith("max-age=0")
    sent = asks(text="希望了解经营贷")
    for _tap in range(2):
        assert client.post("/apply/", sent).headers["Location"] == "/apply/thanks/"
    lead = Lead.objects.get()
    assert (lead.source, lead.consent_text, lead.institution_id) == ("web", CONSENT_EN, "B1")
    assert lead.consented_at
    assert (lead.state, lead.accept_by is not None) == ("assigned", True)
    assert client.get("/apply/thanks/").status_code == 200
    firm = asks(kind="organisation", company="网上公司", city="", phone="0571-88880000")
    client.post("/apply/", firm)
    made = Lead.objects.get(name="网上公司")
    assert (made.contact_name, made.kind, made.institution_id) == ("网客", "organisation", "B0")


def test_the_public_form_keeps_nothing_of_programs_nor_without_consent(cast, settings):
    client = Client()
    assert client.post("/apply/", asks(website="https://spam.example")).status_code == 302
    for wrong in (asks(agreed=""), asks(phone="123"), asks(kind="organisation"), asks(name="")):
        assert client.post("/apply/", wrong).status_code == 422
    assert not Lead.objects.exists()
    assert Client(enforce_csrf_checks=True).post("/apply/", asks()).status_code == 403
    settings.RATE_LIMITS = True
    answers = [client.post("/apply/", asks(phone="1")).status_code for _try in range(21)]
    assert answers[0] == 422
    assert answers[-1] == 429


def test_a_lead_whose_customer_is_erased_is_met_by_nobody(cast, sign_in):
    from guanxi.crm.consent.models import Limit

    lead = lead_in("B11", cast.person.name, manager="1111")
    Lead.objects.filter(pk=lead.pk).update(party_id=cast.person.id)
    Limit.objects.create(party_id=cast.person.id, kind="erasure", reason="x")
    ai = sign_in(cast.ai)
    assert listed(ai) == []
    assert ai.get(f"/leads/{lead.pk}/").status_code == 404
