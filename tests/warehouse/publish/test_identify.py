"""The identity step of a night: what a night goes by, and that being killed leaves nothing half done."""

from __future__ import annotations

import random
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from guanxi.warehouse.decisions import Decisions, MergeRow, VerdictRow, decisions
from guanxi.warehouse.identity.checkdigits import resident_check
from guanxi.warehouse.identity.counting import counted
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.night.identify import DivisionsError, linker_of
from guanxi.warehouse.nights import Night
from tests.warehouse.engine.histories import random_bank
from tests.warehouse.engine.landed import write_landing

OPENING = date(2026, 3, 30)
SAID = Decisions(
    verdicts=(VerdictRow("C1", "C2", "same"), VerdictRow("C3", "C4", "ask")), merges=(MergeRow("C5", "C0"),)
)


class Killed(Exception):
    """The process ended here."""


class Fragile:
    """A progress at whose n-th word everything ends."""

    def __init__(self, words: int) -> None:
        self.words = words

    def report(self, done: int, total: int, detail: str = "") -> None:
        if self.words == 0:
            raise Killed(detail)
        self.words -= 1


def landed(root: Path) -> Layout:
    layout = Layout(root)
    write_landing(layout, OPENING, random_bank(random.Random(2), OPENING, [], [], 30)[0].tables)
    return layout


def identify(layout: Layout, words: int = -1) -> None:
    night = Night(OPENING, None)
    linker = linker_of(link=False, layout=layout, night=night, decided=SAID)
    assert linker is not None
    linker(layout=layout, night=night, deliveries={"party": "full"}, decisions=SAID, progress=Fragile(words),
           threads=1, memory_limit="1GB")  # fmt: skip


def state(layout: Layout) -> dict[str, list[tuple]]:
    with duckdb.connect() as connection:
        return {
            name: connection.execute(
                f"select * from read_parquet('{layout.part('core', name, OPENING)}/*.parquet')"
            ).fetchall()
            for name in layout.datasets("core")
        }


def test_what_stewards_say_is_carried_out_without_a_model_and_again_after_a_kill(tmp_path: Path) -> None:
    whole = landed(tmp_path / "whole")
    identify(whole)
    numbers = {record: number for record, number, *_rest in state(whole)["identity_number"]}
    assert {record for record, number in numbers.items() if number != record} in ({"C2", "C0"}, {"C1", "C0"})
    assert numbers["C0"] == "C5"
    assert numbers["C3"] == "C3"
    hurt = landed(tmp_path / "hurt")
    for words in range(20):
        try:
            identify(hurt, words)
        except Killed:
            continue
        break
    assert words > 0
    assert state(hurt) == state(whole)


def test_a_night_of_a_bank_that_never_linked_has_no_such_step(tmp_path: Path) -> None:
    layout, night = landed(tmp_path), Night(OPENING, None)
    asked = Decisions(verdicts=(VerdictRow("C3", "C4", "ask"),))
    assert linker_of(link=False, layout=layout, night=night, decided=Decisions()) is None
    assert linker_of(link=False, layout=layout, night=night, decided=asked) is None
    assert linker_of(link=True, layout=layout, night=night, decided=Decisions()) is not None
    identify(layout)
    assert (
        linker_of(link=False, layout=layout, night=Night(date(2026, 3, 31), OPENING), decided=Decisions()) is not None
    )


@pytest.mark.parametrize(("many", "divisions"), [(0, ""), (30, "990101,星河区")])
def test_a_bank_too_small_to_learn_from_is_linked_by_what_is_certain(tmp_path: Path, many: int, divisions: str) -> None:
    """Thirty records teach no model: the same number and name are one customer all the same, twins are not."""
    layout, night = Layout(tmp_path / "warehouse"), Night(OPENING, None)
    own = tmp_path / "divisions.csv"
    own.write_text(f"code,name\n{divisions}\n", encoding="utf-8")
    write_landing(layout, OPENING, _people(many))
    linker = linker_of(link=True, layout=layout, night=night, decided=Decisions(), divisions=own if divisions else None)
    assert linker is not None
    linker(layout=layout, night=night, deliveries={"party": "full"}, decisions=Decisions(), threads=1,
           memory_limit="1GB")  # fmt: skip
    # The models carry the records on; here nobody does.
    with layout.writing("core", "party_record", OPENING) as folder:
        shutil.copy(layout.part("landing", "party", OPENING) / "part.parquet", folder)
    found = state(layout)
    numbers = {record: number for record, number, *_rest in found["identity_number"]}
    assert {record for record, number in numbers.items() if number != record} == ({"P01"} if many > 1 else set())
    assert len(numbers) == many
    assert counted(layout, OPENING)["customers"] == (many - 1 if many > 1 else many)
    if divisions:
        assert {code for code, *_rest in _codes(layout)} == {"990101"}


