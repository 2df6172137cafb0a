"""What stands against rules made by those who see too little, changed after they were sent, or forgotten too soon."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.org.models import Institution, Post
from guanxi.crm.org.queries import forget
from guanxi.crm.rulings import services
from guanxi.crm.rulings.models import RuleVersion
from guanxi.crm.rulings.queries import ruling_now, versions
from guanxi.crm.rulings.services import NotThereError, RefusedError
from guanxi.crm.web.rulings import cases
from guanxi.warehouse.rules import BOOKS, released, shipped
from tests.warehouse.rule_files import with_cell
from tests.web.conftest import sign_in

__all__ = ["sign_in"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pages_files")]
TIER = BOOKS["tier"]
STEPS = ("rules-simulate", "rules-submit", "rules-decide", "rules-withdraw")


@pytest.fixture
def members():
    """A provincial union above the cast's bank, with another bank in it."""

    def join() -> None:
        Institution.objects.create(id="U", name="省联社", kind="union", path="U/", depth=0)
        Institution.objects.filter(id="B0").update(parent_id="U")
        Institution.objects.create(id="C0", name="邻县农商银行", kind="bank", parent_id="U", path="U/C0/", depth=1)
        forget()

    yield join
    forget()


def sent(cast, first: int = 1) -> RuleVersion:
    """A version of the analyst's that waits to decide from the ``first`` night after the last on."""
    row = services.draft(staff_id=cast.ann.pk, book="tier", content=TIER.shipped)
    services.keep_simulation(
        staff_id=cast.ann.pk, version_id=row.pk, content=row.content, simulation={"many": 0, "moves": []}, day=cast.day
    )
    return send(cast, row, first)


def send(cast, row: RuleVersion, first: int) -> RuleVersion:
    night = cast.day + timedelta(days=first)
    return services.submit(
        staff_id=cast.ann.pk, version_id=row.pk, reason="调整", role="champion", share=0, effective_from=night,
        earliest=cast.day + timedelta(days=1),
    )  # fmt: skip


def release(cast, row: RuleVersion) -> None:
    night = cast.day + timedelta(days=1)
    services.settle(staff_id=cast.he.pk, version_id=row.pk, approve=True, note="", earliest=night)


