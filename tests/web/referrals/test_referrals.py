"""Referrals: sent, answered, passed on, closed, credited, ranked; and seen by nobody whom they do not concern."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.consent.models import Limit
from guanxi.crm.notices.models import Notice
from guanxi.crm.org.models import Post
from guanxi.crm.sales.models import Lead, Opportunity, OpportunityMember, Referral, ReferralCredit
from guanxi.crm.sales.referral_clock import tend
from guanxi.crm.sales.referral_queries import league
from tests.web.conftest import PARTIAL

pytestmark = pytest.mark.django_db


def entered(**more):
    """A form as somebody fills it in."""
    return {"key": str(uuid4()), "way": "to_retail", "to": "B12/1121", "product": "wealth", "amount": "200000",
            "share": "30", "text": "有理财需求", **more}  # fmt: skip


def sent(client, party, **more) -> Referral:
    """A referral that somebody sent."""
    before = set(Referral.objects.values_list("pk", flat=True))
    response = client.post(f"{reverse('referral-new')}?customer={party.id}", entered(**more))
    assert response.status_code == 302, response.text
    (found,) = Referral.objects.exclude(pk__in=before)
    return found


def act(client, referral, what, **more):
    """One thing done to a referral, as its page stands now."""
    referral.refresh_from_db()
    return client.post(reverse(f"referral-{what}", args=[referral.pk]), {"version": referral.version, **more})


def page(client, referral):
    return client.get(reverse("referral", args=[referral.pk]))


def of_book(cast, staff, kind="person"):
    return next(party for party in cast.book(staff) if party.kind == kind)


def test_one_sent_is_seen_by_its_two_sides_and_by_those_above_the_taker(cast, sign_in):
    party = of_book(cast, cast.ai)
    referral = sent(sign_in(cast.ai), party)
    assert (referral.name, referral.kind, referral.party_id) == (party.name, "person", party.id)
    for staff, status in ((cast.ai, 200), (cast.lu, 200), (cast.bo, 200), (cast.he, 200),
                          (cast.zhu, 404), (cast.qian, 404)):  # fmt: skip
        response = page(sign_in(staff), referral)
        assert response.status_code == status, staff
        assert (party.name in response.text) == (status == 200)
    assert f"/referrals/{referral.pk}/" in sign_in(cast.lu).get(reverse("referrals")).text
    assert f"/referrals/{referral.pk}/" not in sign_in(cast.zhu).get(reverse("referrals")).text
    # The taker, who does not look after the customer, gets no way to the customer's page.
    assert f'href="/customers/{party.id}/"' not in page(sign_in(cast.lu), referral).text
    assert Notice.objects.filter(to=cast.lu, kind="referral_waits", about_id=str(referral.pk)).exists()


def test_a_retail_post_takes_no_firms(cast, sign_in):
    Post.objects.filter(staff=cast.bo).update(line="retail")
    referral = sent(sign_in(cast.ai), cast.company, way="branch", to="B11/1112")
    assert page(sign_in(cast.bo), referral).status_code == 404
    response = sign_in(cast.ai).post(f"{reverse('referral-new')}?customer={cast.company.id}", entered())
    assert response.status_code == 422
    assert "零售条线承接个人" in response.text


def test_accepted_and_closed_it_is_credited_to_both(cast, sign_in):
    referral = sent(sign_in(cast.ai), of_book(cast, cast.ai))
    lu = sign_in(cast.lu)
    assert act(sign_in(cast.ai), referral, "answer", answer="accept").status_code == 422
    assert act(lu, referral, "answer", answer="accept").status_code == 302
    assert act(lu, referral, "end", end="won").status_code == 422
    assert act(lu, referral, "end", end="won", amount="100000.01").status_code == 302
    credit = {one.staff_id: (one.share, one.amount, one.institution_id) for one in ReferralCredit.objects.all()}
    assert credit == {
        "1111": (Decimal(30), Decimal("30000.00"), "B11"),
        "1121": (Decimal(70), Decimal("70000.01"), "B12"),
    }
    text = page(sign_in(cast.ai, "en"), referral).text
    assert "Closed with success" in text
    assert text.count("gr-station") == 2
    told = Notice.objects.filter(to=cast.ai).order_by("pk").values_list("facts__step", flat=True)
    assert list(told) == ["accepted", "won"]


def test_declined_returned_sent_again_and_passed_on_leave_a_path(cast, sign_in):
    ai, lu, bo = (sign_in(one) for one in (cast.ai, cast.lu, cast.bo))
    referral = sent(ai, of_book(cast, cast.ai))
    refused = act(lu, referral, "answer", answer="return")
    assert refused.status_code == 422
    assert "请说明原因" in refused.text
    assert act(lu, referral, "answer", answer="return", text="请补充资产情况").status_code == 302
    assert "请补充资产情况" in page(ai, referral).text
    # Nobody else sends it again; whoever got it before does not see it any more.
    assert page(lu, referral).status_code == 404
    assert act(ai, referral, "pass", to="B12", text="已补充").status_code == 302
    referral.refresh_from_db()
    assert (referral.state, referral.taker_id, referral.institution_id) == ("waiting", None, "B12")
    # Without a name it waits for the branch manager, who was told and gives it to somebody.
    assert Notice.objects.filter(to=cast.bo, facts__step="resent").exists()
    assert act(bo, referral, "pass", to="B12/1121", text="请承接").status_code == 302
    assert act(lu, referral, "answer", answer="accept").status_code == 302
    stations = re.findall(r'<li class="gr-station gr-(\w+)">', page(ai, referral).text)
    assert stations == ["sender", "back", "plain", "good"]
    for words in ("请补充资产情况", "已补充", "请承接", cast.bo.name, cast.lu.name):
        assert words in page(ai, referral).text or words in ("已补充", "请承接")
    assert act(lu, referral, "answer", answer="decline", text="客户已离开").status_code == 302
    referral.refresh_from_db()
    assert referral.state == "declined"
    assert act(ai, referral, "pass", to="B12").status_code == 422


def test_its_opportunity_has_the_sender_in_its_team_and_its_end_is_the_referrals(cast, sign_in):
    party = of_book(cast, cast.lu)
    referral = sent(sign_in(cast.he), party, way="branch", share="20")
    lu = sign_in(cast.lu)
    act(lu, referral, "answer", answer="accept")
    day = (timezone.localdate() + datetime.timedelta(days=20)).isoformat()
    assert act(lu, referral, "opportunity", title="财富配置", expected_on=day).status_code == 302
    found = Opportunity.objects.get(origin="referral", origin_id=str(referral.pk))
    team = dict(OpportunityMember.objects.filter(opportunity=found).values_list("staff_id", "share"))
    assert team == {"1121": Decimal(80), "1002": Decimal(20)}
    refused = act(lu, referral, "end", end="won", amount="5")
    assert refused.status_code == 422
    assert tend().settled == 0
    Opportunity.objects.filter(pk=found.pk).update(state="won", closed_on=timezone.localdate(), closed_by="1121")
    assert tend().settled == 1
    assert tend().settled == 0
    referral.refresh_from_db()
    assert (referral.state, referral.won_amount) == ("won", found.amount_cny)
    amounts = dict(ReferralCredit.objects.values_list("staff_id", "amount"))
    assert amounts == {"1121": Decimal("160000.00"), "1002": Decimal("40000.00")}


def test_an_unanswered_one_is_told_of_once(cast, sign_in):
    referral = sent(sign_in(cast.ai), of_book(cast, cast.ai))
    assert tend().told == 0
    later = referral.answer_by + datetime.timedelta(minutes=1)
    assert tend(later).told == 1
    assert tend(later).told == 0
    assert {one.to_id for one in Notice.objects.filter(facts__step="late")} == {"1111", "1121", "1101"}
    assert "gx-badge-bad" not in page(sign_in(cast.lu), referral).text
    Referral.objects.update(answer_by=timezone.now() - datetime.timedelta(hours=1))
    assert "gx-badge-bad" in page(sign_in(cast.lu), referral).text
    assert referral.name in sign_in(cast.lu).get(reverse("referrals") + "?only=late").text


def test_two_answers_at_once_and_a_form_sent_twice(cast, sign_in):
    ai, lu = sign_in(cast.ai), sign_in(cast.lu)
    key = str(uuid4())
    party = of_book(cast, cast.ai)
    referral = sent(ai, party, key=key)
    again = ai.post(f"{reverse('referral-new')}?customer={party.id}", entered(key=key))
    assert again.url == reverse("referral", args=[referral.pk])
    assert Referral.objects.count() == 1
    assert act(lu, referral, "answer", answer="accept").status_code == 302
    stale = lu.post(reverse("referral-answer", args=[referral.pk]), {"version": 1, "answer": "decline", "text": "x"})
    assert stale.status_code == 409
    assert "刚被他人更改" in stale.text
    referral.refresh_from_db()
    assert referral.state == "accepted"


def test_somebody_who_is_no_customer_is_named_and_the_phone_is_masked(cast, sign_in):
    client = sign_in(cast.fu)
    response = client.post(reverse("referral-new"), entered(name="周远", kind="person", phone="13812345678"))
    assert response.status_code == 302
    referral = Referral.objects.get()
    assert referral.phone == "13812345678"
    text = page(sign_in(cast.lu), referral).text
    assert "周远" in text
    assert "13812345678" not in text
    # Accepted, it is the taker's lead, with the phone and the way back.
    assert act(sign_in(cast.lu), referral, "answer", answer="accept").status_code == 302
    referral.refresh_from_db()
    lead = Lead.objects.get(pk=referral.lead_id)
    assert (lead.name, lead.phone, lead.source, lead.manager_id) == ("周远", "13812345678", "referral", cast.lu.id)
    assert reverse("lead", args=[lead.pk]) in page(sign_in(cast.lu), referral).text
    wrong = client.post(reverse("referral-new"), entered(name="", kind="person", phone="12", to="", way=""))
    assert wrong.status_code == 422
    assert wrong.text.count("gx-field-error") >= 2
    assert "有理财需求" in wrong.text


def test_nobody_who_stopped_the_use_of_their_data_or_lies_outside_is_passed_on(cast, sign_in):
    client = sign_in(cast.ai)
    party = of_book(cast, cast.ai)
    new = reverse("referral-new")
    assert client.get(f"{new}?customer={cast.outside.id}").status_code == 404
    assert client.post(f"{new}?customer={cast.outside.id}", entered()).status_code == 404
    referral = sent(client, party)
    limit = Limit.objects.create(party_id=party.id, kind="restriction", reason="本人要求", set_by=cast.dan)
    assert client.get(f"{new}?customer={party.id}").status_code == 403
    limit.kind = "erasure"
    limit.save()
    assert client.get(f"{new}?customer={party.id}").status_code == 404
    assert page(client, referral).status_code == 404
    assert party.name not in client.get(reverse("referrals")).text


def test_the_league_counts_who_sends_and_what_comes_of_it(cast, sign_in):
    ai, lu = sign_in(cast.ai), sign_in(cast.lu)
    won, lost = (sent(ai, party) for party in cast.book(cast.ai)[:2])
    sent(sign_in(cast.fu), of_book(cast, cast.lu), way="call_centre")
    for one, end in ((won, {"end": "won", "amount": "90000"}), (lost, {"end": "lost", "text": "无需求"})):
        act(lu, one, "answer", answer="accept")
        assert act(lu, one, "end", **end).status_code == 302
    now = timezone.now()
    month = {"since": now - datetime.timedelta(days=1), "until": now + datetime.timedelta(days=1)}
    first, second = league(**month, by="person")
    assert (first.key, first.sent, first.accepted, first.won, first.amount, first.credit) == (
        "1111", 2, 2, 1, Decimal(90_000), Decimal(27_000),
    )  # fmt: skip
    assert (second.key, second.sent, second.waiting, second.won) == ("1006", 1, 1, 0)
    assert {one.key: one.sent for one in league(**month, by="way")} == {"to_retail": 2, "call_centre": 1}
    assert {one.key for one in league(**month, by="institution")} == {"B11", "B0"}
    assert [one.key for one in league(**month, by="person", institution_ids=("B0",))] == ["1006"]
    # Everybody may see who sends what; no customer stands in it.
    text = sign_in(cast.zhu).get(reverse("league")).text
    assert cast.ai.name in text
    assert won.name not in text
    assert sign_in(cast.zhu).get(reverse("league") + "?by=way&month=nonsense").status_code == 200
    assert cast.ai.name not in sign_in(cast.zhu).get(reverse("league") + "?month=2020-01").text


def test_few_queries_make_the_pages(cast, sign_in, django_assert_max_num_queries):
    referral = sent(sign_in(cast.ai), of_book(cast, cast.ai))
    client = sign_in(cast.lu)
    page(client, referral)
    with django_assert_max_num_queries(20):
        page(client, referral)
    with django_assert_max_num_queries(16):
        client.get(reverse("referrals"))
    with django_assert_max_num_queries(16):
        client.get(reverse("league"))
    assert client.get(reverse("league"), headers=PARTIAL).text.lstrip().startswith('<div id="league"')
