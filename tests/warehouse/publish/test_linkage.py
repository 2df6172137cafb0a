"""Who is related to whom across the lines: made at each publication, as of its day."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from tests.warehouse.publish.minibank import OPENING

NEXT, THIRD = date(2026, 5, 30), date(2026, 6, 1)


def linked(house) -> set[tuple[str, str, str]]:
    return set(house.rows("select kind, institution_id, party_id from party_linkedparty"))


@pytest.mark.parametrize("anew", [False, True], ids=["parts are there", "only PostgreSQL knows"])
def test_links_follow_relations_moves_and_days(house, anew):
    def publish(day):
        if anew and day != OPENING:
            shutil.rmtree(house.bank.root / "published", ignore_errors=True)
        house.write(day)
        return house.publish()

    relations = house.bank.core["core_party_relation"]
    relations += [
        relation("C0005", "C0007", "shareholder"),
        relation("C0008", "C0001", "employer", valid_to=NEXT),
        relation("C0010", "C0008", "executive", valid_from=THIRD),
        relation("C0002", "C0009", "spouse"),
        relation("C0008", "C0007", "supplier"),
    ]
    first = publish(OPENING)
    represented = {("person", "B11", "C0007"), ("organisation", "B11", "C0001")}
    held = {("person", "B12", "C0007"), ("organisation", "B11", "C0005")}
    employed = {("organisation", "B12", "C0001"), ("person", "B11", "C0008")}
    assert linked(house) == represented | held | employed
    assert first.rows["party_linkedparty"].written == first.rows["party_linkedparty"].total == 6
    # The shareholder moves to the other branch; nothing else of the files changes.
    house.bank.row("core_party", "C0005")["institution_id"] = "B11"
    second = publish(NEXT)
    assert linked(house) == represented | {("organisation", "B11", "C0005")} | employed
    assert second.rows["party_linkedparty"].deleted == 1, "a relation counts on its last day"
    # One relation has ended, another begins, by the day alone.
    publish(THIRD)
    managed = {("person", "B12", "C0008"), ("organisation", "B12", "C0010")}
    assert linked(house) == represented | {("organisation", "B11", "C0005")} | managed


def relation(one: str, other: str, kind: str, **more: object) -> dict[str, object]:
    return {"party_id": one, "related_party_id": other, "relation_kind": kind, "share": None, **more}
