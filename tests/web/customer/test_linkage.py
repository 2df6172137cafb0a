"""Corporate-retail linkage on a company's page: who stands around it, and nothing of whom one does not see."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from guanxi.crm.consent.models import Limit
from guanxi.crm.insight.models import CompanyLink, CustomerFigure
from guanxi.crm.org.models import Post
from guanxi.crm.sales.models import Lead
from tests.cast.around import STRANGER
from tests.web.conftest import PARTIAL

pytestmark = pytest.mark.django_db


def page(client, company: str, **more):
    return client.get(reverse("customer-linkage", args=[company]), **more)


def card(text: str, name: str) -> str:
    """One card of the page."""
    found = re.search(rf'<section class="gx-card" aria-labelledby="h-{name}">(.*?)</section>', text, re.DOTALL)
    assert found, name
    return found[1]


def standings(text: str) -> list[str]:
    return re.findall(r'data-standing="(\w+)"', text)


def test_a_company_shows_who_stands_around_it(cast, sign_in):
    company = cast.company
    text = page(sign_in(cast.he, "en"), company.id).text
    for role in ("owner", "manager", "supplier", "buyer"):
        rows = CompanyLink.objects.filter(party_id=company.id, role=role)
        part = card(text, role)
        assert len(standings(part)) == rows.count() > 0
        for row in rows:
            if row.other_id:
                assert f'href="/customers/{row.other_id}/"' in part
                assert cast.parties[row.other_id].name in part
    assert STRANGER in card(text, "buyer")
    assert "/referrals/new/?kind=organisation" in card(text, "buyer")
    assert "/referrals/new/?kind=organisation" not in card(text, "owner")
    assert standings(card(text, "buyer")) == ["stranger"]
    staff = card(text, "staff")
    members = CompanyLink.objects.filter(party_id=company.id, role="staff")
    assert members.count() == 3
    assert re.findall(r'href="/customers/(\w+)/"', staff) == [
        figure.party_id for figure in CustomerFigure.objects.filter(
            party_id__in=members.values("other_id")).order_by("-assets", "-party_id")
    ]  # fmt: skip


def test_of_those_looked_after_elsewhere_no_more_is_shown_than_payments_state(cast, sign_in):
    company = cast.company
    text = page(sign_in(cast.ai, "en"), company.id).text
    outside = [party for party in cast.parties.values() if party.manager_id == cast.zhu.id]
    supplier = next(party for party in outside if party.kind == "organisation")
    person = next(party for party in outside if party.kind == "person")
    # A supplier of the outsider's: its name stands in the company's own payments, all else does not.
    suppliers = card(text, "supplier")
    assert sorted(standings(suppliers)) == ["customer", "elsewhere"]
    assert supplier.name in suppliers
    assert supplier.id not in text
    # A shareholder and member of staff of the outsider's: neither name nor number nor figures, but that there is one.
    assert person.name not in text
    assert person.id not in text
    assert 'data-unnamed="1"' in card(text, "owner")
    figure = cast.figures[person.id]
    for amount in {figure.assets, figure.contribution_r12, cast.figures[supplier.id].assets} - {0}:
        assert f"{amount / 1000:,.1f}" not in card(text, "owner") + suppliers
    staff = card(text, "staff")
    assert len(standings(staff)) == 2
    assert ">3<" in staff


def test_behind_the_wall_a_retail_post_finds_no_company_and_a_corporate_one_no_person(cast, sign_in):
    company = cast.company
    Post.objects.filter(staff=cast.bo).update(line="retail")
    assert page(sign_in(cast.bo), company.id).status_code == 404
    Post.objects.filter(staff=cast.bo).update(line="corporate")
    text = page(sign_in(cast.bo), company.id).text
    for row in CompanyLink.objects.filter(party_id=company.id).exclude(other_id=""):
        other = cast.parties[row.other_id]
        if other.kind == "person":
            assert other.name not in text
            assert other.id not in text
    assert standings(card(text, "supplier"))[0] == "customer"
    # A linkage post of the corporate line sees the persons who are related to its companies, wherever they are.
    Post.objects.filter(staff=cast.bo).update(role="linkage", line="corporate")
    linked = page(sign_in(cast.bo), company.id).text
    owner = CompanyLink.objects.get(party_id=company.id, role="owner", share="0.35").other_id
    assert cast.parties[owner].name in linked


def test_who_is_in_the_register_of_erasures_is_not_named(cast, sign_in):
    company = cast.company
    owner = CompanyLink.objects.get(party_id=company.id, role="owner", share="0.35").other_id
    Limit.objects.create(party_id=owner, kind="erasure", reason="本人要求", set_by=cast.dan)
    text = page(sign_in(cast.ai), company.id).text
    assert cast.parties[owner].name not in text
    assert owner not in text


def test_a_person_has_no_such_page_and_an_empty_one_says_what_belongs_there(cast, sign_in):
    client = sign_in(cast.ai, "en")
    assert page(client, cast.person.id).status_code == 404
    CompanyLink.objects.all().delete()
    assert "Nobody known around this company" in page(client, cast.company.id).text


def test_few_queries_make_it_and_a_fragment_is_its_section(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.ai)
    page(client, cast.company.id)
    # The frame's nine and what waits in the navigation, the links, their figures, and three for the staff.
    with django_assert_max_num_queries(20):
        page(client, cast.company.id)
    assert page(client, cast.company.id, headers=PARTIAL).text.lstrip().startswith('<div id="section"')


def test_leads_of_those_who_are_no_customers_with_one_tap(cast, sign_in):
    client, company = sign_in(cast.ai, "en"), cast.company
    address = reverse("customer-linkage-leads", args=[company.id])
    assert "Make a lead of 1 who is no customer yet" in page(client, company.id).text
    assert "1 lead is made." in client.post(address, follow=True).text
    lead = Lead.objects.get()
    assert (lead.name, lead.source, lead.manager_id, lead.state, lead.kind) == (
        STRANGER, "linkage", cast.ai.id, "accepted", "organisation",
    )  # fmt: skip
    for staff in (cast.ai, cast.bo):
        assert "There are leads of all of them already." in sign_in(staff, "en").post(address, follow=True).text
    assert Lead.objects.count() == 1
    # Of the suppliers who are customers elsewhere none is made; who only sees makes none, and the outsider finds none.
    assert sign_in(cast.ann).post(address).status_code == 403
    assert sign_in(cast.zhu).post(address).status_code == 404
    assert client.get(address).status_code == 405
