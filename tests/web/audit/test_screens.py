"""The auditor's screens: found, narrowed, proved; for auditors alone."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.urls import reverse
from django.utils.timezone import localdate

from guanxi.crm.audit.models import Entry, Verification
from tests.taking import book_of, taken
from tests.web.conftest import PARTIAL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("log")]


def addresses() -> list[str]:
    return [
        reverse("audit"),
        reverse("proof"),
        reverse("audit-entry", args=[Entry.objects.order_by("id")[0].id]),
        reverse("audit-customer", args=["P00001"]),
        reverse("audit-person", args=["1111"]),
    ]


def test_auditors_may_and_nobody_else_may(cast, sign_in):
    for call in ("ai", "zhu", "bo", "he", "ann", "shi", "guan", "fu", "yu"):
        client = sign_in(getattr(cast, call))
        for address in addresses():
            assert client.get(address).status_code == 403, (call, address)
        assert client.post(reverse("proof-verify")).status_code == 403
        assert client.post(reverse("audit") + "?export=xlsx").status_code == 403
    for address in addresses():
        assert sign_in(cast.shen).get(address).status_code == 200, address
    assert not Verification.objects.exists()


def test_what_does_not_exist_is_not_there(cast, sign_in):
    client = sign_in(cast.shen)
    for address in ("/audit/entries/1/", "/audit/customers/P99999/", "/audit/staff/9999/"):
        assert client.get(address).status_code == 404
    assert client.get(reverse("proof-verify")).status_code == 405


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("person=1111", 7),
        ("customer=P00001", 6),
        ("person=1111&customer=P00001", 3),
        ("action=reveal&action=export", 2),
        ("only=taken", 2),
        ("only=refused", 1),
        ("q=艾琳", 7),
        ("q=P00002", 1),
        ("q=1101", 2),
        ("q=nobody", 0),
        ("day_since=2000-02-30", 10),
    ],
)
def test_narrowed_by_person_customer_action_and_words(cast, sign_in, query, expected):
    text = sign_in(cast.shen).get(f"{reverse('audit')}?{query}", headers=PARTIAL).text
    own = 1 if expected == 10 else 0  # without a filter the auditor's own sign-in stands there as well
    assert text.count("<tr data-row>") == expected + own


def test_what_no_text_can_hold_is_refused(cast, sign_in):
    assert sign_in(cast.shen).get(f"{reverse('audit')}?customer=%00").status_code == 400


def test_narrowed_by_day(cast, sign_in):
    client, today = sign_in(cast.shen), localdate()
    tomorrow = today + datetime.timedelta(days=1)
    address = reverse("audit")
    assert client.get(f"{address}?day_since={today}&day_until={today}&person=1111").text.count("<tr data-row>") == 7
    assert "<tr data-row>" not in client.get(f"{address}?day_since={tomorrow}").text
    assert "<tr data-row>" not in client.get(f"{address}?day_until={today - datetime.timedelta(days=1)}").text


def test_page_and_part_show_the_same_and_english_says_it(cast, sign_in):
    client = sign_in(cast.shen, language="en")
    page = client.get(f"{reverse('audit')}?person=1111").text
    part = client.get(f"{reverse('audit')}?person=1111", headers=PARTIAL).text
    assert part.count("<tr data-row>") == page.count("<tr data-row>") == 7
    for words in ("Searched", "138***01", "Customer: value", "Exported", "12 rows taken out"):
        assert words in page
    assert "13805710001" not in page


def test_the_log_is_paged_by_key(cast, sign_in):
    from guanxi.crm.audit.context import traced
    from guanxi.crm.audit.services import record

    with traced(actor="1112"):
        for number in range(120):
            record(action="view", subject=f"P{number:05d}", kind="customer")
    client = sign_in(cast.shen)
    seen, address = [], f"{reverse('audit')}?person=1112"
    while address:
        text = client.get(address).text
        seen += [part.split("/")[0] for part in text.split("/audit/entries/")[1:]]
        found = text.split('data-page="next" href="')
        address = found[1].split('"')[0].replace("&amp;", "&") if len(found) > 1 else ""
    assert seen == [
        str(number) for number in Entry.objects.filter(actor="1112").order_by("-id").values_list("id", flat=True)
    ]


def test_the_spreadsheet_is_what_is_seen(cast, sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    sheet = book_of(taken(sign_in(cast.shen, language="en"), "audit", "person=1111")).active
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    heads = [cell.value for cell in sheet[4]]
    first = Entry.objects.filter(actor="1111").order_by("id")[0]
    numbers = [str(row[heads.index("Entry number")]) for row in rows if row[heads.index("Entry number")]]
    assert len(numbers) == 7
    assert numbers[-1] == str(first.id)
    assert Entry.objects.filter(action="export", actor="1003").exists()


def test_an_entry_shows_its_place_and_says_when_it_was_changed(cast, sign_in):
    client = sign_in(cast.shen, language="en")
    entry = Entry.objects.get(action="reveal")
    address = reverse("audit-entry", args=[entry.id])
    text = client.get(address).text
    assert "As it was written" in text
    assert "回访" in text
    assert "no." in text
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE audit_entry SET address = '10.1.1.3' WHERE id = %s", [entry.id])
        cursor.execute("SET session_replication_role = origin")
    assert "Not what was written" in client.get(address).text


def test_who_looked_at_a_customer_and_who_was_refused(cast, sign_in):
    text = sign_in(cast.shen, language="en").get(reverse("audit-customer", args=["P00001"])).text
    for words in (
        "艾琳",
        "薄文",
        "朱敏",
        "looks after the customer",
        "entries, most of them",
    ):
        assert words in text


def test_what_a_person_did(cast, sign_in):
    text = sign_in(cast.shen, language="en").get(reverse("audit-person", args=["1211"])).text
    assert "somebody else" in text
    assert "P00001" in text


def test_the_customers_page_leads_auditors_there_and_nobody_else(cast, sign_in):
    address = reverse("customer", args=["P00001"])
    there = reverse("audit-customer", args=["P00001"])
    assert there in sign_in(cast.shen).get(address).text
    assert there not in sign_in(cast.ai).get(address).text


def test_verifying_says_whole_or_names_what_is_wrong(cast, sign_in):
    client = sign_in(cast.shen, language="en")
    assert "has not been verified" in client.get(reverse("proof")).text
    page = client.post(reverse("proof-verify"), follow=True).text
    assert "The log is whole" in page
    assert Verification.objects.get().by == "1003"
    fifth = Entry.objects.order_by("id")[4]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM audit_entry WHERE id = %s", [fifth.id])
        cursor.execute("SET session_replication_role = origin")
    from guanxi.crm.audit.verification import verify

    verify()
    page = client.get(reverse("proof")).text
    assert "The log is not whole" in page
    assert f"removed: no. 5 entry {fifth.id}" in page


def test_looking_at_the_log_is_in_the_log(cast, sign_in):
    sign_in(cast.shen).get(reverse("audit-customer", args=["P00001"]))
    last = Entry.objects.order_by("-id")[0]
    assert (last.actor, last.kind, last.subject) == ("1003", "audit-customer", "P00001")


@pytest.mark.parametrize("many", [0, 80])
def test_the_screens_cost_few_queries_whatever_stands_on_them(cast, sign_in, django_assert_max_num_queries, many):
    from guanxi.crm.audit.context import traced
    from guanxi.crm.audit.services import record

    for number in range(many):
        with traced(actor=f"11{number % 3}1"):
            record(action="view", subject=f"P{number % 60:05d}", kind="customer")
    client = sign_in(cast.shen)
    for address in addresses():
        client.get(address)
    for address in addresses():
        with django_assert_max_num_queries(11):
            assert client.get(address).status_code == 200
