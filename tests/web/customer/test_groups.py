"""Owners and group of a company, circles of guarantees, households: named as far as one may see, added up once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from guanxi.crm.insight.models import CustomerFigure, GroupMember, GuaranteeCircle, HouseholdMember, Ownership
from tests.cast.bank import DAY
from tests.web.customer.test_query_counts import count

pytestmark = pytest.mark.django_db


def own(company, owner, effective, **more):
    values = {"direct_share": effective, "control_share": effective, "controls": False, "is_beneficial": False} | more
    kind = more.pop("owner_kind", owner.kind)
    Ownership.objects.bulk_create(
        [Ownership(party=company, owner=owner, owner_kind=kind, effective_share=effective, **values)]
    )


def loan_of(*parties) -> Decimal:
    return sum(
        CustomerFigure.objects.filter(business_date=DAY, party_id__in=[one.id for one in parties]).values_list(
            "loan", flat=True
        ),
        Decimal(0),
    )


def others_of(cast, kind: str, many: int) -> list:
    """Customers of Ai besides the company and the person themselves."""
    known = {cast.company.id, cast.person.id}
    return [one for one in cast.parties.values() if one.manager_id == cast.ai.id and one.kind == kind
            and one.id not in known][:many]  # fmt: skip


def test_a_company_shows_its_owners_and_its_group_as_far_as_one_may_see(cast, sign_in):
    company, outside, person = cast.company, cast.outside, cast.person
    own(company, person, Decimal("0.420000"), direct_share=Decimal(0), is_beneficial=True)
    own(company, outside, Decimal("0.510000"), controls=True)
    mate = others_of(cast, "organisation", 1)[0]
    GroupMember.objects.bulk_create(
        [GroupMember(party=one, group_id=outside.id, parent_id=company.id) for one in (company, mate, outside)]
    )
    page = sign_in(cast.ai, "en").get(reverse("customer-group", args=[company.id]))
    structure = page.context["structure"]
    assert [(one.party.name, one.effective, one.controls) for one in structure.owners] == [
        ("", Decimal("0.51"), True), (person.name, Decimal("0.42"), False),
    ]  # fmt: skip
    assert [one.party.party_id for one in structure.beneficial] == [person.id]
    assert structure.controller.hidden
    assert structure.parent.party_id == company.id
    assert {one.party_id for one in structure.members} == {company.id, mate.id}
    assert structure.loan == loan_of(company, mate)
    assert "Beneficial owner" in page.text
    assert outside.name not in page.text
    assert outside.id not in page.text
    everything = sign_in(cast.he, "en").get(reverse("customer-group", args=[company.id]))
    assert everything.context["structure"].controller.name == outside.name
    assert everything.context["structure"].loan == loan_of(company, mate, outside)


def test_a_circle_of_guarantees_is_a_graph_and_owes_each_loan_once(cast, sign_in):
    company, outside = cast.company, cast.outside
    mate, other = others_of(cast, "organisation", 2)
    ring = [(company, mate), (mate, outside), (outside, company), (mate, company), (outside, other), (other, outside)]
    GuaranteeCircle.objects.bulk_create(
        [
            GuaranteeCircle(circle_id="R", guarantor=one, party=two, amount=Decimal(1_000_000), agreements=1)
            for one, two in ring
        ]
    )
    client = sign_in(cast.ai, "en")
    page = client.get(reverse("customer-relations", args=[company.id]))
    circle = page.context["circle"]
    assert circle.loan == loan_of(company, mate, other)
    assert circle.hidden == 1
    assert "1 other is looked after elsewhere" in page.text
    graph = client.get(reverse("customer-circle", args=[company.id])).json()
    names = {node["key"]: node["name"] for node in graph["nodes"]}
    assert names["n0"] == company.name
    assert sorted(names.values()) == sorted([company.name, mate.name, other.name, "Another customer"])
    assert {frozenset((names[edge["source"]], names[edge["target"]])) for edge in graph["edges"]} == {
        frozenset((names_of(one, outside), names_of(two, outside))) for one, two in ring
    }
    assert sorted(len(edge["words"]) for edge in graph["edges"] if edge["mutual"]) == [2, 2]
    assert len(graph["edges"]) == len(ring) - 2
    assert all(node["url"] == "" for node in graph["nodes"] if node["kind"] == "hidden")
    assert {node["step"] for node in graph["nodes"]} == {0, 1, 2}
    assert graph["finding"].startswith("4 customers guarantee each other")
    alone = client.get(reverse("customer-circle", args=[cast.person.id])).json()
    assert (len(alone["nodes"]), alone["edges"]) == (1, [])
    assert sign_in(cast.zhu).get(reverse("customer-circle", args=[company.id])).status_code == 404


def names_of(party, outside) -> str:
    return "Another customer" if party == outside else party.name


def test_a_household_shows_whom_one_may_see_and_its_size_costs_no_query(cast, sign_in):
    person = cast.person
    mates = others_of(cast, "person", 6)
    outside = next(one for one in cast.parties.values() if one.kind == "person" and one.manager_id == cast.zhu.id)
    client, address = sign_in(cast.ai, "en"), reverse("customer-relations", args=[person.id])

    def live(*parties):
        HouseholdMember.objects.bulk_create(
            [
                HouseholdMember(party=one, household_id=person.id, probability=Decimal("0.95"), by_relation=True,
                                by_account=False, by_address=True)
                for one in parties
            ]
        )  # fmt: skip

    live(person, outside)
    assert client.get(address).context["household"] is None
    live(mates[0])
    few = count(client, address)
    page = client.get(address)
    assert {one.party.party_id for one in page.context["household"].members} == {person.id, mates[0].id}
    assert page.context["household"].loan == loan_of(person, mates[0])
    assert outside.name not in page.text
    assert "95%" in page.text
    live(*mates[1:])
    assert count(client, address) == few
    assert "household" not in sign_in(cast.ai).get(reverse("customer-group", args=[cast.company.id])).context
