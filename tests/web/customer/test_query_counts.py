"""The number of queries of each screen does not grow with what it shows."""

from __future__ import annotations

import copy

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.crm.holding.models import Agreement, AgreementParty, Event
from guanxi.crm.insight.models import AgreementFigure, AgreementMonth
from guanxi.crm.kernel.sealed import open_all
from guanxi.crm.party.models import ContactPoint, PartyRelation
from tests.cast.bank import DAY
from tests.web.customer.test_outsiders import addresses, agreement_of

pytestmark = pytest.mark.django_db

# One of them is whether the customer may be contacted.
MOST = 17
# The first page tells besides what the morning list says of the customer; the group, who owns it through all chains and
# what the group comes to.
MORE = {"customer": 5, "customer-group": 2}


def count(client, address: str) -> int:
    client.get(address)  # what is remembered for the whole process is remembered now
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(queries)


def grow(party_id: str, others: list[str], first: int) -> None:
    """As many more of everything that a customer can have many of as there are ``others`` to relate to."""
    held = Agreement.objects.filter(party_id=party_id).order_by("id").first()
    figure = AgreementFigure.objects.get(business_date=DAY, agreement_id=held.id)
    month = AgreementMonth.objects.filter(agreement_id=held.id).order_by("-month").first()
    event = Event.objects.filter(party_id=party_id).first()
    made: dict[type, list] = {}
    for number, other in enumerate(others, first):
        for row, changes in (
            (held, {"id": f"G{number:05d}"}),
            (figure, {"agreement_id": f"G{number:05d}"}),
            (month, {"agreement_id": f"G{number:05d}"}),
            (event, {"event_id": f"G{number:05d}"}),
        ):
            if row is not None:
                open_all(row)
                new = copy.copy(row)
                for name, value in changes.items():
                    setattr(new, name, value)
                made.setdefault(type(row), []).append(new)
        made.setdefault(AgreementParty, []).append(
            AgreementParty(agreement_id=f"G{number:05d}", party_id=other, role="joint_holder")
        )
        made.setdefault(ContactPoint, []).append(
            ContactPoint(party_id=party_id, kind="email", sequence_no=50 + number, value=f"{number}@mail.example")
        )
    made[PartyRelation] = [PartyRelation(party_id=one, related_party_id=party_id, kind="other") for one in others]
    for model, rows in made.items():
        model._base_manager.bulk_create(rows)


@pytest.mark.parametrize("whose", ["person", "company"])
def test_screens_of_a_customer(cast, sign_in, whose):
    party = getattr(cast, whose)
    client = sign_in(cast.ai)
    found = addresses(party.id, agreement_of(cast, party.id))
    if whose == "person":
        del found["customer-group"]
        found.pop("customer-linkage", None)
    others = [one.id for one in cast.parties.values() if one.id != party.id]
    counts = []
    for first, last in ((0, 5), (5, 45)):
        grow(party.id, others[first:last], first)
        counts.append({name: count(client, address) for name, address in found.items()})
    grown = {name: number for name, number in counts[1].items() if number > counts[0][name]}
    assert grown == {}
    assert {name: number for name, number in counts[0].items() if number > MOST + MORE.get(name, 0)} == {}


@pytest.mark.parametrize("staff", ["ai", "bo", "he"])
def test_the_catalogue(cast, sign_in, staff):
    client = sign_in(getattr(cast, staff))
    for address in ("/products/", "/products/?all=1", "/products/D002/", "/products/D002/holders/"):
        assert count(client, address) <= 8, address
