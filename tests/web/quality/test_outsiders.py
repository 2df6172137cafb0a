"""Every address of these screens before those who have no business there, and before those who may only look."""

from __future__ import annotations

import pytest
from django.urls import reverse

from guanxi.crm.quality.models import MendingImport, NightRequest, QuarantinedRow
from guanxi.crm.web.quality.urls import urlpatterns

pytestmark = pytest.mark.django_db

READ = {
    "runs": (),
    "run": ("run-20261120",),
    "quality": (),
    "quality-rules": (),
    "quality-model": ("core_party",),
    "quality-test": ("tier_is_known",),
    "quality-documentation": (),
    "quality-documentation-site": (),
    "quarantine": (),
    "quarantined-row": (0,),
    "quarantine-import": (),
    "quarantine-preview": (0,),
    "quarantine-replay": (),
}
WRITE = {
    "run-start": (),
    "quarantine-dismiss": (),
    "quarantine-restore": (),
    "quarantine-apply": (0,),
    "quarantine-import": (),
    "quarantined-row": (0,),
}


def address(name, arguments, month):
    row = next(iter(month.rows.values()))
    return reverse(name, args=[row.pk if argument == 0 else argument for argument in arguments])


def test_these_tests_know_every_address():
    assert {pattern.name for pattern in urlpatterns} == set(READ) | set(WRITE)


@pytest.mark.parametrize("who", ["ai", "bo", "zhu", "fu", "yu"])
def test_who_sees_only_some_customers_sees_none_of_these_pages(cast, month, sign_in, who):
    client = sign_in(getattr(cast, who))
    for name, arguments in READ.items():
        response = client.get(address(name, arguments, month))
        assert response.status_code == 403, name
        assert "岗位" in response.text or "没有" in response.text, name
    for name, arguments in WRITE.items():
        assert client.post(address(name, arguments, month)).status_code == 403, name
    assert not NightRequest.objects.exists()
    assert QuarantinedRow.objects.exclude(status="waiting").count() == 0


@pytest.mark.parametrize("who", ["ann", "he", "shen"])
def test_who_may_look_changes_nothing(cast, month, sign_in, who):
    client = sign_in(getattr(cast, who))
    for name in ("runs", "quality", "quarantine", "quarantine-replay"):
        page = client.get(reverse(name))
        assert page.status_code == 200
        assert 'action="/runs/start/"' not in page.text
        assert 'name="row"' not in page.text
    row = month.rows["required"]
    page = client.get(reverse("quarantined-row", args=[row.pk]))
    assert page.status_code == 200
    assert "readonly" in page.text
    for name, arguments in WRITE.items():
        assert client.post(address(name, arguments, month), {"row": [row.pk], "file": ""}).status_code == 403, name
    row.refresh_from_db()
    assert row.status == "waiting"
    assert not MendingImport.objects.exists()


def test_strangers_are_sent_to_sign_in(client, cast, month):
    for name, arguments in READ.items():
        response = client.get(address(name, arguments, month))
        assert response.status_code == 302
        assert response.url.startswith("/sign-in/")


def test_starting_and_dismissing_need_a_post(cast, month, sign_in):
    client = sign_in(cast.shi)
    for name in ("run-start", "quarantine-dismiss", "quarantine-restore"):
        assert client.get(reverse(name)).status_code == 405
