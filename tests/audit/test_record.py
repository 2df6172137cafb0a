"""One thing done is one entry, with who did it, from where, and a digest that fits."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from guanxi.crm.audit.context import act_as, current, traced
from guanxi.crm.audit.digest import first_id_of, moment_of
from guanxi.crm.audit.models import Action, Entry
from guanxi.crm.audit.queries import entry_page
from guanxi.crm.audit.services import masked, record, searched
from guanxi.crm.audit.tables import make_months

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_did_what_from_where(entries):
    before = timezone.now()
    with traced(actor="1111", roles=["rm", "other"], address="10.1.2.3") as trace:
        record(action="view", subject="P00001", kind="customer", object_id="x", detail={"part": True})
    (one,) = entries()
    assert (one.actor, one.roles, one.address, one.request_id) == ("1111", "other,rm", "10.1.2.3", trace.request_id)
    assert (one.action, one.subject, one.kind, one.object_id) == (Action.VIEW, "P00001", "customer", "x")
    assert one.detail == {"part": True}
    assert before <= one.at <= timezone.now()
    assert moment_of(one.id) == one.at
    assert first_id_of(one.at) <= one.id
    assert entry_page(one.id).fits
    assert trace.recorded == 1


def test_outside_of_a_request_nobody_did_it_until_somebody_acts(entries):
    with traced():
        record(action="view")
        act_as("1001", ["analyst"])
        record(action="view")
        with traced(actor="os:root"):
            record(action="permission")
        assert current().actor == "1001"
    assert [(one.actor, one.roles) for one in entries()] == [("", ""), ("1001", "analyst"), ("os:root", "")]


def test_whatever_stands_in_the_details_the_digest_fits(entries):
    detail = {
        "amount": Decimal("12.30"),
        "day": datetime.date(2026, 11, 20),
        "rate": 0.1,
        "nested": {"b": [1, None, True], "a": ("x", 2**70)},
        "text": '名\x00字 \ud800 "quoted" \\u0041 é',
        3: "three",
    }
    record(action="change", subject="客\x00户", object_id="n" * 500, detail=detail)
    record(action="change", detail={"long": "字" * 9_000})
    one, long = entries()
    assert entry_page(one.id).fits
    assert one.detail["amount"] == "12.30"
    assert one.subject == "客户"
    assert len(one.object_id) == 120
    assert entry_page(long.id).fits
    assert list(long.detail) == ["shortened"]


def test_an_action_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="peeked"):
        record(action="peeked")


def test_numbers_that_were_searched_for_are_masked_and_found_again():
    assert masked("330106199001011234 王 13805710001 1234") == "330***34 王 138***01 1234"
    assert masked("33010619900101123X") == "330***3X"
    assert searched("13805710001") == {"words": "138***01", "mark": searched(" 13805710001 ")["mark"]}
    assert searched("13805710001")["mark"] != searched("13905710001")["mark"]
    assert searched("") == {}


def test_an_entry_goes_with_the_transaction_that_it_belongs_to(entries):
    with transaction.atomic():
        record(action="change")
        transaction.set_rollback(True)
    assert entries() == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_entry SET actor = 'somebody else'",
        "DELETE FROM audit_entry",
        "UPDATE audit_link SET number = 7",
        "DELETE FROM audit_link",
        "DELETE FROM audit_verification",
        "TRUNCATE audit_entry",
        "TRUNCATE audit_link",
        "TRUNCATE audit_entry_other",
    ],
)
def test_nothing_is_changed_or_taken_away_not_even_by_the_owner(sql):
    from guanxi.crm.audit.sealing import seal
    from guanxi.crm.audit.verification import verify

    record(action="view")
    seal()
    verify()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL guanxi.audit_truncate = off")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(sql)
    assert Entry.objects.count() == 1


def test_every_month_ahead_is_there_and_truncating_one_is_refused():
    with connection.cursor() as cursor:
        assert make_months(cursor) == 0  # the migration made them
        assert make_months(cursor, today=datetime.date(2031, 12, 5)) > 0
        cursor.execute("SELECT to_regclass('audit_entry_2033_01') IS NOT NULL")
        assert cursor.fetchone()[0]
        cursor.execute("SET LOCAL guanxi.audit_truncate = off")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE audit_entry_2033_01")


def test_an_entry_of_this_month_lies_in_this_months_part():
    record(action="view")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM audit_entry")
        assert cursor.fetchone()[0] == f"audit_entry_{datetime.datetime.now(datetime.UTC):%Y_%m}"
        cursor.execute("SELECT audit_make_month('2019-05-01')")  # a month that was forgotten: nothing is lost
        cursor.execute(
            "INSERT INTO audit_entry (id, at, actor, roles, request_id, address, action, subject, kind, object_id,"
            " detail, mac, transaction) VALUES (1, '2019-06-07', '', '', '', '', 'view', '', '', '', '{}', '', 0)"
        )
        cursor.execute("SELECT tableoid::regclass::text FROM audit_entry WHERE id = 1")
        assert cursor.fetchone()[0] == "audit_entry_other"
        cursor.execute("SELECT audit_make_month('2019-06-01')")
        assert cursor.fetchone()[0] == 1  # of the chain; the entry's month stays where it began
