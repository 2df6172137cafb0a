"""The overview answers: who is this, what is it worth, what next?"""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from guanxi.crm.holding.models import Agreement
from guanxi.crm.insight.models import Assumption, CustomerFigure, Publication, TierChange
from guanxi.crm.party.models import ContactPoint, PartyIdentifier
from tests.cast.bank import DAY

pytestmark = pytest.mark.django_db


def overview(client, party, **headers):
    response = client.get(reverse("customer", args=[party.id]), headers=headers)
    assert response.status_code == 200
    return response


def titles(client, party):
    return [fact.title for fact in overview(client, party).context["facts"]]


def test_the_head_says_who_it_is_and_what_it_is_worth(cast, sign_in):
    figure = cast.figures[cast.person.id]
    page = overview(sign_in(cast.ai, "en"), cast.person).text
    for words in (cast.person.name, cast.person.id, "West Lake Sub-branch", cast.ai.name, "138****0000"):
        assert words in page
    assert f"{figure.assets.scaleb(-3):,.1f}" in page
    assert f"{figure.contribution_r12.scaleb(-3):,.1f}" in page


def test_a_page_and_its_fragment_are_the_same_template(cast, sign_in):
    client = sign_in(cast.ai)
    page, part = overview(client, cast.person), overview(client, cast.person, **{"HX-Request-Type": "partial"})
    assert part.text.strip() in page.text
    assert "<html" not in part.text
    assert "<h1" not in part.text


def test_a_customer_without_figures_says_what_will_stand_there(cast, sign_in):
    CustomerFigure.objects.filter(party_id=cast.person.id).delete()
    client = sign_in(cast.ai, "en")
    assert "No figures are published for this customer yet" in overview(client, cast.person).text
    for name in ("customer-value", "customer-tiers", "customer-holdings"):
        assert client.get(reverse(name, args=[cast.person.id])).status_code == 200


def test_before_the_first_night_there_is_no_customer(cast, sign_in):
    Publication.objects.all().delete()
    assert sign_in(cast.ai).get(reverse("customer", args=[cast.person.id])).status_code == 404


def test_risks_come_first(cast, sign_in):
    loan = Agreement.objects.filter(party_id=cast.company.id, kind="loan").first()
    assert loan
    Agreement.objects.filter(pk=loan.id).update(
        days_overdue=95, overdue_amount=Decimal("1200.50"), risk_grade="substandard"
    )
    facts = overview(sign_in(cast.ai, "en"), cast.company).context["facts"]
    assert [fact.title for fact in facts][:2] == ["95 days overdue", "Loan graded substandard or worse"]
    assert "1,200.50 CNY" in facts[0].text


def test_maturities_are_told_thirty_days_ahead_and_not_longer(cast, sign_in):
    held = Agreement.objects.filter(party_id=cast.person.id, kind="term_deposit").first()
    assert held
    client = sign_in(cast.ai, "en")
    for days, told in ((-1, False), (0, True), (30, True), (31, False)):
        Agreement.objects.filter(party_id=cast.person.id).update(maturity_date=None)
        Agreement.objects.filter(pk=held.id).update(maturity_date=DAY + datetime.timedelta(days=days))
        assert any("mature within 30 days" in title for title in titles(client, cast.person)) is told, days


def test_an_expired_document_and_a_missing_phone_are_told(cast, sign_in):
    client = sign_in(cast.ai, "en")
    assert not any("dentity document" in title for title in titles(client, cast.person))
    documents = PartyIdentifier.objects.filter(party_id=cast.person.id, is_primary=True)
    documents.update(valid_to=DAY + datetime.timedelta(days=30))
    assert "Identity document expires soon" in titles(client, cast.person)
    documents.update(valid_to=DAY - datetime.timedelta(days=1))
    ContactPoint.objects.filter(party_id=cast.person.id, kind="mobile").delete()
    found = titles(client, cast.person)
    assert "Identity document has expired" in found
    assert "No phone number on file" in found


def test_a_change_of_tier_is_news_for_a_month_and_its_first_setting_is_none(cast, sign_in):
    TierChange.objects.filter(party_id=cast.person.id).delete()
    client = sign_in(cast.ai, "en")
    for days, before, told in ((0, "core", True), (31, "core", True), (32, "core", False), (0, "", False)):
        night = DAY - datetime.timedelta(days=days)
        TierChange.objects.bulk_create(
            [TierChange(party_id=cast.person.id, night=night, tier="premier", sub_tier="vip", tier_before=before)]
        )
        facts = overview(client, cast.person).context["facts"]
        assert any(fact.title == "Tier changed to VIP" for fact in facts) is told, (days, before)
        TierChange.objects.filter(party_id=cast.person.id).delete()


def test_the_next_tier_is_told_where_little_is_missing(cast, sign_in):
    figure = CustomerFigure.objects.get(business_date=DAY, party_id=cast.person.id)
    wanted = (figure.contribution_r12 * Decimal("1.1")).quantize(Decimal("0.01"))
    Assumption.objects.bulk_create(
        Assumption(kind="tier", key=key, valid_from=first_day, value=value)
        for key, first_day, value in (
            ("vip_min_contribution", datetime.date(2000, 1, 1), wanted * 9),
            ("vip_min_contribution", datetime.date(2026, 1, 1), wanted),
            ("vip_min_contribution", datetime.date(2027, 1, 1), wanted * 9),
            ("affluent_min_contribution", datetime.date(2000, 1, 1), Decimal(1)),
        )
    )
    client = sign_in(cast.ai, "en")
    facts = overview(client, cast.person).context["facts"]
    near = next(fact for fact in facts if fact.title == "Close to VIP")
    assert f"{(wanted - figure.contribution_r12).scaleb(-3):,.1f} CNY thousand" in near.text
    page = client.get(reverse("customer-tiers", args=[cast.person.id]))
    assert [one.reached for one in page.context["requirements"]] == [False, True]


def test_both_languages_are_complete(cast, sign_in):
    client = sign_in(cast.ai, "en")
    page = overview(client, cast.company).text
    assert "What next?" in page
    assert "Customer since" in page


def test_numbers_of_documents_are_masked(cast, sign_in):
    client = sign_in(cast.ai)
    numbers = [row.number for row in PartyIdentifier.objects.filter(party_id=cast.person.id)]
    assert numbers
    page = client.get(reverse("customer-identity", args=[cast.person.id])).text
    for number in numbers:
        assert number not in page
        assert f"{number[:4]}{'*' * 14}" in page or f"{number[0]}******{number[-2:]}" in page
