"""A lead's way from end to end: a file comes in, rules give its lines, they are accepted in time or fall back, one
becomes a customer with an opportunity, and what nobody touched is taken back.
"""

from __future__ import annotations

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from guanxi.crm.audit.models import Entry
from guanxi.crm.party.models import ContactPoint
from guanxi.crm.sales import lead_tasks
from guanxi.crm.sales.leads import giving
from guanxi.crm.sales.leads.importing import services
from guanxi.crm.sales.models import Lead, LeadImport, LeadStep, Opportunity
from tests.web.conftest import sign_in
from tests.web.leads.test_leads import form, listed

__all__ = ["sign_in"]


@pytest.fixture(autouse=True)
def aside(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(lead_tasks.work_on_import, "defer", lambda **_wanted: None)


@pytest.mark.django_db
def test_from_a_file_to_an_opportunity(cast, sign_in):
    mobile = ContactPoint.objects.get(party_id=cast.person.id, kind="mobile").value
    lines = ["姓名,手机,意向产品,意向金额", *(f"名单{one},1380000000{one},贷款,{one}0万" for one in range(1, 7))]
    lines += [f"{cast.person.name},{mobile},理财,80万", "无效,12,,"]
    bo, ai, qian = (sign_in(one, language="en") for one in (cast.bo, cast.ai, cast.qian))
    sent = {"file": SimpleUploadedFile("园区.csv", "\n".join(lines).encode("gb18030"))}
    address = bo.post("/leads/import/", sent).headers["Location"]
    columns = {f"column-{one['place']}": one["field"] for one in bo.get(address).context["columns"]}
    chosen = columns | {"institution": "B11", "rules": "1", "customers": "take", "source": "event"}
    batch = LeadImport.objects.get()
    for step in ("check", "take"):
        bo.post(f"{address}{step}/", chosen)
        services.work(batch.pk)
    assert Lead.objects.filter(state="assigned").count() == 7
    assert LeadStep.objects.filter(kind="assigned").count() == 7
    # Both managers of the sub-branch got their turns; each sees their own, the branch manager all.
    own, other = listed(ai), listed(qian)
    assert {len(own), len(other)} == {3, 4}
    assert len(listed(bo)) == 7
    # Ai accepts; Qian lets them lie: told of, then back in the pool.
    ai.post("/leads/accept/", {"chosen": list(Lead.objects.filter(manager_id="1111").values_list("pk", flat=True))})
    due = Lead.objects.filter(state="assigned").values_list("accept_by", flat=True)[0]
    how = giving.setup()
    assert giving.tend(due).escalated == len(other)
    assert listed(bo, "?only=overdue") == []  # by the page's own clock they are not overdue yet
    assert giving.tend(giving.deadline(due, how, how.recycle_hours)).recycled == len(other)
    assert listed(qian) == []
    assert len(listed(bo, "?only=pool")) == len(other)
    # The customer's own lead is found to be one, and becomes an opportunity without retyping.
    known = Lead.objects.get(name=cast.person.name)
    bo.post("/leads/assign/", {"chosen": [known.pk], "to": "1111"})
    ai.post("/leads/accept/", {"chosen": [known.pk]})
    page = ai.get(f"/leads/{known.pk}/convert/")
    names = ("version", "title", "product", "amount", "expected_on")
    sent = {name: page.context["form"][name].value() for name in names}
    ai.post(f"/leads/{known.pk}/convert/", sent | {"party": page.context["twins"][0].number, "opportunity": "on"})
    opened = Opportunity.objects.get()
    assert (opened.party_id, opened.origin_id, opened.amount) == (cast.person.id, str(known.pk), 800_000)
    # What somebody has worked with stays when the file is taken back.
    touched = Lead.objects.exclude(version=1).count()
    bo.post(f"{address}take-back/")
    services.work(batch.pk)
    batch.refresh_from_db()
    assert batch.counts["left"] == touched == Lead.objects.count()
    told = set(Entry.objects.filter(kind__in=("lead", "lead_import")).values_list("actor", flat=True))
    assert {"1101", "1111"} <= told


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_make_one_lead(cast, pages_files):
    sent, answers = form("双击", to="me"), []
    client = Client()
    client.force_login(cast.ai)

    def tap() -> None:
        try:
            other = Client()
            other.cookies = client.cookies
            answers.append(other.post("/leads/new/", sent).status_code)
        finally:
            connection.close()

    taps = [threading.Thread(target=tap) for _one in range(4)]
    for one in taps:
        one.start()
    for one in taps:
        one.join(timeout=60)
    assert set(answers) <= {302, 409}
    assert Lead.objects.count() == 1
    assert LeadStep.objects.count() == 1
