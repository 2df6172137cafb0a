"""Nights are published whole, one after the other, and again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from unittest import mock

import psycopg
import pytest

from guanxi.warehouse.nights import Night
from guanxi.warehouse.publish import PublicationError, Written, last_published, publish
from guanxi.warehouse.publish.session import MissingPartError
from tests.warehouse.publish.bank import add_party, agreement
from tests.warehouse.publish.conftest import empty
from tests.warehouse.publish.minibank import OPENING, local

NEXT = date(2026, 5, 30)
THIRD = date(2026, 6, 1)
NOON = local(2026, 5, 28)


def versions(house, table):
    """Which version of each row stands there: a row that was not written keeps its own."""
    return dict(house.rows(f"select {table}::text, xmin::text || ctid::text from {table}"))


def test_the_first_publication_brings_everything(house):
    house.bank.event("E1", "A00011", NOON)
    house.bank.month(date(2026, 4, 1))
    house.bank.change("movement", night=OPENING, party_id="C0001", moved=Decimal("99.99"))
    house.write()
    published = house.publish(run_id="run-1")

    assert published.business_date == last_published(house.url) == OPENING
    assert published.previous is None
    assert house.rows("select business_date, previous_business_date, run_id, snapshot from insight_publication") == [
        (OPENING, None, "run-1", published.snapshot)
    ]
    assert len(published.snapshot) <= 64
    for name, written in published.rows.items():
        assert house.one(f"select count(*) from {name}") == written.written == written.total, name
    assert published.rows["party_party"] == Written(10, 0, 10)
    assert published.rows["holding_agreement"] == Written(20, 0, 20)
    assert published.rows["insight_agreementmonth"] == Written(20, 0, 20)
    stored = house.one("select rows from insight_publication")
    assert stored["party_party"] == {"written": 10, "deleted": 0, "total": 10}

    assert house.rows(
        "select name, name_en, name_pinyin, gender, manager_id, restricted from party_party where id = 'C0001'"
    ) == [("张小明", "", "zhang xiao ming", "", "S1", False)]
    assert house.opened("party_party", "annual_income")["C0001",] == "123456.78"
    assert house.opened("party_party", "annual_income")["C0007",] is None
    assert house.opened("party_contactpoint", "value")["C0001", "mobile", 1] == "13800138000"
    assert house.opened("party_partyidentifier", "number")["C0001", "resident_id", 1] == "11010119900101123X"
    assert house.rows("select path, depth, parent_id from org_institution where id = 'B11'") == [("B0/B11/", 1, "B0")]
    assert house.rows(
        "select name_pinyin, assets, trend, next_maturity from insight_customerfigure where party_id = 'C0002'"
    ) == [("zeng guo fan / ceng guo fan", Decimal(3000), None, None)]
    assert house.rows(
        "select balance_sum, interest_sum from insight_agreementfigure where agreement_id = 'A00011'"
    ) == [(Decimal(29000), Decimal("12.34567000"))]


def test_an_events_time_is_the_banks_local_time(house):
    house.bank.event("E1", "A00011", NOON)
    house.write()
    house.publish()
    [(moment, day, night)] = house.rows("select event_time at time zone 'UTC', event_date, night from holding_event")
    assert moment == local(2026, 5, 28, 4, 0)
    assert (day, night) == (NOON.date(), OPENING)


def test_a_night_writes_only_the_rows_that_changed(house):
    house.write()
    house.publish()
    before = {name: versions(house, name) for name in ("party_party", "holding_agreement", "party_searchtoken")}

    house.bank.row("core_party", "C0009")["occupation"] = "教师"
    house.bank.row("core_agreement", "A00011")["balance"] = Decimal("1.23")
    for row in house.bank.core["core_agreement"]:
        row["balance_date"] = NEXT
    house.bank.core["core_agreement_party"] = [
        row for row in house.bank.core["core_agreement_party"] if row["agreement_id"] != "A00022"
    ]
    add_party(house.bank, "C0011", "person", "冯新", "B11", "S1", phone="13012345678")
    house.write(NEXT)
    published = house.publish()

    assert published.rows["party_party"] == Written(2, 0, 11)
    assert published.rows["party_contactpoint"] == Written(1, 0, 11)
    assert published.rows["party_partyidentifier"] == Written(0, 0, 10)
    assert published.rows["holding_agreement"] == Written(3, 0, 22)
    assert published.rows["holding_agreementparty"] == Written(2, 1, 21)
    assert published.rows["org_institution"] == Written(0, 0, 3)
    assert published.rows["insight_customerfigure"] == Written(11, 0, 11)
    tokens = published.rows["party_searchtoken"]
    assert tokens.deleted == 0
    assert tokens.written == house.one("select count(*) from party_searchtoken where party_id = 'C0011'")
    assert tokens.total == house.one("select count(*) from party_searchtoken")
    for name, was in before.items():
        now = versions(house, name)
        assert {row: version for row, version in now.items() if row in was}.items() <= was.items(), name
    # The balance's date moves on with the balance, not by itself.
    assert dict(house.rows("select id, balance_date from holding_agreement where id in ('A00011', 'A00012')")) == {
        "A00011": NEXT,
        "A00012": OPENING,
    }


def test_daily_figures_of_the_date_before_stay_for_those_who_still_read_them(house):
    for day in (OPENING, NEXT, THIRD):
        house.write(day)
        house.publish()
    assert house.rows("select distinct business_date from insight_customerfigure order by 1") == [(NEXT,), (THIRD,)]
    assert [business_date for (business_date,) in house.rows("select business_date from insight_publication")] == [
        OPENING,
        NEXT,
        THIRD,
    ]
    assert house.one("select previous_business_date from insight_publication order by id desc limit 1") == NEXT


def test_several_nights_at_once_publish_the_last_state_and_all_journals(house):
    house.bank.event("E1", "A00011", NOON)
    house.write()
    house.bank.event("E2", "A00011", local(2026, 5, 30, 9, 0))
    house.bank.change("tier_change", night=NEXT, party_id="C0001", tier="core")
    house.write(NEXT)
    house.bank.event("E3", "A00011", local(2026, 6, 1, 9, 0))
    house.bank.month(date(2026, 5, 1))
    house.write(THIRD)
    published = house.publish(*house.nights)
    assert published.business_date == THIRD
    assert house.rows("select event_id, night from holding_event order by 1") == [
        ("E1", OPENING),
        ("E2", NEXT),
        ("E3", THIRD),
    ]
    assert house.rows("select distinct business_date from insight_agreementfigure") == [(THIRD,)]
    assert published.rows["holding_event"] == Written(3, 0, 3)
    assert house.one("select tier from insight_tierchange") == "core"
    assert house.rows("select distinct month, night from insight_customermonth") == [(date(2026, 5, 1), THIRD)]


def rerun(house, tmp_path):
    """Three nights, of which the second and third are run again with other rows; returns the plain way's contents."""
    bank = house.bank
    bank.event("E1", "A00011", NOON)
    bank.change("balance_change", party_id="C0001", balance_date=OPENING, night=OPENING, deposit=Decimal(5))
    house.write()
    house.publish()
    bank.row("core_party", "C0003")["party_name"] = "错误名"
    bank.event("E2", "A00011", local(2026, 5, 30, 9, 0))
    bank.change("balance_change", party_id="C0001", balance_date=NEXT, night=NEXT, deposit=Decimal(6))
    house.write(NEXT)
    house.publish()
    bank.event("E3", "A00011", local(2026, 6, 1, 9, 0))
    bank.month(date(2026, 5, 1))
    house.write(THIRD)
    house.publish()

    bank.layout.drop_from(NEXT)
    bank.row("core_party", "C0003")["party_name"] = "单田芳"
    bank.row("core_party", "C0004")["institution_id"] = "B11"
    bank.event("E2b", "A00011", local(2026, 5, 30, 9, 30))
    bank.change("balance_change", party_id="C0001", balance_date=NEXT, night=NEXT, deposit=Decimal(7))
    second = bank.write(NEXT, previous=OPENING)
    bank.month(date(2026, 5, 1))
    third = bank.write(THIRD)
    return second, third


