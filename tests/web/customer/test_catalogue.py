"""The product catalogue: rates with their dates, who holds what, and nothing of transfer prices for those who sell."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from guanxi.crm.holding import catalogue_queries
from guanxi.crm.holding.models import Agreement, Product, ProductRate

pytestmark = pytest.mark.django_db


def test_products_by_dimension_without_those_no_longer_sold(cast, sign_in):
    client = sign_in(cast.ai, "en")
    page = client.get(reverse("products"))
    assert [shelf.dimension.value for shelf in page.context["shelves"]] == ["deposit", "loan", "fee", "e_banking"]
    assert page.context["count"] == Product.objects.filter(on_sale=True).count()
    assert "Whole life insurance" not in page.text
    assert "Whole life insurance" in client.get(reverse("products"), {"all": "1"}).text
    loans = client.get(reverse("products"), {"kind": "loan"})
    assert {entry.product.kind for shelf in loans.context["shelves"] for entry in shelf.entries} == {"loan"}


def test_the_rate_shown_is_the_one_in_force(cast, sign_in):
    ProductRate.objects.bulk_create(
        ProductRate(product_id="D002", currency="CNY", term_days=term, valid_from=day, annual_rate=Decimal(rate))
        for term, day, rate in (
            (365, datetime.date(2026, 12, 1), "0.014"),
            (730, datetime.date(2026, 2, 1), "0.018"),
            (1095, datetime.date(2027, 1, 1), "0.03"),
        )
    )
    client = sign_in(cast.ai, "en")
    entry = next(
        entry
        for shelf in client.get(reverse("products")).context["shelves"]
        for entry in shelf.entries
        if entry.product.id == "D002"
    )
    assert (entry.lowest, entry.highest) == (Decimal("0.015500"), Decimal("0.018000"))
    rows = {row.line.term_days: row for row in client.get(reverse("product", args=["D002"])).context["rates"]}
    assert (rows[365].now.annual_rate, rows[365].before.annual_rate) == (Decimal("0.0155"), Decimal("0.0175"))
    assert rows[365].announced.annual_rate == Decimal("0.014")
    assert rows[1095].now is None


def test_transfer_prices_are_not_for_those_who_sell(cast, sign_in):
    assert "Transfer price" not in sign_in(cast.ai, "en").get(reverse("product", args=["D002"])).text
    assert "Transfer price" not in sign_in(cast.bo, "en").get(reverse("product", args=["D002"])).text
    assert "Transfer price" in sign_in(cast.ann, "en").get(reverse("product", args=["D002"])).text


@pytest.mark.parametrize("who", ["ai", "qian", "bo", "he"])
def test_holders_are_counted_once_each_within_the_scope(cast, sign_in, who):
    staff = getattr(cast, who)
    Agreement.objects.filter(pk="A000002").update(product_id="D001", kind="demand_deposit")
    seen = {
        held.party_id
        for held in Agreement.objects.filter(product_id="D001", closed_on__isnull=True)
        if who == "he"
        or (who == "bo" and cast.parties[held.party_id].institution_id in ("B1", "B11", "B12"))
        or cast.parties[held.party_id].manager_id == staff.id
    }
    answer = sign_in(staff).get(reverse("product-holders", args=["D001"]))
    assert answer.context["holders"].count == len(seen)


def test_counting_stops_at_its_limit(cast, sign_in, monkeypatch):
    monkeypatch.setattr(catalogue_queries, "HOLDERS_COUNTED", 5)
    answer = sign_in(cast.he, "en").get(reverse("product-holders", args=["D001"]))
    assert (answer.context["holders"].count, answer.context["holders"].more) == (5, True)
    assert "5+" in answer.text


def test_the_link_beside_the_count_leads_to_those_who_hold_such_a_product(cast, sign_in):
    client = sign_in(cast.ai, "en")
    answer = client.get(reverse("product-holders", args=["W001"])).text
    address = re.search(r'href="([^"]+)"', answer)
    assert address
    page = client.get(address.group(1)).text
    mine = [party for party in cast.parties.values() if party.manager_id == cast.ai.id]
    holds = {held.party_id for held in cast.agreements.values() if held.kind == "wealth"}
    assert {party.id for party in mine if f">{party.name}<" in page} == {one.id for one in mine if one.id in holds}


def test_what_is_not_there_is_not_found(cast, sign_in):
    client = sign_in(cast.ai)
    assert client.get(reverse("product", args=["X999"])).status_code == 404
    assert client.get(reverse("product-holders", args=["X999"])).status_code == 404
    assert sign_in(cast.yu).get(reverse("product-holders", args=["D001"])).status_code == 403
    assert sign_in(cast.yu).get(reverse("product", args=["D001"])).status_code == 200
