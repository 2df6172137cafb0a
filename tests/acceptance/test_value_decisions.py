"""Rules from end to end: a business user changes a table, tries it, simulates, has it approved, and it decides."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from guanxi.crm.audit.models import Entry
from guanxi.crm.insight.models import Alert, CustomerFigure
from guanxi.crm.rulings.models import RuleNight, RuleVersion
from guanxi.crm.rulings.queries import by_label, ruling_now
from guanxi.warehouse.rules import BOOKS, shipped
from tests.warehouse.rule_files import with_cell
from tests.web.conftest import sign_in

__all__ = ["sign_in"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pages_files")]
TIER = BOOKS["tier"]
CELL = {"c4": "c:c4:contribution_i0", "c3": "c:c3:contribution_i0"}


def begun(client, book: str = "tier") -> RuleVersion:
    answer = client.post(reverse("rules-book", args=[book]))
    return RuleVersion.objects.get(pk=int(answer.headers["Location"].rstrip("/").rsplit("/", 1)[1]))


def at(name: str, row: RuleVersion) -> str:
    return reverse(name, args=[row.pk])


def test_a_table_is_changed_tried_simulated_approved_and_decides(cast, sign_in, django_assert_max_num_queries):
    ann, he = sign_in(cast.ann, "en"), sign_in(cast.he, "en")
    row = begun(ann)
    page = at("rules-version", row)
    # A bad cell is kept, told of beside it, and cannot be sent.
    ann.post(page, {CELL["c4"]: ">= many"})
    told = ann.get(page).text
    assert "There is no value called many here." in told
    assert "Contribution band, row 1, Contribution of twelve months" in told
    ann.post(page, {CELL["c4"]: ">= 20000"})
    assert "Overlap: this row and row 1 both fit where contribution_r12 = 20000" in ann.get(page).text
    assert ann.post(at("rules-simulate", row)).status_code == 422
    sent = {"reason": "More VIPs", "role": "champion"}
    assert ann.post(at("rules-submit", row), sent).status_code == 422
    ann.post(page, {CELL["c3"]: "[6000..20000)", "n:c4": "VIP since spring"})
    assert "No gap, no overlap" in ann.get(page).text
    # Rows come, move and go.
    before = RuleVersion.objects.get(pk=row.pk).content
    for do in ("add:c4", "down:n1", "up:n1", "remove:n1"):
        ann.post(page, {"do": do})
    assert RuleVersion.objects.get(pk=row.pk).content == before
    # Pasted cases say which rows answered; a case that is no case says why.
    cases = "restricted\trisk_grade\tdays_overdue\tcontribution_r12\tassets_adb_ytd\tassets_adb_mtd\n"
    answer = ann.post(at("rules-test", row), {"cases": cases + "false\t\t0\t20000\t0\t0\nmaybe\t\t0\t1\t0\t0\n"})
    one, two = answer.context["tested"].cases
    assert (one.answers, one.path) == (("premier", "vip", "contribution"), "r5 c4 a1 g2 t2")
    assert two.problem == "restricted: true or false is needed."
    # It must be simulated before it is sent; what it would change is counted from last night's figures.
    assert ann.post(at("rules-submit", row), sent).status_code == 422
    with django_assert_max_num_queries(24):
        answer = ann.post(at("rules-simulate", row), {"cost_vip": "5000", "cost_affluent": "1,000", "cost_core": "x"})
    assert answer.status_code == 422
    answer = ann.post(at("rules-simulate", row), {"cost_vip": "5000", "cost_affluent": "1,000"})
    row.refresh_from_db()
    assert row.simulation["many"] == CustomerFigure.objects.filter(business_date=cast.day).count()
    assert sum(move[2] for move in row.simulation["moves"]) == row.simulation["many"]
    assert answer.context["cost"] is not None
    assert len(answer.context["examples"]) == min(20, answer.context["changed"])
    assert {one.party_id for _was, _becomes, one in answer.context["examples"]} <= set(cast.parties)
    # What it costs is what those cost who would go from one tier to another.
    rate = {"vip": 5000, "affluent": 1000}
    moved = sum(many * (rate.get(new, 0) - rate.get(was, 0)) for was, new, many, *_sums in row.simulation["moves"])
    assert answer.context["cost"] == moved
    # Sent, it is another's to approve, and stays what it is.
    assert he.get(page).status_code == 404
    early = {**sent, "effective_from": cast.day.isoformat()}
    assert "The nights before are done" in ann.post(at("rules-submit", row), early).text
    assert ann.post(at("rules-submit", row), sent).status_code == 302
    assert ann.post(at("rules-decide", row), {"verdict": "approve"}).status_code == 422
    assert ann.post(page, {CELL["c4"]: ">= 1"}).status_code == 404
    with pytest.raises(DatabaseError), transaction.atomic():
        RuleVersion.objects.filter(pk=row.pk).update(content="{}")
    assert he.post(at("rules-decide", row), {"verdict": "refuse"}).status_code == 422
    assert "Your approval" in he.get(page).text
    assert he.post(at("rules-decide", row), {"verdict": "approve"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.decided_by_id, row.effective_from) == ("released", cast.he.pk, cast.day + timedelta(days=1))
    # One customer is answered by it at once; nights from its first day on.
    assert ruling_now("tier").champion.label == f"v{row.pk}"
    assert ruling_now("tier", cast.day).champion.label == shipped(TIER).label
    tiers = sign_in(cast.ai, "en").get(reverse("customer-tiers", args=[cast.person.id]))
    assert tiers.context["why"].now_label == f"v{row.pk}"
    assert "By the rules released since" in tiers.text
    kinds = set(Entry.objects.filter(object_id=str(row.pk), kind__startswith="rules.").values_list("kind", flat=True))
    assert kinds == {"rules.draft", "rules.save", "rules.simulate", "rules.submit", "rules.settle"}
    # Withdrawn, what decided before it decides again.
    assert he.post(at("rules-withdraw", row)).status_code == 302
    assert ruling_now("tier").champion.label == shipped(TIER).label


def test_a_decision_is_explained_by_the_rules_that_made_it(cast, sign_in):
    figure = CustomerFigure.objects.filter(business_date=cast.day, party_id=cast.person.id)
    old = with_cell(TIER.shipped, "t3", "sub_tier", '"vip"')
    RuleNight.objects.create(business_date=cast.day, book="tier", label="sold", share=100, content=old)
    figure.update(tier_decision="sold r5 c3 a2 g2 t3")
    why = sign_in(cast.ai, "en").get(reverse("customer-tiers", args=[cast.person.id])).context["why"]
    assert [(row.table, row.number, row.meaning) for row in why.rows] == [
        ("Restriction", 5, "Everybody else"), ("Contribution band", 2, "Affluent"), ("Assets band", 3, "Core"),
        ("Growth", 2, "Everybody else"), ("Tier", 3, "Affluent"),
    ]  # fmt: skip
    assert by_label("tier", "nothing") is None
    outsider = sign_in(cast.zhu).get(reverse("customer-tiers", args=[cast.person.id]))
    assert outsider.status_code == 404


def test_who_may_and_who_may_not(cast, sign_in, django_assert_max_num_queries):
    ann = sign_in(cast.ann)
    row = begun(ann)
    for client, status in ((sign_in(cast.zhu), 403), (sign_in(cast.shen), 404), (sign_in(cast.he), 404)):
        assert client.get(at("rules-version", row)).status_code == status
        assert client.get(at("rules-file", row)).status_code == status
    # An auditor looks on.
    auditor = sign_in(cast.shen)
    assert auditor.get(reverse("rules")).status_code == 200
    assert auditor.post(reverse("rules-book", args=["tier"])).status_code == 404
    with django_assert_max_num_queries(24):
        assert "新建草稿" in ann.get(reverse("rules-book", args=["tier"])).text
    with django_assert_max_num_queries(24):
        assert ann.get(reverse("rules")).status_code == 200
    file = ann.get(at("rules-file", row))
    assert json.loads(file.content) == json.loads(TIER.shipped)
    # A whole file pasted, faults and all; one that is no JSON is told of and can be mended.
    ann.post(at("rules-version", row), {"content": "{"})
    assert "不是 GoRules 决策" in ann.get(at("rules-version", row)).text
    assert ann.post(at("rules-version", row), {CELL["c4"]: ">= 1"}).status_code == 404
    # Rows without ids would share their fields: the page shows them without, and nothing is written into them.
    bare = TIER.shipped.replace('"_id"', '"_no"')
    ann.post(at("rules-version", row), {"content": bare})
    told = ann.get(at("rules-version", row)).text
    assert "缺少唯一标识" in told
    assert 'name="c:' not in told
    ann.post(at("rules-version", row), {"c:None:contribution_i0": ">= 1", "do": "save"})
    assert json.loads(ann.get(at("rules-file", row)).content) == json.loads(bare)
    ann.post(at("rules-version", row), {"content": TIER.shipped.replace('"rules": [', '"rules": ["x", ')})
    assert "不是 GoRules 决策" in ann.get(at("rules-version", row)).text
    # What a simulation kept of a tier that has no price costs nothing, and the page stands.
    kept = {"many": 2, "moves": [["premier", "vip", 2, "0", "0"]], "yearly": {"vip": "5"}}
    RuleVersion.objects.filter(pk=row.pk).update(simulation=kept, simulated_on=cast.day)
    assert ann.get(at("rules-version", row)).context["cost"] == 10
    ann.post(at("rules-version", row), {"content": TIER.shipped})
    assert "无缺口" in ann.get(at("rules-version", row)).text


@pytest.mark.parametrize("book", ["flow", "alert"])
def test_alerts_are_simulated_on_what_was_told(book, cast, sign_in):
    Alert.objects.filter(business_date=cast.day).delete()
    for reason, amount, before, days in (
        ("outflow", 60000, 1000, 0), ("outflow", 90000, 1000, -2), ("falling", 50000, 250000, 0),
    ):  # fmt: skip
        Alert.objects.create(
            business_date=cast.day, party_id=cast.person.id, reason=reason, due_on=cast.day + timedelta(days=days),
            institution_id=cast.person.institution_id, manager_id=cast.ai.pk, kind="person", amount=amount,
            amount_before=before, many=1,
        )  # fmt: skip
    changed = {
        "flow": with_cell(BOOKS["flow"].shipped, "f2", "change", ">= 80000"),
        "alert": with_cell(BOOKS["alert"].shipped, "m3", "share", ">= 0.21"),
    }[book]
    ann = sign_in(cast.ann, "en")
    row = begun(ann, book)
    ann.post(at("rules-version", row), {"content": changed})
    answer = ann.post(at("rules-simulate", row))
    row.refresh_from_db()
    assert {(move[0], move[1]): move[2] for move in row.simulation["moves"]} == {
        "flow": {("outflow", "outflow"): 1, ("outflow", ""): 1},
        "alert": {("outflow", "outflow"): 2, ("falling", ""): 1},
    }[book]
    assert "that were told of would no longer be" in answer.text
