"""A manager's morning from end to end: what the night found, the call, the promise, the brief, the book handed on."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.contact.models import Mark, Task
from guanxi.crm.insight.models import Alert
from guanxi.crm.kernel.personal import registered
from guanxi.crm.party.models import Party
from guanxi.warehouse.rules import BOOKS
from tests.acceptance.nights import SPEC, deliver
from tests.warehouse.rule_files import with_cell, with_numbers
from tests.web.conftest import sign_in
from tests.web.contact.test_activities import outcome, record
from tests.web.morning.test_list import alert, bare, names, rows, say, undo

__all__ = ["bare", "sign_in"]

SAME = """
SELECT count(*), count(*) FILTER (WHERE a.amount IS DISTINCT FROM w.amount OR a.many IS DISTINCT FROM w.many)
FROM (SELECT * FROM insight_alert WHERE reason = ANY (%s) AND business_date = %s) a
FULL JOIN ({wanted}) w USING (party_id, reason, due_on)
"""
MATURING = """
SELECT party_id, CASE WHEN kind IN ('loan', 'card') THEN 'loan_due' ELSE 'maturity' END AS reason,
    maturity_date AS due_on, sum(balance) AS amount, count(*)::int AS many
FROM insight_maturity WHERE business_date = %s AND balance > 0 GROUP BY 1, 2, 3
"""
OVERDUE = """
SELECT party_id, 'overdue' AS reason, business_date - days_overdue AS due_on, loan AS amount, days_overdue AS many
FROM insight_customerfigure WHERE business_date = %s AND days_overdue > 0
"""
BORN = """
SELECT f.party_id, 'birthday' AS reason, d::date AS due_on, f.assets AS amount,
    (extract(year FROM d) - extract(year FROM p.birth_date))::int AS many
FROM insight_customerfigure f
JOIN party_party p ON p.id = f.party_id
CROSS JOIN generate_series(f.business_date, f.business_date + 14, interval '1 day') d
WHERE f.business_date = %s AND p.kind = 'person' AND p.status = 'active'
    AND to_char(p.birth_date, 'MMDD') = to_char(d, 'MMDD')
"""
FLOWS = """
SELECT a.reason, a.amount, abs(now.deposit + now.wealth - coalesce(before.deposit + before.wealth, 0)), a.amount_before
FROM insight_alert a
JOIN insight_balancechange now ON now.party_id = a.party_id AND now.balance_date = a.due_on
LEFT JOIN LATERAL (
    SELECT * FROM insight_balancechange b
    WHERE b.party_id = a.party_id AND b.balance_date < a.due_on ORDER BY b.balance_date DESC LIMIT 1) before ON true
WHERE a.reason IN ('inflow', 'outflow') AND a.business_date = %s
"""


# A bank of four hundred customers moves little in one night: it has lower thresholds.
LEAST, TIMES = 500, 2
OWN = {"flow": {"50000": str(LEAST), "4": str(TIMES)}, "alert": {"50000": "500", "0.2": "0.05"}}


DRAFT = """
INSERT INTO rulings_version (book, state, role, share, content, reason, made_by_id, made_at, changed_at, note,
    simulation)