@pytest.mark.parametrize("links", [True, False], ids=["published parts are linked", "only PostgreSQL knows"])
def test_a_night_that_is_run_again_replaces_its_rows_and_all_later_ones(house, tmp_path, links):
    import shutil

    second, third = rerun(house, tmp_path)
    if not links:
        shutil.rmtree(house.bank.root / "published")
    published = house.publish(second, third)
    assert house.rows("select event_id from holding_event order by 1") == [("E1",), ("E2b",)]
    assert house.rows("select balance_date, deposit from insight_balancechange order by 1") == [
        (OPENING, Decimal(5)),
        (NEXT, Decimal(7)),
    ]
    assert published.rows["holding_event"] == Written(1, 2, 2)
    assert published.rows["insight_agreementmonth"] == Written(20, 20, 20)
    assert published.rows["party_party"] == Written(2, 0, 10)
    assert published.rows["holding_agreement"] == Written(0, 0, 20)
    assert house.one("select name from party_party where id = 'C0003'") == "单田芳"
    assert published.rows["party_searchtoken"].total == house.one("select count(*) from party_searchtoken")

    # The same as publishing the corrected nights into an empty database.
    again = house.everything()
    empty(house.connection)
    house.publish(house.nights[0])
    house.publish(second, third)
    assert house.everything() == again


