"""Mending many rows in a spreadsheet: export, import, preview, apply."""

from __future__ import annotations

import csv
import io
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from guanxi.crm.quality.models import MendingImport, QuarantinedRow
from tests.quality.rewriting import rewrite
from tests.taking import taken

pytestmark = pytest.mark.django_db


def exported(client, **filters) -> list[list[str]]:
    """The rows of the file, with the lines below them that say where it comes from."""
    content = taken(client, "quarantine", urlencode(filters), kind="csv")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_csv(rows: list[list[str]], encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def as_workbook(rows: list[list[str]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client, content: bytes, name: str = "mended.csv"):
    return client.post(reverse("quarantine-import"), {"file": SimpleUploadedFile(name, content)})


def mended(rows: list[list[str]]) -> list[list[str]]:
    """The export of the events with a right amount in each line."""
    below = rows.index([])
    changed = [[*row[:-1], row[10].replace("|+|-", "|+|")] for row in rows[1:below]]
    return [rows[0], *changed, *rows[below:]]


@pytest.mark.parametrize("write", [as_csv, as_workbook, lambda rows: as_csv(rows, "gb18030")])
def test_an_export_comes_back_mended(cast, month, sign_in, write, django_assert_max_num_queries):
    client = sign_in(cast.shi, "en")
    response = upload(client, write(mended(exported(client, table="event"))))
    assert response.status_code == 302
    assert not QuarantinedRow.objects.filter(status="mended").exists()
    with django_assert_max_num_queries(9):
        page = client.get(response.url)
    assert len(page.context["preview"].changes) == 19
    assert not page.context["preview"].refused
    assert "Mend 19 rows" in page.text
    found = MendingImport.objects.get()
    assert (found.uploaded_by_id, found.applied_at) == (cast.shi.id, None)
    client.post(reverse("quarantine-apply", args=[found.pk]))
    rows = QuarantinedRow.objects.filter(status="mended")
    assert rows.count() == 19
    assert {row.mended_by_id for row in rows} == {cast.shi.id}
    assert all("|+|-" not in row.mended for row in rows)
    found.refresh_from_db()
    assert found.changed == 19
    assert client.post(reverse("quarantine-apply", args=[found.pk])).status_code == 404


def test_what_cannot_be_accepted_is_said_row_by_row_and_left_alone(cast, month, sign_in):
    client = sign_in(cast.shi, "en")
    rows = mended(exported(client, table="event"))
    rows[1][-1] = "three|+|columns|+|only"
    rows[2][0] = "999999999"
    QuarantinedRow.objects.filter(pk=rows[3][0]).update(status="dismissed")
    rows[4][-1] = ""
    page = client.get(upload(client, as_csv(rows)).url)
    preview = page.context["preview"]
    assert [refused.place for refused in preview.refused] == [2, 3, 4]
    assert "The line has 3 columns where the contract has 14." in page.text
    assert "There is no such row." in page.text
    assert "decided about this row after the export" in page.text
    assert len(preview.changes) == 15
    client.post(reverse("quarantine-apply", args=[preview.id]))
    assert QuarantinedRow.objects.filter(status="mended").count() == 15


def test_somebody_who_mends_between_preview_and_application_is_not_overwritten(cast, month, sign_in):
    client = sign_in(cast.shi, "en")
    response = upload(client, as_csv(mended(exported(client, table="event"))))
    client.get(response.url)
    row = month.rows["event-3"]
    rewrite(row.pk, status="mended", mended="theirs", mended_by=cast.guan)
    client.post(reverse("quarantine-apply", args=[MendingImport.objects.get().pk]))
    row.refresh_from_db()
    assert row.mended == "theirs"
    assert QuarantinedRow.objects.filter(status="mended", mended_by=cast.shi).count() == 18


def test_a_preview_is_its_uploaders_alone(cast, month, sign_in):
    client = sign_in(cast.shi)
    response = upload(client, as_csv(mended(exported(client, table="event"))))
    other = sign_in(cast.guan)
    assert other.get(response.url).status_code == 404
    assert other.post(response.url + "apply/").status_code == 404


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (b"id,version\n1,2\n", "lacks the column mended"),
        (b"id,version,mended\nabc,x,line\n", "Line 2 has no row number"),
        (b"id,version,mended\n5,x,line\n5,x,line\n", "names the row 5"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "neither an Excel workbook"),
        (b"PK\x03\x04 not a workbook", "not an Excel workbook"),
        (b"\xff\xfe\xfd\xfc\xfb", "neither in UTF-8 nor in GB18030"),
        (b"id,version,mended\n" + b"1,x," + b"y" * 10_000_001, "at most 10 MB"),
    ],
)
def test_what_is_no_mended_export_is_refused_with_a_reason(cast, month, sign_in, content, says):
    page = upload(sign_in(cast.shi, "en"), content)
    assert page.status_code == 400
    assert says in page.text
    assert not MendingImport.objects.exists()


def test_a_workbook_that_unpacks_to_too_much_is_refused(cast, month, sign_in, monkeypatch):
    monkeypatch.setattr("guanxi.crm.quality.exchange.MOST_UNPACKED", 2_000)
    page = upload(
        sign_in(cast.shi, "en"), as_workbook([["id", "version", "mended"], ["1", "x", "y" * 4_000]]), "m.xlsx"
    )
    assert page.status_code == 400
    assert "too large when unpacked" in page.text


def test_a_text_file_called_xlsx_is_read_as_what_it_is(cast, month, sign_in):
    client = sign_in(cast.shi)
    assert upload(client, as_csv(mended(exported(client, table="event"))), "rows.xlsx").status_code == 302
