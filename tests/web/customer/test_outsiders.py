"""Whoever a customer does not belong to finds nothing at any of its addresses, in whatever form they are asked for."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from guanxi.crm.web.customer.urls import urlpatterns

pytestmark = pytest.mark.django_db

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}


# For those who may assign customers or audit, or reveal: tests of their own in test_access.py, test_access_privacy.py.
OF_SOME = {"customer-access", "customer-support", "customer-support-end", "customer-linkage-leads", "reveal"}


def addresses(party_id: str, agreement_id: str) -> dict[str, str]:
    """Every address of a customer, found in the URL patterns so that none can be forgotten."""
    values = {"party_id": party_id, "agreement_id": agreement_id, "period": "r12"}
    found = {}
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        names = pattern.pattern.converters
        if "party_id" in names and pattern.name not in OF_SOME:
            found[pattern.name] = reverse(pattern.name, kwargs={name: values[name] for name in names})
    assert len(found) >= 12
    return found


def agreement_of(cast, party_id):
    return next(number for number, held in cast.agreements.items() if held.party_id == party_id)


@pytest.mark.parametrize("fragment", [False, True])
def test_an_outsider_finds_nothing_and_the_manager_everything(cast, sign_in, fragment):
    headers = FRAGMENT if fragment else {}
    company = cast.company.id
    for name, address in addresses(company, agreement_of(cast, company)).items():
        for staff, status in ((cast.ai, 200), (cast.bo, 200), (cast.he, 200), (cast.shen, 200), (cast.zhu, 404)):
            response = sign_in(staff).get(address, headers=headers)
            assert response.status_code == status, f"{staff} at {name}"
            if status == 404:
                assert cast.company.name not in response.text


def test_an_unknown_number_answers_like_one_of_others(cast, sign_in):
    client = sign_in(cast.ai)
    others = client.get(reverse("customer", args=[cast.outside.id]))
    unknown = client.get(reverse("customer", args=["P99999"]))
    assert (others.status_code, unknown.status_code) == (404, 404)
    assert others.text.replace(cast.outside.id, "") == unknown.text.replace("P99999", "")


def test_one_without_customers_and_a_stranger_do_not_come_in(cast, sign_in):
    company = cast.company.id
    for name, address in addresses(company, agreement_of(cast, company)).items():
        assert sign_in(cast.yu).get(address).status_code == 403, name
        assert Client().get(address).status_code == 302, name


def test_an_agreement_of_somebody_else_is_not_found_below_ones_own_customer(cast, sign_in):
    client = sign_in(cast.ai)
    foreign = agreement_of(cast, cast.outside.id)
    other = agreement_of(cast, cast.company.id)
    for agreement in (foreign, other, "A999999"):
        assert client.get(reverse("customer-formula", args=[cast.person.id, "r12", agreement])).status_code == 404


@pytest.mark.parametrize("period", ["2026-12", "2026-13", "1999", "r24", "0000-01"])
def test_a_period_that_is_none_is_not_found(cast, sign_in, period):
    assert sign_in(cast.ai).get(reverse("customer-contribution", args=[cast.person.id, period])).status_code == 404


def test_a_person_has_no_group(cast, sign_in):
    client = sign_in(cast.ai)
    assert client.get(reverse("customer-group", args=[cast.person.id])).status_code == 404
    assert (
        reverse("customer-group", args=[cast.person.id])
        not in client.get(reverse("customer", args=[cast.person.id])).text
    )