def test_the_same_night_again_changes_nothing_but_its_partitions(house):
    house.write()
    house.bank.event("E1", "A00011", NOON)
    house.publish()
    night = house.write(NEXT)
    house.publish()
    before = house.everything()
    kept = versions(house, "party_party") | versions(house, "party_searchtoken")
    published = house.publish(night)
    assert house.everything() == before
    assert versions(house, "party_party") | versions(house, "party_searchtoken") == kept
    assert published.rows["insight_customerfigure"] == Written(10, 0, 10)


def test_going_back_to_an_earlier_night_takes_later_rows_away(house):
    first = house.write()
    house.publish()
    house.bank.event("E2", "A00011", local(2026, 5, 30, 9, 0))
    house.bank.row("core_party", "C0001")["occupation"] = "医生"
    house.write(NEXT)
    house.publish()
    house.publish(first)
    assert last_published(house.url) == OPENING
    assert house.one("select count(*) from holding_event") == 0
    assert house.one("select occupation from party_party where id = 'C0001'") == ""


def test_when_the_rules_of_search_change_everything_is_compared_with_what_stands_there(house):
    house.write()
    house.publish()
    house.connection.execute("update party_party set name_pinyin = 'by an older rule' where id = 'C0001'")
    house.connection.execute("delete from party_searchtoken where party_id = 'C0002'")
    house.connection.execute("insert into party_searchtoken values ('q-older', 'B11', 'C0001', 'person')")
    count = house.one("select count(*) from party_searchtoken")
    house.write(NEXT)
    with mock.patch("guanxi.warehouse.publish.fingerprint.VERSION", -1):
        published = house.publish()
    assert published.rows["party_party"] == Written(1, 0, 10)
    added = house.one("select count(*) from party_searchtoken where party_id = 'C0002'")
    assert published.rows["party_searchtoken"] == Written(added, 1, count + added - 1)
    assert house.one("select name_pinyin from party_party where id = 'C0001'") == "zhang xiao ming"
    assert house.one("select count(*) from party_searchtoken where token = 'q-older'") == 0


def test_when_the_rules_of_rows_change_rows_are_compared_and_tokens_only_of_those_that_differ(house):
    house.write()
    published = house.publish()
    day, rules, parts = published.snapshot.split("/")
    older = f"{day}/000000-{rules.partition('-')[2]}/{parts}"
    house.connection.execute("update insight_publication set snapshot = %s", [older])
    house.connection.execute("update org_institution set city = 'x'")
    kept = versions(house, "party_searchtoken")
    house.write(NEXT)
    published = house.publish()
    assert published.rows["org_institution"] == Written(3, 0, 3)
    assert published.rows["party_party"] == Written(0, 0, 10)
    assert versions(house, "party_searchtoken") == kept


def test_a_gap_between_nights_is_refused(house):
    house.write()
    house.publish()
    house.write(NEXT)
    night = house.write(THIRD)
    with pytest.raises(PublicationError, match="2026-05-30 is not"):
        house.publish(night)
    with pytest.raises(PublicationError, match="does not follow"):
        house.publish(house.nights[0], night)
    with pytest.raises(PublicationError, match="no night"):
        publish(layout=house.bank.layout, nights=[], database_url=house.url, run_id="none")
    assert last_published(house.url) == OPENING


def test_a_part_that_is_missing_is_named_and_nothing_is_published(house):
    import shutil

    house.write()
    shutil.rmtree(house.bank.layout.part("marts", "maturity", OPENING))
    with pytest.raises(MissingPartError, match="marts/maturity of 2026-05-29"):
        house.publish()
    assert last_published(house.url) is None
    assert house.one("select count(*) from party_party") == 0


def test_what_postgresql_refuses_leaves_everything_as_it_was(house):
    house.write()
    house.publish()
    before = house.everything()
    house.bank.row("core_party", "C0001")["aml_risk"] = "far too long a word"
    house.bank.row("core_party", "C0002")["occupation"] = "would be written"
    house.write(NEXT)
    with pytest.raises(psycopg.errors.StringDataRightTruncation):
        house.publish()
    assert house.everything() == before
    house.bank.row("core_party", "C0001")["aml_risk"] = "low"
    house.bank.layout.drop_from(NEXT)
    house.publish(house.bank.write(NEXT, previous=OPENING))
    assert house.one("select count(*) from pg_class where relnamespace = 'inbox'::regnamespace") == 0