VALUES ('tier', 'draft', 'champion', 100, %s, '', '1', now(), now(), '', '{}') RETURNING id
"""
SEND = """
UPDATE rulings_version SET state = 'submitted', submitted_at = now(), effective_from = %s WHERE id = %s RETURNING id
"""
RELEASE = """
UPDATE rulings_version SET state = 'released', decided_by_id = '2', decided_at = now() WHERE id = %s RETURNING id
"""


@pytest.mark.long
def test_the_night_tells_whom_to_act_on(past, opened, tmp_path, monkeypatch):
    folder = tmp_path / "assumptions"
    folder.mkdir()
    for book, numbers in OWN.items():
        (folder / f"{book}.json").write_text(with_numbers(BOOKS[book].shipped, numbers))
    monkeypatch.setenv("GUANXI_ASSUMPTIONS", str(folder))
    # What was released in the site decides from its first night on, and the night writes down what it went by.
    released = with_cell(BOOKS["tier"].shipped, "t6", "tier", '"core"')
    ((number,),) = opened.query(DRAFT, released)
    opened.query(SEND, SPEC.days[1], number)
    opened.query(RELEASE, number)
    deliver(past.files, opened.options.inbox, SPEC.days[1])
    status, printed = opened.command("night")
    assert status == 0, printed
    finished, day = opened, opened.business_date()
    tiers = finished.query("SELECT DISTINCT tier, split_part(tier_decision, ' ', 1) FROM insight_customerfigure"
                           " WHERE business_date = %s", day)  # fmt: skip
    assert {label for _tier, label in tiers} == {f"v{number}"}
    assert "standard" not in {tier for tier, _label in tiers}
    noted = dict(finished.query("SELECT book, label FROM rulings_night WHERE business_date = %s", day))
    assert noted["tier"] == f"v{number}"
    assert noted["flow"].startswith("f")
    assert day == SPEC.days[1]
    for reasons, wanted in (
        (["maturity", "loan_due"], MATURING), (["overdue"], OVERDUE), (["birthday"], BORN),
    ):  # fmt: skip
        ((many, wrong),) = finished.query(SAME.format(wanted=wanted), reasons, day, day)
        assert many > 0, reasons
        assert wrong == 0, reasons
    # A flow is what the journal of balances says, and so many times what was usual for that customer.
    flows = finished.query(FLOWS, day)
    assert len(flows) == finished.query(
        "SELECT count(*) FROM insight_alert WHERE reason IN ('inflow', 'outflow') AND business_date = %s", day
    )[0][0]  # fmt: skip
    assert {reason for reason, *_rest in flows} == {"inflow", "outflow"}
    for reason, amount, moved, usual in flows:
        assert amount == moved >= LEAST, reason
        assert amount >= TIMES * usual
    ((falling,),) = finished.query("SELECT count(*) FROM insight_alert WHERE reason = 'falling' AND amount >= 500")
    assert falling
    # Everything stands under the manager that the customer has.
    ((strangers,),) = finished.query(
        "SELECT count(*) FROM insight_alert a JOIN party_party p ON p.id = a.party_id "
        "WHERE (a.manager_id, a.institution_id, a.kind) IS DISTINCT FROM (p.manager_id, p.institution_id, p.kind)"
    )
    assert strangers == 0


@pytest.mark.django_db
def test_a_morning_of_ais(bare, sign_in):
    cast, ai = bare, sign_in(bare.ai, language="en")
    person, company = cast.person, cast.company
    alert(cast, person, "outflow", amount="600000", before="1500")
    alert(cast, person, "falling", cast.day.replace(day=1), amount="200000", before="900000")
    alert(cast, company, "maturity", cast.day + datetime.timedelta(days=2), amount="300000")
    assert names(ai, "/") == [person.name, company.name]
    row = rows(ai)[0]
    assert ai.get(row.phone).status_code == 200, "the phone is revealed by the flow that asks what for"
    assert ai.get(row.visit_url).status_code == 200
    # The call is recorded; what was promised by it joins the same row.
    record(ai, person, outcome=outcome("call", "interested").pk, text="Moved to a fund elsewhere",
           promise="Compare the two funds", promise_on=cast.day.isoformat())  # fmt: skip
    row = next(row for row in rows(ai) if row.party_id == person.id)
    assert {line.code for line in row.lines} == {"outflow", "falling", "promise"}
    assert row.quiet_days == 0
    overview = ai.get(f"/customers/{person.id}/").text
    brief = ai.get(f"/customers/{person.id}/brief/").text
    for words in ("Compare the two funds", "left on 20 Nov 2026", "Average assets fell by 22%"):
        assert words in overview, words
        assert words in brief, words
    said = say(ai, row, "done", [line for line in row.lines if line.code != "promise"])
    assert [line.code for line in next(row for row in rows(ai) if row.party_id == person.id).lines] == ["promise"]
    undo(ai, said)
    say(ai, next(row for row in rows(ai) if row.party_id == person.id), "done")
    assert names(ai) == [company.name]
    assert Task.objects.get(source="promise").state == "done"
    # Qian takes the company over: what Ai snoozed there is snoozed, for whoever looks after it.
    later = (cast.day + datetime.timedelta(days=3)).isoformat()
    say(ai, rows(ai)[0], "snoozed", until=later)
    Party.objects.filter(pk=company.id).update(manager_id=cast.qian.id)
    Alert.objects.filter(party_id=company.id).update(manager_id=cast.qian.id)
    assert company.name not in names(sign_in(cast.qian))
    Mark.objects.filter(party_id=company.id).update(until=cast.day)
    assert company.name in names(sign_in(cast.qian))
    # What was said is in the log, and among what the bank holds about the person.
    assert Entry.objects.filter(subject=person.id, kind="morning", action="change").count() == 3
    held = {one.model._meta.label: one.rows_of(person.id).count() for one in registered()}
    assert (held["contact.Mark"], held["insight.Alert"]) == (2, 2)
    assert Decimal(600_000) in Alert.objects.filter(party_id=person.id).values_list("amount", flat=True)
    assert timezone.localdate() == cast.day
