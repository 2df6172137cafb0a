"""From an industry to a company, to who stands around it, to a referral that is won and credited to both sides."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.consent.models import Limit
from guanxi.crm.kernel.personal import registered
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.notices.models import Notice
from guanxi.crm.sales.models import Opportunity, Referral
from guanxi.crm.sales.referral_clock import tend
from tests.cast.around import STRANGER
from tests.web.conftest import sign_in

__all__ = ["sign_in"]
pytestmark = pytest.mark.django_db


def test_a_company_found_by_its_industry_is_referred_won_and_credited(cast, sign_in):
    he, ai = sign_in(cast.he, language="en"), sign_in(cast.ai, language="en")
    company = cast.company
    # The head office looks for machine builders without a loan, and finds the company behind the figure.
    page = he.get("/industries/?section=C").text
    row = re.search(r'data-industry="C34">(.*?)</tr>', page, re.DOTALL)[1]
    listed = he.get(re.search(r'href="(/customers/\?[^"]*)"', row)[1].replace("&amp;", "&")).text
    assert f'href="/customers/{company.id}/"' in listed
    # Around it: a buyer who is no customer yet. Ai, who looks after the company, sees less of the others than he does.
    assert STRANGER in he.get(f"/customers/{company.id}/linkage/").text
    assert he.get(f"/customers/{company.id}/linkage/").text.count('data-standing="customer"') > ai.get(
        f"/customers/{company.id}/linkage/"
    ).text.count('data-standing="customer"')
    # It goes to whoever looks after it, with a share of the credit.
    form = he.get(f"{reverse('referral-new')}?customer={company.id}").text
    assert '<option value="B11/1111" selected>' in form
    sent = he.post(
        f"{reverse('referral-new')}?customer={company.id}",
        {"key": str(uuid4()), "way": "to_corporate", "to": "B11/1111", "product": "payroll", "amount": "120000",
         "share": "25", "text": "Thirty staff, paid elsewhere"},
    )  # fmt: skip
    referral = Referral.objects.get()
    assert sent.url == f"/referrals/{referral.pk}/"
    notice = Notice.objects.get(to=cast.ai, kind="referral_waits")
    assert ai.get(reverse("notice", args=[notice.pk]), follow=True).request["PATH_INFO"] == sent.url
    # Ai accepts, opens the opportunity, wins it; the job brings the referral to its end.
    act = {"version": 1, "answer": "accept"}
    assert ai.post(f"{sent.url}answer/", act).status_code == 302
    day = (timezone.localdate() + datetime.timedelta(days=30)).isoformat()
    opened = ai.post(f"{sent.url}opportunity/", {"version": 2, "title": "Payroll", "expected_on": day})
    assert opened.status_code == 302
    Opportunity.objects.update(state="won", closed_on=timezone.localdate(), closed_by=cast.ai)
    with entered(SYSTEM):
        assert tend().settled == 1
    page = he.get(sent.url).text
    assert page.count("data-credit=") == 2
    credit = dict(referral.credits.values_list("staff_id", "amount"))
    assert credit == {cast.he.id: Decimal("30000.00"), cast.ai.id: Decimal("90000.00")}
    assert cast.he.name in sign_in(cast.zhu).get(reverse("league")).text
    assert Notice.objects.filter(to=cast.he, facts__step="won").exists()
    # All of it is in the log with its customer, and is handed out to whoever asks what the bank holds.
    assert Entry.objects.filter(subject=company.id, kind="referral", action="change").count() >= 4
    held = {one.model._meta.label: one.rows_of(company.id).count() for one in registered()}
    assert (held["sales.Referral"], held["sales.ReferralStep"], held["sales.ReferralCredit"]) == (1, 4, 2)
    # The outsider meets it nowhere.
    zhu = sign_in(cast.zhu)
    for address in (sent.url, f"/customers/{company.id}/linkage/"):
        assert zhu.get(address).status_code == 404
    assert company.name not in zhu.get("/referrals/").text + zhu.get("/industries/").text
    assert not Limit.objects.exists()