def test_an_opening_brings_years_and_what_is_too_old_is_not_kept(house):
    months = [date(year, month, 1) for year in (2024, 2025) for month in range(1, 13)]
    for number, month in enumerate(months):
        house.bank.month(month)
        house.bank.change(
            "balance_change", party_id="C0001", balance_date=month, night=OPENING, deposit=Decimal(number)
        )
        house.bank.change("book_day", business_date=month, night=OPENING, institution_id="B11", customers=number)
        house.bank.event(f"E{number}", "A00011", local(month.year, month.month, 15))
    house.write()
    published = house.publish(events_kept_days=300, agreement_months_kept=13)
    assert house.rows("select min(month), max(month), count(*) from insight_agreementmonth") == [
        (date(2025, 4, 1), date(2025, 12, 1), 9 * 20)
    ]
    assert house.rows("select count(distinct month), count(*) from insight_customermonth") == [(24, 240)]
    assert house.rows("select balance_date, deposit from insight_balancechange order by 1") == [
        (month, Decimal(number)) for number, month in enumerate(months)
    ]
    assert house.rows("select min(event_date), count(*) from holding_event") == [(date(2025, 8, 15), 5)]
    assert house.one("select sum(customers) from insight_bookday") == sum(range(24))
    for name, written in published.rows.items():
        assert house.one(f"select count(*) from {name}") == written.total, name
    assert house.one("select count(*) from pg_inherits where inhparent = 'insight_balancechange'::regclass") == 24


def test_partitions_past_their_time_are_dropped_and_no_longer_counted(house):
    house.bank.month(date(2026, 4, 1))
    house.bank.event("E1", "A00011", NOON)
    house.bank.change("movement", night=OPENING, party_id="C0001", moved=Decimal(1))
    house.write()
    house.publish()
    assert house.one("select count(*) from holding_event") == 1
    later = date(2027, 8, 5)
    house.bank.event("E2", "A00011", local(2027, 8, 5))
    house.write(later)
    published = house.publish()
    assert published.rows["holding_event"] == Written(1, 0, 1)
    assert published.rows["insight_agreementmonth"] == Written(0, 0, 0)
    assert published.rows["insight_movement"] == Written(0, 0, 0)
    assert published.rows["insight_customermonth"] == Written(0, 0, 10)
    for name in ("holding_event", "insight_agreementmonth", "insight_movement", "insight_customermonth"):
        assert house.one(f"select count(*) from {name}") == published.rows[name].total, name
    assert (
        house.one("select rows->'holding_event'->>'kept_from' from insight_publication order by id desc")
        == "2026-07-01"
    )


def test_partitions_are_attached_without_being_read_and_with_their_indexes(house):
    house.write()
    notices = []
    house.publish()
    for table in ("insight_customerfigure", "holding_event", "insight_balancechange"):
        missing = house.rows(
            "select p.indexrelid::regclass from pg_index p left join pg_inherits i on i.inhparent = p.indexrelid"
            " where p.indrelid = %s::regclass and i.inhrelid is null"
            " and exists (select from pg_inherits where inhparent = p.indrelid)",
            table,
        )
        assert missing == []
    assert house.rows("select relname from pg_class where relname like '%%_holds'") == []
    assert house.one("select count(*) from pg_constraint where conname like '%%_holds'") == 0
    assert not notices


def test_a_table_with_millions_of_changes_is_still_one_transaction(house):
    """Many agreements: the first load builds its indexes after the rows, and finds them all again."""
    for number in range(25_000):
        agreement(house.bank, f"B{number:06}", "demand_deposit", "C0001", "B11", Decimal(number))
    house.write()
    before = house.rows(
        "select indexdef from pg_indexes where tablename in ('holding_agreement', 'party_searchtoken') order by 1"
    )
    published = house.publish()
    assert published.rows["holding_agreement"] == Written(25_020, 0, 25_020)
    assert house.one("select sum(balance) from holding_agreement where party_id = 'C0001'") == 312_487_500 + 3000
    after = house.rows(
        "select indexdef from pg_indexes where tablename in ('holding_agreement', 'party_searchtoken') order by 1"
    )
    assert after == before


@pytest.mark.parametrize("previous", [None, OPENING])
def test_night_knows_the_day_before(previous):
    assert Night(NEXT, previous).opening is (previous is None)