def test_rules_are_made_by_those_who_see_every_bank_and_both_lines(cast, sign_in, members):
    row = sent(cast)
    he, book = sign_in(cast.he), reverse("rules-book", args=["tier"])

    def barred() -> None:
        assert he.get(book).status_code == he.get(reverse("rules-version", args=[row.pk])).status_code == 200
        assert not he.get(book).context["makes"]
        assert he.post(book).status_code == 404
        for step in STEPS:
            assert he.post(reverse(step, args=[row.pk]), {"verdict": "approve"}).status_code == 403, step
        assert list(RuleVersion.objects.values_list("state", flat=True)) == ["submitted"]

    Post.objects.filter(staff=cast.he).update(line="retail")
    barred()
    Post.objects.filter(staff=cast.he).update(line="both")
    members()
    barred()  # one bank of several
    Post.objects.filter(staff=cast.he).update(institution_id="U")
    # Who approves looks at what it would change now; what it was sent with stays beside it.
    answer = he.post(reverse("rules-simulate", args=[row.pk]))
    assert answer.context["row"].simulation["many"] > 0
    row.refresh_from_db()
    assert row.simulation == {"many": 0, "moves": []}
    with pytest.raises(NotThereError):
        services.keep_simulation(
            staff_id=cast.ann.pk, version_id=row.pk, content=row.content, simulation={"many": 9}, day=cast.day
        )
    assert he.post(reverse("rules-decide", args=[row.pk]), {"verdict": "approve"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "released"


def test_by_sql_too_a_version_goes_its_way_and_stays_what_was_sent(cast):
    def refused(row: RuleVersion, **changes: object) -> None:
        with pytest.raises(DatabaseError, match="stay as they are"), transaction.atomic():
            RuleVersion.objects.filter(pk=row.pk).update(**changes)

    now, night = timezone.now(), cast.day + timedelta(days=1)
    decided = {"decided_by": cast.he.pk, "decided_at": now, "effective_from": night}
    mine = services.draft(staff_id=cast.ann.pk, book="tier", content=TIER.shipped)
    refused(mine, made_by=cast.bo.pk)
    refused(mine, book="flow")
    refused(mine, state="released", **decided)
    with pytest.raises(DatabaseError, match="Cannot insert"), transaction.atomic():
        RuleVersion.objects.create(book="tier", content="{}", made_by=cast.ann, state="submitted")
    row = sent(cast)
    for changes in ({"state": "draft"}, {"share": 1}, {"role": "challenger"}, {"simulation": {}}, {"reason": "x"},
                    {"effective_from": cast.day}, {"made_by": cast.bo.pk}, {"content": "{}"},
                    {"state": "released", "content": "{}", **decided}):  # fmt: skip
        refused(row, **changes)
    release(cast, row)
    for changes in ({"state": "draft"}, {"state": "submitted"}, {"decided_by": cast.bo.pk}, {"content": "{}"},
                    {"effective_from": cast.day}, {"share": 1}, {"state": "withdrawn", "reason": "x"}):  # fmt: skip
        refused(row, **changes)
    services.withdraw(staff_id=cast.he.pk, version_id=row.pk, earliest=night)
    refused(row, state="released")
    refused(row, effective_until=None)


def test_a_night_goes_by_what_held_then_and_by_what_was_approved_last(cast, monkeypatch):
    connection.ensure_connection()
    monkeypatch.setattr(released.psycopg, "connect", lambda _url: nullcontext(connection.connection))

    def deciding(nights: int) -> str:
        day = cast.day + timedelta(days=nights)
        by_night = [f"v{one.number}" for one in released.released("", day).get("tier", [])]
        label = ruling_now("tier", day).champion.label
        assert label == (by_night[-1] if by_night else shipped(TIER).label)
        return label

    begun_first, second = sent(cast), sent(cast)
    release(cast, second)
    release(cast, begun_first)
    first = f"v{begun_first.pk}"
    assert deciding(0) == shipped(TIER).label
    assert deciding(1) == first == ruling_now("tier").champion.label
    # Withdrawn when three nights were done: redone, they go by it again; the fourth and those to come do not.
    services.withdraw(staff_id=cast.he.pk, version_id=begun_first.pk, earliest=cast.day + timedelta(days=4))
    assert [deciding(nights) for nights in (1, 3, 4)] == [first, first, f"v{second.pk}"]
    assert ruling_now("tier").champion.label == f"v{second.pk}"
    # What was never released decides about no night.
    third = sent(cast)
    services.withdraw(staff_id=cast.ann.pk, version_id=third.pk, earliest=cast.day + timedelta(days=4))
    assert deciding(3) == first


def test_what_is_not_sound_when_it_is_approved_is_not_released(cast):
    row = services.draft(
        staff_id=cast.ann.pk, book="tier", content=with_cell(TIER.shipped, "c4", "contribution_r12", "x")
    )
    RuleVersion.objects.filter(pk=row.pk).update(state="submitted", submitted_at=timezone.now())
    with pytest.raises(RefusedError):
        release(cast, row)


def test_odd_cases_and_numbers_are_answered(cast, sign_in):
    names = cases.example(TIER).splitlines()[0]
    version = shipped(TIER)
    assert cases.tested(version, f"{names}\n{'x' * 140_000}").problem
    inputs = dict.fromkeys(names.split(","), "")
    inputs |= {"restricted": "false", "days_overdue": "0", "assets_adb_ytd": "0", "assets_adb_mtd": "0"}
    for amount, wrong in (("999.99", False), ("999.990", False), ("999.995", True)):
        line = ",".join((inputs | {"contribution_r12": amount}).values())
        assert bool(cases.tested(version, f"{names}\n{line}").cases[0].problem) is wrong, amount
    ann = sign_in(cast.ann)
    for odd in ("²", "9" * 5000):
        assert ann.post(reverse("rules-book", args=["tier"]), {"version": odd}).status_code == 302
    # Others' drafts take no place among the versions shown, and neither do those that were withdrawn unsent.
    mine = RuleVersion.objects.order_by("id")[0]
    services.withdraw(staff_id=cast.ann.pk, version_id=mine.pk, earliest=cast.day)
    assert len(versions("tier", cast.ann.pk)) == 2
    assert versions("tier", cast.he.pk) == ()
