"""Every change of a row leaves its history, SQL included; what was before can be brought back, with a reason."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.urls import reverse

from guanxi.crm.audit.history import changes_of
from guanxi.crm.audit.models import Entry
from guanxi.crm.org.models import Cover, Post, Staff

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 20)


@pytest.fixture
def cover(cast) -> Cover:
    return Cover.objects.create(
        staff=cast.ai, substitute=cast.qian, valid_from=DAY, valid_to=DAY + datetime.timedelta(days=7), reason="年假"
    )


def restore(client, kind, row, **data):
    return client.post(reverse("history-restore", args=[kind, row]), {"reason": "改错了", **data})


def test_a_change_by_sql_is_there_with_what_was_before_and_after(cast):
    post = Post.objects.get(staff=cast.ai)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE org_post SET valid_to = '2026-12-31' WHERE id = %s", [post.pk])
        cursor.execute("DELETE FROM org_post WHERE id = %s", [post.pk])
    deleted, changed, made = changes_of(Post, post.pk)
    assert made.label == "insert"
    assert (deleted.label, deleted.actor) == ("delete", "")
    assert {one.name for one in deleted.fields} == {"staff", "institution", "role", "line", "valid_from", "valid_to"}
    (one,) = changed.fields
    assert (one.name, one.before, one.after) == ("valid_to", None, datetime.date(2026, 12, 31))


def test_who_changed_it_in_which_request_and_why(cast, client):
    client.force_login(cast.guan)
    data = {"is_active": "on", "is_staff": "on", "posts-TOTAL_FORMS": 0, "posts-INITIAL_FORMS": 0, "reason": "临时授权"}
    answer = client.post(reverse("admin:org_staff_change", args=["1111"]), data)
    (change,) = changes_of(Staff, "1111")
    assert (change.actor, change.roles, change.reason) == ("1005", "administrator", "临时授权")
    assert change.request == answer.headers["X-Request-ID"]
    assert [(one.name, one.before, one.after) for one in change.fields] == [("is_staff", False, True)]


def test_a_field_is_brought_back_and_that_is_a_change_of_its_own(cast, client, cover):
    Cover.objects.filter(pk=cover.pk).update(valid_to=DAY + datetime.timedelta(days=70), reason="出差")
    client.force_login(cast.guan)
    change = changes_of(Cover, cover.pk)[0]
    page = client.get(reverse("history", args=["cover", cover.pk]))
    assert page.status_code == 200
    assert "年假" in page.text
    assert restore(client, "cover", cover.pk, event=change.event_id, field="valid_to").status_code == 302
    cover.refresh_from_db()
    assert (cover.valid_to, cover.reason) == (DAY + datetime.timedelta(days=7), "出差")
    newest = changes_of(Cover, cover.pk)[0]
    assert (newest.actor, newest.reason) == ("1005", "改错了")
    entry = Entry.objects.get(action="restore")
    assert (entry.actor, entry.kind, entry.object_id) == ("1005", "cover", str(cover.pk))
    assert entry.detail["changed"] == {"valid_to": ["2027-01-29", "2026-11-27"]}


def test_a_row_that_is_gone_is_brought_back_whole(cast, client, cover):
    pk = cover.pk
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM org_cover WHERE id = %s", [pk])
    client.force_login(cast.guan)
    restore(client, "cover", pk, event=changes_of(Cover, pk)[0].event_id)
    back = Cover.objects.get(pk=pk)
    assert (back.staff_id, back.substitute_id, back.valid_to, back.reason) == ("1111", "1112", cover.valid_to, "年假")


def test_what_breaks_a_rule_of_today_is_refused(cast, client, cover):
    Cover.objects.filter(pk=cover.pk).update(
        valid_from=DAY + datetime.timedelta(days=30), valid_to=DAY.replace(month=12, day=30)
    )
    change = changes_of(Cover, cover.pk)[0]
    client.force_login(cast.guan)
    restore(client, "cover", cover.pk, event=change.event_id, field="valid_to")
    cover.refresh_from_db()
    assert cover.valid_to == DAY.replace(month=12, day=30)
    assert not Entry.objects.filter(action="restore").exists()


def test_only_administrators_bring_back_never_their_own_and_only_with_a_reason(cast, client, cover):
    Cover.objects.filter(pk=cover.pk).update(reason="出差")
    change = changes_of(Cover, cover.pk)[0]
    for staff in (cast.shen, cast.ai, cast.zhu, cast.he):
        client.force_login(staff)
        assert restore(client, "cover", cover.pk, event=change.event_id, field="reason").status_code == 403
    client.force_login(cast.guan)
    restore(client, "cover", cover.pk, event=change.event_id, field="reason", reason=" ")
    assert Cover.objects.get(pk=cover.pk).reason == "出差"
    Staff.objects.filter(pk="1005").update(is_staff=True, email="1")
    own = changes_of(Staff, "1005")[0]
    assert restore(client, "staff", "1005", event=own.event_id, field="is_staff").status_code == 403


def test_what_does_not_exist_is_not_there_and_outsiders_may_not_look(cast, client, cover):
    client.force_login(cast.zhu)
    assert client.get(reverse("history", args=["staff", "1111"])).status_code == 403
    client.force_login(cast.shen)
    assert client.get(reverse("history", args=["staff", "1111"])).status_code == 200
    for kind, key in (("staff", "9999"), ("party", "P00001"), ("cover", "x"), ("cover", "99999999")):
        assert client.get(reverse("history", args=[kind, key])).status_code == 404
    client.force_login(cast.guan)
    made = changes_of(Cover, cover.pk)[-1]
    assert made.label == "insert"
    assert restore(client, "cover", cover.pk, event=made.event_id, field="reason").status_code == 404
    assert restore(client, "cover", cover.pk, event="x", field="reason").status_code == 404


def test_the_page_costs_few_queries(cast, client, cover, django_assert_max_num_queries):
    for day in range(8, 40):
        Cover.objects.filter(pk=cover.pk).update(valid_to=DAY + datetime.timedelta(days=day))
    client.force_login(cast.shen)
    client.get(reverse("history", args=["cover", cover.pk]))
    with django_assert_max_num_queries(10):
        client.get(reverse("history", args=["cover", cover.pk]))
