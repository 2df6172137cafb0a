"""Files of leads through the front door: uploaded, checked, taken in, mended, taken back; each is its person's."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from guanxi.crm.sales import lead_tasks
from guanxi.crm.sales.leads.importing import services
from guanxi.crm.sales.models import Lead, LeadImport
from tests.web.conftest import PARTIAL

pytestmark = pytest.mark.django_db
CONTENT = "姓名,手机,意向金额\n张小明,13800001111,50万\n李四,139,\n".encode("gb18030")


@pytest.fixture(autouse=True)
def asked(monkeypatch) -> list[str]:
    """What the worker was asked for; the test does it when it wants to."""
    jobs: list[str] = []
    monkeypatch.setattr(lead_tasks.work_on_import, "defer", lambda **wanted: jobs.append(wanted["batch_id"]))
    return jobs


def upload(client, content: bytes = CONTENT, **more):
    return client.post("/leads/import/", {"file": SimpleUploadedFile("名单.csv", content)} | more)


def test_from_the_file_to_leads_and_back(cast, sign_in, asked):
    client = sign_in(cast.ai, language="en")
    address = upload(client).headers["Location"]
    page = client.get(address)
    assert [one["field"] for one in page.context["columns"]] == ["name", "phone", "amount"]
    assert page.context["batch"].encoding == "gb18030"
    assert "张小明" in page.text
    again = client.post(f"{address}check/", {"read_again": "1", "encoding": "utf-8-sig"})
    assert again.status_code == 422
    refused = client.post(f"{address}check/", {"column-1": "phone"})
    assert refused.status_code == 422
    sent = {"column-0": "name", "column-1": "phone", "column-2": "amount", "source": "event", "detail": "秋季展会"}
    assert client.post(f"{address}check/", sent).status_code == 302
    busy = client.get(address, headers=PARTIAL).text
    assert "every 1s" in busy
    assert "<!doctype" not in busy.lower()
    services.work(LeadImport.objects.get().pk)
    checked = client.get(address).text
    assert "Take in 1 lines" in checked
    assert "13800001111" not in client.get(address, headers=PARTIAL).text
    assert not Lead.objects.exists()
    client.post(f"{address}take/")
    client.post(f"{address}take/")
    assert len(asked) == 2
    services.work(LeadImport.objects.get().pk)
    lead = Lead.objects.get()
    assert (lead.name, lead.manager_id, lead.source, lead.source_detail) == ("张小明", "1111", "event", "秋季展会")
    errors = b"".join(client.get(f"{address}errors/").streaming_content).decode()
    assert "139" in errors
    mended = upload(client, errors.replace(",139,", ",13900002222,").encode(), mended_from=LeadImport.objects.get().pk)
    second = LeadImport.objects.get(mended_from__isnull=False)
    assert mended.headers["Location"] == f"/leads/import/{second.pk}/"
    client.post(f"{address}take-back/")
    services.work(LeadImport.objects.get(mended_from__isnull=True).pk)
    assert not Lead.objects.exists()
    assert "gone again" in client.get(address).text


def test_a_file_is_its_persons_and_no_other_file_is_taken(cast, sign_in, asked):
    client = sign_in(cast.bo, language="en")
    address = upload(client).headers["Location"]
    other = sign_in(cast.zhu)
    for answer in (
        other.get(address), other.get(f"{address}errors/"), other.post(f"{address}check/", {"column-0": "name"}),
        other.post(f"{address}take/"), other.post(f"{address}take-back/"),
        upload(other, mended_from=LeadImport.objects.get().pk),
    ):  # fmt: skip
        assert answer.status_code == 404
    assert not asked
    assert upload(client, b"\x89PNG\r\n\x1a\n\x00").status_code == 422
    assert client.post("/leads/import/").status_code == 422
    assert sign_in(cast.yu).get("/leads/import/").status_code == 403
    # Who assigns says where the leads of the file go, within their institutions alone.
    client.post(f"{address}check/", {"column-0": "name", "institution": "B21", "rules": "1"})
    assert LeadImport.objects.get().options["institution"] == ""
    services.work(LeadImport.objects.get().pk)
    client.post(f"{address}take/")
    services.work(LeadImport.objects.get().pk)
    assert set(Lead.objects.values_list("institution_id", "state")) == {("B1", "assigned")}
