"""Hand-overs and the nights: what the staff arranged flows into the figures and ends when the bank's file moves on."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from guanxi.warehouse.night import run
from guanxi.warehouse.night.run import run_nights
from tests.acceptance.nights import SPEC, deliver

pytestmark = pytest.mark.long
OPENING, FIRST, LAST = SPEC.days


def arrange(house, party: str, manager: str | None, instead_of: str) -> int:
    """An open arrangement, as a hand-over leaves it."""
    with psycopg.connect(house.options.database_url, autocommit=True) as connection:
        return connection.execute(
            "insert into org_assignment (party_id, staff_id, kind, valid_from, reason, made_at, instead_of, ended)"
            " values (%s, %s, 'lead', current_date, '', now(), %s, '') returning id", [party, manager, instead_of],
        ).fetchone()[0]  # fmt: skip


def sums_agree(house, day) -> None:
    """The day's books are the sums of the customers' own figures."""
    names = "institution_id, coalesce(manager_id, ''), kind, tier"
    books = house.query(
        f"select {names}, customers, deposit, loan, wealth, contribution_mtd, contribution_r12 from insight_bookday"
        " where business_date = %s order by 1, 2, 3, 4", day,
    )  # fmt: skip
    figures = house.query(
        f"select {names}, count(*), sum(deposit), sum(loan), sum(wealth), sum(contribution_mtd), sum(contribution_r12)"
        " from insight_customerfigure where business_date = %s group by 1, 2, 3, 4 order by 1, 2, 3, 4", day,
    )  # fmt: skip
    assert books == figures


def managers(house, day) -> dict[str, tuple[str | None, str | None]]:
    """By customer, the manager in the list of customers and in the day's figures."""
    rows = house.query(
        "select p.id, p.manager_id, f.manager_id from party_party p"
        " join insight_customerfigure f on f.party_id = p.id and f.business_date = %s", day,
    )  # fmt: skip
    return {number: (there, here) for number, there, here in rows}


def test_arrangements_flow_into_the_nights_and_end_when_the_file_has_moved_on(past, untouched, opened, monkeypatch):
    file = opened.query("select id, manager_id from party_party where manager_id is not null order by id")
    (unchanged, named), (nobody, before), (follows, follower), (third, other), (late, was) = file[:5]
    new = next(number for _party, number in file if number not in {named, before, follower, other, was})
    arrange(untouched, unchanged, new, named)
    arrange(untouched, nobody, None, before)
    agreed = arrange(untouched, follows, follower, "somebody")
    overridden = arrange(untouched, third, new, "somebody")
    deliver(past.files, untouched.options.inbox, OPENING)
    run_nights(untouched.options)
    now, without = managers(untouched, OPENING), managers(opened, OPENING)
    assert now[unchanged] == (new, new)
    assert now[nobody] == (None, None)
    assert now[follows] == (follower, follower)
    assert now[third] == (other, other)
    touched = {unchanged, nobody}
    assert {party: now[party] for party in now.keys() - touched} == {
        party: without[party] for party in without.keys() - touched
    }
    ended = dict(untouched.query("select id, ended from org_assignment where valid_to is not null"))
    assert ended == {agreed: "agrees", overridden: "overrides"}
    sums_agree(untouched, OPENING)

    # Arranged after a night has read the arrangements: the publication makes the move again. What the file says nothing
    # of stays as it was carried.
    monkeypatch.setattr(run, "open_leads", lambda *_a, **_k: [])
    arrange(untouched, late, new, was)
    deliver(past.files, untouched.options.inbox, FIRST)
    run_nights(untouched.options)
    now = managers(untouched, FIRST)
    assert now[late] == now[unchanged] == (new, new)
    assert now[nobody] == (None, None)
    sums_agree(untouched, FIRST)
    checked = untouched.query("select rule, expected, actual from quality_reconciliation")
    assert checked
    assert all(expected == actual for _rule, expected, actual in checked)


def test_the_night_takes_back_what_was_for_a_time(opened, past):
    (party, was), *_rest = opened.query(
        "select id, manager_id from party_party where manager_id is not null order by id"
    )
    new = opened.query("select id from org_staff where role = 'rm' and id <> %s order by id limit 1", was)[0][0]
    (today,) = opened.query("select current_date")[0]
    with psycopg.connect(opened.options.database_url, autocommit=True) as connection:
        (number,) = connection.execute(
            "insert into handover_handover (origin, state, kind, giver_id, what, numbers, rule, options, over_capacity,"
            " effective_on, last_day, reason, summary, spread, version, previewed, total, moved, skipped, back, kept,"
            " made_at, undo_hours, said) values ('arranged', 'scheduled', 'temporary', %s, '{}', '', 'to_one', '{}',"
            " false, %s, %s, 'leave', '{}', '[]', 1, 1, 1, 0, 0, 0, 0, now(), 72, '') returning id",
            [was, today - timedelta(9), today - timedelta(2)],
        ).fetchone()
        connection.execute("insert into handover_receiver (handover_id, staff_id, position) values (%s, %s, 0)",
                           [number, new])  # fmt: skip
        connection.execute(
            "insert into handover_item (handover_id, party_id, giver, receiver, state)"
            " values (%s, %s, %s, %s, 'planned')", [number, party, was, new])  # fmt: skip
        for side, of in (("giver", was), ("receiver", new)):
            connection.execute(
                "insert into handover_signature (handover_id, side, staff_id, signed_by_id, signed_at, version)"
                " values (%s, %s, %s, %s, now(), 1)", [number, side, of, of])  # fmt: skip
    deliver(past.files, opened.options.inbox, FIRST)
    run_nights(opened.options)
    assert opened.query("select state, moved, back from handover_handover") == [("returned", 1, 1)]
    assert managers(opened, FIRST)[party] == (was, was)
    assert len(opened.query("select 1 from org_assignment where party_id = %s", party)) == 2
    sums_agree(opened, FIRST)
