"""The list of rows kept aside: filters, paging, dismissing and taking it back, exports."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guanxi.crm.quality.models import QuarantinedRow
from tests.quality.history import LAST
from tests.quality.rewriting import rewrite
from tests.taking import book_of, taken

pytestmark = pytest.mark.django_db


def many(count: int) -> None:
    QuarantinedRow.objects.bulk_create(
        QuarantinedRow(
            business_date=LAST, table="event", file="event.dat.gz", line=100_000 + line, column="amount", rule="range",
            message="amount is '-1': it must be at least 0.", raw=b"E|+|A|+|x", encoding="gb18030",
        )
        for line in range(count)
    )  # fmt: skip


def test_waiting_rows_are_shown_with_the_offending_column_marked(cast, month, sign_in):
    page = sign_in(cast.shi, "en").get(reverse("quarantine"))
    assert page.context["page"].count == 24
    line = next(line for line in page.context["page"].lines if line.id == month.rows["value"].pk)
    assert [piece.text for piece in line.at] == ["本科"]
    assert "<mark>本科</mark>" in page.text
    assert 'title="bytes that cannot be read">B7 FF</span>' in page.text


def test_filters_narrow_the_list_and_stand_in_the_address(cast, month, sign_in):
    client = sign_in(cast.shi, "en")
    QuarantinedRow.objects.filter(pk=month.rows["columns"].pk).update(status="dismissed")
    cases = (
        ({"table": "party"}, 4),
        ({"rule": "range"}, 19),
        ({"table": "party", "rule": "range"}, 0),
        ({"day": "2026-11-20"}, 23),
        ({"day": "2026-11-19"}, 0),
        ({"status": "dismissed"}, 1),
        ({"status": "all"}, 24),
        ({"table": "no such table", "day": "yesterday", "status": "x"}, 23),
    )
    for parameters, count in cases:
        assert client.get(reverse("quarantine"), parameters).context["page"].count == count, parameters


def test_pages_turn_by_key_at_a_constant_cost(cast, month, sign_in):
    many(230)
    client = sign_in(cast.shi)
    client.get(reverse("quarantine"))
    seen: list[int] = []
    costs = set()
    after = ""
    while True:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = client.get(reverse("quarantine"), {"after": after}).context["page"]
        costs.add(len(queries))
        seen += [line.id for line in page.lines]
        after = page.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 254
    assert len(costs) == 1
    assert max(costs) <= 9
    assert page.count == 254
    assert not page.more


def test_chosen_rows_are_dismissed_and_it_can_be_undone(cast, month, sign_in):
    client = sign_in(cast.shi, "en")
    chosen = [month.rows["event-0"].pk, month.rows["event-1"].pk]
    response = client.post(reverse("quarantine-dismiss"), {"row": chosen, "table": "event"})
    assert response.status_code == 302
    assert response.url.startswith("/quarantine/?table=event&undo=")
    assert QuarantinedRow.objects.filter(status="dismissed").count() == 2
    row = QuarantinedRow.objects.get(pk=chosen[0])
    assert row.mended_by_id == cast.shi.id
    page = client.get(response.url)
    assert "2 rows were dismissed" in page.text
    client.post(reverse("quarantine-restore"), {"undo": page.context["undo"]})
    assert QuarantinedRow.objects.filter(status="waiting").count() == 24


def test_undo_takes_back_only_ones_own_dismissal_of_that_moment(cast, month, sign_in):
    mine, theirs = sign_in(cast.shi), sign_in(cast.guan)
    theirs.post(reverse("quarantine-dismiss"), {"row": [month.rows["event-0"].pk]})
    moment = mine.post(reverse("quarantine-dismiss"), {"row": [month.rows["event-1"].pk]}).url
    undo = mine.get(moment).context["undo"]
    mine.post(reverse("quarantine-restore"), {"undo": undo})
    assert list(QuarantinedRow.objects.filter(status="dismissed").values_list("pk", flat=True)) == [
        month.rows["event-0"].pk
    ]


def test_all_that_a_filter_shows_can_be_dismissed_at_once(cast, month, sign_in):
    many(120)
    client = sign_in(cast.shi)
    client.post(reverse("quarantine-dismiss"), {"everything": "1", "table": "event", "rule": "range"})
    assert QuarantinedRow.objects.filter(status="dismissed").count() == 139
    assert QuarantinedRow.objects.filter(status="waiting", table="party").count() == 5


def test_a_mended_row_is_not_dismissed_by_the_way(cast, month, sign_in):
    rewrite(month.rows["value"].pk, status="mended", mended="x")
    sign_in(cast.shi).post(reverse("quarantine-dismiss"), {"row": [month.rows["value"].pk]})
    assert QuarantinedRow.objects.get(pk=month.rows["value"].pk).status == "mended"


@pytest.mark.parametrize("junk", ["x", "-1", "9" * 30, "", "1; drop table"])
def test_junk_for_a_row_number_does_nothing(cast, month, sign_in, junk):
    response = sign_in(cast.shi).post(reverse("quarantine-dismiss"), {"row": [junk]})
    assert response.status_code == 302
    assert not QuarantinedRow.objects.filter(status="dismissed").exists()


def test_the_csv_holds_what_the_filter_shows_with_the_raw_line(cast, month, sign_in):
    content = taken(sign_in(cast.shi, "en"), "quarantine", "table=party", kind="csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    names = list(rows[0])
    said = [row for row in rows if not row[names[0]]]
    assert any("1004" in str(row[names[3]]) for row in said), "who exported it stands below the rows"
    rows = rows[: -len(said)]
    assert len(rows) == 5
    assert [name.split(" ")[0] for name in names][:4] == ["id", "version", "business_date", "table"]
    raw = {row[names[7]]: row[names[10]] for row in rows}
    assert "\\xb7\\xff" in raw["encoding"]
    assert bytes.fromhex(rows[0][names[11]]) == bytes(QuarantinedRow.objects.get(pk=rows[0][names[0]]).raw)


def test_a_line_that_a_spreadsheet_would_compute_is_made_harmless(cast, month, sign_in):
    rewrite(month.rows["required"].pk, raw=b"=cmd|' /C calc'!A0")
    assert b"'=cmd" in taken(sign_in(cast.shi), "quarantine", "rule=required", kind="csv")


def test_the_workbook_holds_every_cell_as_text(cast, month, sign_in):
    sheet = book_of(taken(sign_in(cast.shi), "quarantine", "status=all", kind="xlsx")).worksheets[0]
    rows = list(sheet.iter_rows())
    assert len(rows) == 25
    assert {cell.data_type for row in rows for cell in row if cell.value is not None} == {"s"}


def test_the_part_for_a_filter_is_the_pages_own_part(cast, month, sign_in):
    client = sign_in(cast.shi)
    part = client.get(reverse("quarantine"), headers={"HX-Request": "true", "HX-Request-Type": "partial"}).text
    assert "<html" not in part
    assert part.strip().splitlines()[0] in client.get(reverse("quarantine")).text


def test_without_rows_the_page_says_what_will_stand_there(cast, sign_in):
    QuarantinedRow.objects.all().delete()
    client = sign_in(cast.shi, "en")
    assert "No row waits" in client.get(reverse("quarantine")).text
    assert "No row matches" in client.get(reverse("quarantine"), {"status": "mended"}).text
