"""One customer, several records, through whole nights: merged by a steward's word, parted again, no money lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from guanxi.demo.bank import BankSpec, write_bank
from guanxi.sealing import context_of, unseal_column
from guanxi.warehouse.night.run import run_nights
from tests.acceptance.nights import SPEC, House, copy_database, deliver, house, sealed_columns

pytestmark = pytest.mark.long
_, FIRST, LAST = SPEC.days
SUMS = "sum(assets), sum(loan), sum(contribution_mtd), sum(contribution_r12), sum(product_count), sum(cost_r12)"


def totals(house: House, day: date) -> tuple:
    """The bank's balances and contribution, as its customers have them."""
    return house.query(f"select {SUMS} from insight_customerfigure where business_date = %s", day)[0]


def figures(house: House, day: date) -> dict[str, tuple]:
    rows = house.query(
        "select party_id, assets, loan, contribution_r12, product_count, tier, institution_id, name"
        " from insight_customerfigure where business_date = %s", day,
    )  # fmt: skip
    return {party: tuple(rest) for party, *rest in rows}


def test_a_merge_moves_a_customer_and_a_split_brings_all_of_it_back(past, opened):
    """Two persons with agreements are said to be one before the first night, and two again before the last."""
    alone = past.after[1].copy(opened.options.warehouse.parent.parent / "alone")
    before = figures(alone, FIRST)
    kept, gone = [
        party for (party,) in opened.query(
            "select f.party_id from insight_customerfigure f join party_party p on p.id = f.party_id"
            " where p.kind = 'person' and f.assets > 0 and f.contribution_r12 <> 0 order by f.party_id limit 2"
        )
    ]  # fmt: skip
    merge = opened.query(
        "insert into identity_merge (party_id, kept, gone, cause, reason, at, counts, undone_reason)"
        " values (%s, %s, %s, 'steward', '', now(), '{}', '') returning id", kept, kept, gone,
    )[0][0]  # fmt: skip
    deliver(past.files, opened.options.inbox, FIRST)
    status, printed = opened.command("night")
    assert status == 0, printed
    after = figures(opened, FIRST)
    assert before.keys() - after.keys() == {gone}
    assert totals(opened, FIRST) == totals(alone, FIRST)
    for place in range(4):
        assert after[kept][place] == before[kept][place] + before[gone][place]
    assert {party: said for party, said in after.items() if party != kept} == {
        party: said for party, said in before.items() if party not in (kept, gone)
    }
    for table, column in (("party_party", "id"), ("holding_agreement", "party_id"),
                          ("party_partyidentifier", "party_id"), ("insight_agreementfigure", "party_id")):  # fmt: skip
        where = " and business_date = (select max(business_date) from insight_publication)" * ("figure" in table)
        assert opened.query(f"select count(*) from {table} where {column} = %s{where}", gone) == [(0,)], table
    assert {record for (record,) in opened.query("select record_id from identity_record")} == {kept, gone}
    rules = dict(opened.query("select field, source_record from identity_field where party_id = %s", kept))
    assert set(rules.values()) <= {kept, gone}
    assert "party_name" in rules
    steps = opened.query(
        "select s.name, s.status, s.rows > 0 from quality_runstep s join quality_run r on r.id = s.run_id"
        " where r.business_date = %s order by s.position", FIRST,
    )  # fmt: skip
    assert [name for name, *_ in steps] == ["land", "identify", "build", "publish"]
    assert all(done == "done" for _name, done, _rows in steps)

    opened.query("update identity_merge set undone_at = now() where id = %s returning id", merge)
    opened.query(
        "insert into identity_decision (left_record, right_record, party_id, other_id, verdict, at, reason, note,"
        " answer) values (%s, %s, %s, %s, 'different', now(), '', '', '') returning id", kept, gone, kept, gone,
    )  # fmt: skip
    deliver(past.files, opened.options.inbox, LAST)
    status, printed = opened.command("night")
    assert status == 0, printed
    never = past.after[2].copy(opened.options.warehouse.parent.parent / "never")
    assert figures(opened, LAST) == figures(never, LAST)
    assert totals(opened, LAST) == totals(never, LAST)
    whole = "select to_jsonb(f) from insight_customerfigure f where business_date = %s and party_id <> %s order by 1"
    # Since when the tier holds, too: only the number that stayed had another one in between.
    assert opened.query(whole, LAST, kept) == never.query(whole, LAST, kept)
    contents = opened.contents()
    for table, digest in never.contents().items():
        # What a customer was while merged stays told: the night's own journals, and since when the tier holds.
        if table not in {"insight_customerfigure", "insight_tierchange", "insight_movement", "insight_balancechange",
                         "insight_bookday", "insight_alert", "holding_event", "insight_customermonth"}:  # fmt: skip
            assert contents[table] == digest, table


def test_a_bank_with_second_entries_is_linked_in_its_first_night_and_loses_no_money(untouched, migrated_template):
    """The same files without linking, and as it ships: fewer customers, the same money, and what a steward looks at."""
    spec = BankSpec(customers=300, daily_days=4, month_ends=1, nights=1, duplicates=0.08)
    files = untouched.options.warehouse.parent / "files"
    write_bank(spec, files, None)
    plain = house(untouched.options.warehouse.parent / "plain", copy_database(migrated_template))
    for one in (plain, untouched):
        for day in spec.days:
            deliver(files, one.options.inbox, day)
    run_nights(plain.options)
    status, printed = House(replace(untouched.options, link=True)).command("night")
    assert status == 0, printed
    last = spec.days[-1]
    assert totals(untouched, last) == totals(plain, last)
    merged = {alias for (alias,) in untouched.query("select id from party_party")}
    every = {alias for (alias,) in plain.query("select id from party_party")}
    assert merged < every
    assert len(every - merged) >= 0.5 * 0.08 * 300 * 0.5
    waiting = untouched.query("select count(*) from identity_pair where zone = 'steward'")[0][0]
    said = f"{len(every):,} records are {len(merged):,} customers; {waiting:,} pairs wait for the data steward"
    assert said in printed
    records = dict(untouched.query("select record_id, party_id from identity_record"))
    assert {record for record, party in records.items() if record != party} == every - merged
    zones = dict(untouched.query("select zone, count(*) from identity_pair group by zone"))
    assert zones["merged"] >= len(every - merged)
    label, key = sealed_columns("identity_record")["content"]
    assert (label, key) == ("identity_record.content", ["record_id"])
    sealed = untouched.query("select record_id, content from identity_record order by record_id limit 5")
    opened = unseal_column(label, [context_of([record]) for record, _content in sealed], [one for _, one in sealed])
    for text in opened:
        said = json.loads(text)
        assert {"field", "value", "source", "date", "valid"} == set(said[0])
        assert {"party_name", "opened_on"} <= {one["field"] for one in said}
    assert untouched.query("select count(*) from identity_threshold_count")[0][0] > 0
