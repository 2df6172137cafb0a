"""Members of staff are brought from the bank's file; what is their own, or an administrator's, is left alone."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from guanxi.warehouse.publish import Written
from tests.warehouse.publish.bank import staff
from tests.warehouse.publish.minibank import OPENING

NEXT = date(2026, 5, 30)
THIRD = date(2026, 6, 1)


def posts(house, number):
    return house.rows(
        "select institution_id, role, valid_from, valid_to from org_post where staff_id = %s"
        " order by valid_from nulls first, valid_to nulls last, institution_id",
        number,
    )


def account(house, number):
    [found] = house.rows("select is_active, left_on from org_staff where id = %s", number)
    return found


@pytest.fixture
def opened(house):
    house.write()
    house.publish()
    return house


@pytest.fixture(params=[True, False], ids=["parts are there", "only PostgreSQL knows"])
def following(request, opened):
    """Publishes the next night, once with the parts of the one before and once without."""

    def publish(day=NEXT):
        if not request.param:
            shutil.rmtree(opened.bank.root / "published", ignore_errors=True)
            opened.bank.layout.drop_from(OPENING)
        opened.write(day)
        return opened.publish()

    return publish


def test_who_is_new_cannot_sign_in_until_a_password_is_set(opened):
    passwords = [password for (password,) in opened.rows("select password from org_staff")]
    assert len(set(passwords)) == len(passwords) == 5
    assert all(password.startswith("!") and len(password) > 40 for password in passwords)
    assert opened.rows("select distinct is_active, is_staff, is_superuser, preferences from org_staff") == [
        (True, False, False, {})
    ]
    assert posts(opened, "S1") == [("B11", "rm", date(2020, 1, 1), None)]


def test_what_is_their_own_is_never_touched(opened, following):
    opened.connection.execute(
        "update org_staff set password = 'theirs', is_staff = true, is_superuser = true,"
        " preferences = '{\"theme\": \"dark\"}', last_login = '2026-05-30 08:00+08' where id = 'S1'"
    )
    opened.bank.row("core_staff", "S1")["staff_name"] = "新名字"
    published = following()
    assert published.rows["org_staff"] == Written(1, 0, 5)
    assert opened.rows(
        "select name, password, is_staff, is_superuser, preferences, last_login is not null from org_staff"
        " where id = 'S1'"
    ) == [("新名字", "theirs", True, True, {"theme": "dark"}, True)]
    assert posts(opened, "S1") == [("B11", "rm", date(2020, 1, 1), None)]


@pytest.mark.parametrize("change", [{"status": "left"}, {"left_on": date(2026, 5, 29)}], ids=["by word", "by day"])
def test_who_left_may_not_sign_in_and_returns_with_the_file(opened, following, change):
    row = opened.bank.row("core_staff", "S1")
    row |= change
    following()
    assert account(opened, "S1") == (False, change.get("left_on", NEXT))
    assert posts(opened, "S1") == [("B11", "rm", date(2020, 1, 1), NEXT)]
    row |= {"status": "active", "left_on": None}
    following(THIRD)
    assert account(opened, "S1") == (True, None)
    assert posts(opened, "S1") == [("B11", "rm", THIRD, None)]


def test_a_last_day_to_come_is_no_leaving_yet(opened, following):
    opened.bank.row("core_staff", "S1")["left_on"] = date(2026, 5, 31)
    following()
    assert account(opened, "S1") == (True, date(2026, 5, 31))
    published = following(THIRD)
    assert account(opened, "S1") == (False, date(2026, 5, 31))
    assert published.rows["org_staff"] == Written(1, 0, 5)


def test_who_is_gone_from_the_file_has_left(opened, following):
    opened.bank.core["core_staff"] = [row for row in opened.bank.core["core_staff"] if row["staff_id"] != "S1"]
    published = following()
    assert account(opened, "S1") == (False, NEXT)
    assert posts(opened, "S1")[0][3] == NEXT
    assert published.rows["org_staff"] == Written(0, 1, 4)
    opened.bank.core["core_staff"].append(staff("S1", "B12", "rm"))
    following(THIRD)
    assert account(opened, "S1") == (True, None)


def test_sessions_of_whoever_left_or_is_gone_end_that_night_and_no_others(opened, following):
    opened.connection.execute("truncate org_staffsession")
    for number in ("S1", "S2", "S3"):
        opened.connection.execute(
            "insert into org_staffsession (session_key, session_data, expire_date, staff_id, public_id, began_at,"
            " used_at, address, device)"
            " values (%s, '', now() + interval '1 day', %s, gen_random_uuid(), now(), now(), '', '')",
            [f"key of {number}", number],
        )
    opened.bank.row("core_staff", "S1")["status"] = "left"
    opened.bank.core["core_staff"] = [row for row in opened.bank.core["core_staff"] if row["staff_id"] != "S2"]
    following()
    assert account(opened, "S1")[0] is False
    assert opened.rows("select staff_id from org_staffsession") == [("S3",)]


def test_an_account_that_an_administrator_closed_stays_closed(opened, following):
    opened.connection.execute("update org_staff set is_active = false where id in ('S1', 'S2')")
    opened.bank.row("core_staff", "S1")["phone"] = "13800000000"
    opened.bank.row("core_staff", "S2")["left_on"] = date(2026, 12, 31)
    following()
    assert account(opened, "S1") == (False, None)
    assert account(opened, "S2") == (False, date(2026, 12, 31))
    opened.bank.row("core_staff", "S2")["phone"] = "13800000001"
    following(THIRD)
    assert account(opened, "S2") == (False, date(2026, 12, 31))


def test_an_administrator_unknown_to_the_file_is_left_alone(opened, following):
    opened.connection.execute(
        "insert into org_staff (id, name, password, role, line, phone, email, is_active, is_staff, is_superuser,"
        " preferences) values ('admin', 'admin', 'x', 'administrator', 'both', '', '', true, true, true, '{}')"
    )
    following()
    assert account(opened, "admin") == (True, None)
    assert posts(opened, "admin") == []


def test_a_move_closes_one_post_and_opens_another(opened, following):
    opened.connection.execute(
        "insert into org_post (staff_id, institution_id, role, line) values ('S1', 'B0', 'auditor', 'both')"
    )
    row = opened.bank.row("core_staff", "S1")
    row["institution_id"] = "B12"
    published = following()
    given = ("B0", "auditor", None, None)
    assert posts(opened, "S1") == [given, ("B11", "rm", date(2020, 1, 1), OPENING), ("B12", "rm", NEXT, None)]
    assert published.rows["org_post"] == Written(1, 1, 7)
    row |= {"institution_id": "B11", "line": "both"}
    following(THIRD)
    assert posts(opened, "S1") == [given, ("B12", "rm", NEXT, date(2026, 5, 31)), ("B11", "rm", THIRD, None)]
    assert opened.one("select line from org_post where staff_id = 'S1' and institution_id = 'B11'") == "both"
    row["status"] = "left"
    following(date(2026, 6, 2))
    assert all(valid_to for *_, valid_to in posts(opened, "S1"))
