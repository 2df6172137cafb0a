"""Relations: two steps far, each party once, and nothing of those who are looked after elsewhere."""

from __future__ import annotations

import pytest
from django.urls import reverse

from guanxi.crm.party.models import Party, PartyRelation
from guanxi.crm.web.links import customer
from tests.cast.bank import DAY

pytestmark = pytest.mark.django_db


def network(client, party):
    return client.get(reverse("customer-network", args=[party.id])).json()


def relate(one, other, kind, **values):
    PartyRelation.objects.bulk_create([PartyRelation(party_id=one, related_party_id=other, kind=kind, **values)])


def test_a_party_outside_the_scope_has_neither_name_nor_number(cast, sign_in):
    outside = cast.outside
    client = sign_in(cast.ai, "en")
    for name in ("customer-relations", "customer-network", "customer-group", "customer"):
        page = client.get(reverse(name, args=[cast.company.id]))
        assert outside.name not in page.text, name
        assert outside.id not in page.text, name
        assert "Another customer" in page.text, name
    everything = sign_in(cast.he, "en").get(reverse("customer-relations", args=[cast.company.id])).text
    assert outside.name in everything
    assert "Another customer" not in everything


def test_nothing_is_followed_beyond_a_party_outside_the_scope(cast, sign_in):
    beyond = next(party for party in cast.parties.values() if party.manager_id == "1221")
    relate(beyond.id, cast.outside.id, "shareholder")
    before = len(network(sign_in(cast.ai), cast.company)["nodes"])
    assert len(network(sign_in(cast.he), cast.company)["nodes"]) == before + 1


def test_the_graph_leads_to_the_customers_and_arrows_say_who_is_what(cast, sign_in):
    found = network(sign_in(cast.ai, "en"), cast.company)
    by_key = {node["key"]: node for node in found["nodes"]}
    assert by_key["n0"]["name"] == cast.company.name
    shown = {party.name: customer(party.id) for party in cast.parties.values()}
    assert all(node["url"] == shown[node["name"]] for node in found["nodes"] if node["kind"] != "hidden")
    assert [node["url"] for node in found["nodes"] if node["kind"] == "hidden"] == [""]
    legal = next(edge for edge in found["edges"] if edge["target"] == "n0" and "Legal representative" in edge["words"])
    assert by_key[legal["source"]]["kind"] == "person"
    assert "Shareholder 35%" in legal["words"]
    assert {node["step"] for node in found["nodes"]} == {0, 1, 2}


def test_relations_that_have_ended_are_left_out(cast, sign_in):
    client = sign_in(cast.ai)
    many = len(network(client, cast.company)["nodes"])
    PartyRelation.objects.filter(party_id=cast.outside.id).update(valid_to=DAY)
    assert len(network(client, cast.company)["nodes"]) == many
    PartyRelation.objects.filter(party_id=cast.outside.id).update(valid_to=DAY.replace(day=19))
    assert len(network(client, cast.company)["nodes"]) == many - 1


def test_a_couple_that_was_delivered_from_both_sides_is_one(cast, sign_in):
    client = sign_in(cast.ai, "en")
    husband = PartyRelation.objects.get(party_id=cast.person.id, kind="spouse").related_party_id
    relate(husband, cast.person.id, "spouse")
    relate(husband, cast.person.id, "household")
    listed = client.get(reverse("customer-relations", args=[cast.person.id])).context["listed"]
    words = [one.relative.words for one in listed if one.relative.node.party_id == husband]
    assert words == ["Spouse"]


def test_staff_are_counted_within_the_scope_and_not_drawn(cast, sign_in):
    staff = [party for party in cast.parties.values() if party.kind == "person" and party.id != cast.person.id][:50]
    PartyRelation.objects.filter(party_id=cast.company.id, kind="employer").delete()
    for party in staff:
        relate(cast.company.id, party.id, "employer")
    for who in (cast.ai, cast.he):
        page = sign_in(who).get(reverse("customer-relations", args=[cast.company.id]))
        seen = [party for party in staff if who is cast.he or party.manager_id == who.id]
        assert page.context["payroll"].count == len(seen)
    drawn = {node["url"] for node in network(sign_in(cast.he), cast.company)["nodes"]}
    assert len(drawn) < 15
    employee = next(party for party in staff if party.manager_id == cast.ai.id)
    around = sign_in(cast.ai, "en").get(reverse("customer-relations", args=[employee.id])).context["listed"]
    assert "Employer" in [one.relative.words for one in around]


def test_the_group_is_a_tree_from_the_topmost_down(cast, sign_in):
    organisations = [party for party in cast.parties.values() if party.kind == "organisation"]
    company, parent = organisations[0], organisations[3]
    daughter, grand = organisations[1], organisations[5]
    relate(company.id, daughter.id, "parent_company", share="0.7")
    relate(daughter.id, grand.id, "parent_company", share="0.6")
    relate(grand.id, company.id, "parent_company")  # a ring, as files have them
    page = sign_in(cast.he, "en").get(reverse("customer-group", args=[company.id]))
    members = [(member.level, member.party_id) for member in page.context["members"]]
    assert (0, company.id) in members
    assert members.index((1, daughter.id)) < members.index((2, grand.id))
    assert (-1, parent.id) in members
    assert len([one for one in members if one[1] == company.id]) == 1


def test_owners_and_managers_are_not_those_whom_the_company_owns(cast, sign_in):
    organisations = [party for party in cast.parties.values() if party.kind == "organisation"]
    parent = organisations[3]
    page = sign_in(cast.he, "en").get(reverse("customer-group", args=[parent.id]))
    people = {one.node.party_id: one.words for one in page.context["people"]}
    assert len(people) == 1
    assert "Actual controller 80%" in next(iter(people.values()))
    assert {member.party_id for member in page.context["members"] if member.level == 1} >= {organisations[0].id}


def test_the_organisations_page_says_what_it_is(cast, sign_in):
    company = Party.objects.get(pk=cast.company.id)
    chinese = sign_in(cast.ai).get(reverse("customer-group", args=[company.id])).text
    english = sign_in(cast.ai, "en").get(reverse("customer-group", args=[company.id])).text
    assert "通用设备制造业" in chinese
    assert "General-purpose machinery" in english
    assert f"{company.employees:,}" in english


def test_a_guarantee_is_told_on_both_sides_and_only_the_role_to_whom_it_does_not_concern(cast, sign_in):
    client = sign_in(cast.ai, "en")
    guarantor = client.get(reverse("customer-holdings", args=[cast.person.id])).context["roles"]
    assert [(role.role, role.other_id) for role in guarantor] == [("guarantor", cast.company.id)]
    borrower = client.get(reverse("customer-holdings", args=[cast.company.id])).context["others"]
    assert [(role.role, role.other_id) for role in borrower] == [("guarantor", cast.person.id)]
    Party.objects.filter(pk=cast.company.id).update(manager_id=cast.zhu.id, institution_id="B21")
    page = client.get(reverse("customer-holdings", args=[cast.person.id]))
    (role,) = page.context["roles"]
    assert (role.hidden, role.number, role.balance, role.agreement_kind) == (True, "", None, "")
    assert cast.company.name not in page.text