def _people(many: int) -> dict[str, list[dict]]:
    """People of one address; the second is the first again, the third the first one's twin."""
    body = [f"4301021980051{number:04d}" for number in range(many)]
    numbers = [digits + resident_check(digits) for digits in (one[:17] for one in body)]
    names = [
        f"{family}{given}" for family in "赵钱孙李周" for given in ("建国", "秀英", "志强", "桂兰", "海燕", "文斌")
    ]
    if many > 1:
        names[1], numbers[1] = names[0], numbers[0]
    return {
        "party": [
            {"party_id": f"P{place:02d}", "party_kind": "person", "party_name": names[place], "gender": "M"}
            | {"birth_date": date(1980, 5, 1), "opened_on": date(2020, 1, 1 + place % 28), "status": "active"}
            for place in range(many)
        ],
        "party_identifier": [
            {"party_id": f"P{place:02d}", "identifier_kind": "resident_id", "identifier_number": numbers[place]}
            | {"is_primary": True}
            for place in range(many)
        ],
        "contact_point": [
            {"party_id": f"P{place:02d}", "contact_kind": "home_address", "sequence_no": 1, "is_primary": True}
            | {"contact_value": f"星河区银杏路{place}号"}
            for place in range(many)
        ],
    }


def _codes(layout: Layout) -> list[tuple]:
    with duckdb.connect() as connection:
        files = layout.part("core", "identity_person", OPENING)
        return connection.execute(f"select distinct code from read_parquet('{files}/*.parquet')").fetchall()


def test_a_wrong_file_of_divisions_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "divisions.csv"
    wrong.write_text("code,name\n99,星河区\n", encoding="utf-8")
    for file in (wrong, tmp_path / "missing.csv"):
        with pytest.raises(DivisionsError, match=file.name):
            linker_of(
                link=True, layout=Layout(tmp_path), night=Night(OPENING, None), decided=Decisions(), divisions=file
            )


@pytest.mark.parametrize("newest", [True, False])
def test_a_night_goes_by_what_stands_now_and_one_made_up_for_by_what_stood_on_its_day(house, newest) -> None:
    house.connection.execute("truncate identity_decision, identity_threshold, identity_merge cascade")
    said = "insert into identity_decision (left_record, right_record, party_id, other_id, verdict, at, withdrawn_at,"
    said += " reason, note, answer) values (%s, %s, 'A', 'B', %s, %s, %s, '', '', '') returning 1"
    for row in (("A", "B", "same", "2026-03-01 12:00+08", None), ("A", "C", "different", "2026-03-01 12:00+08",
                "2026-03-20 12:00+08"), ("A", "D", "same", "2026-03-20 12:00+08", None)):  # fmt: skip
        house.rows(said, *row)
    for number, at in (("0.9", "2026-03-01 12:00+08"), ("0.95", "2026-03-20 12:00+08")):
        house.rows(
            "insert into identity_threshold (kind, merge_from, review_from, made_at, reason)"
            " values ('person', %s, 0.2, %s, '') returning 1", number, at,
        )  # fmt: skip
    for gone, cause, undone in (("G1", "steward", None), ("G2", "night", None), ("G3", "file", "2026-03-20 12:00+08")):
        house.rows(
            "insert into identity_merge (party_id, kept, gone, cause, reason, at, counts, undone_at, undone_reason)"
            " values ('K', 'K', %s, %s, '', '2026-03-01 12:00+08', '{}', %s, '') returning 1", gone, cause, undone,
        )  # fmt: skip
    found = decisions(house.url, date(2026, 3, 10), newest=newest, time_zone="Asia/Shanghai")
    assert [one.right_record for one in found.verdicts] == (["B", "D"] if newest else ["B", "C"])
    assert [str(one.merge_from) for one in found.thresholds] == (["0.95000000"] if newest else ["0.90000000"])
    assert [one.gone for one in found.merges] == (["G1"] if newest else ["G1", "G3"])
