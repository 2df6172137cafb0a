"""Spreadsheets of a list: exactly what the person sees, at once or as a job, for nobody else."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from guanxi.crm.insight.models import CustomerFigure
from guanxi.crm.org.models import Staff
from guanxi.crm.web.exports import services, views
from guanxi.crm.web.models import Export
from tests.web.conftest import PARTIAL

pytestmark = pytest.mark.django_db
URL = "/customers/"


def sheet(response):
    content = b"".join(response.streaming_content)
    return load_workbook(io.BytesIO(content), read_only=False).active


def rows_of(found) -> list[tuple]:
    return list(found.iter_rows(min_row=5, values_only=True))


def test_it_holds_exactly_the_filtered_scope_to_the_cent(cast, sign_in):
    client = sign_in(cast.bo)
    response = client.post(f"{URL}?tier=vip&tier=core&export=xlsx")
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert "20261120.xlsx" in response["Content-Disposition"]
    found = sheet(response)
    heads = [cell.value for cell in found[4]]
    number, assets = heads.index("客户号"), heads.index("资产")
    wanted = {
        figure.party_id: figure
        for figure in cast.figures.values()
        if figure.institution_id in ("B1", "B11", "B12") and (figure.sub_tier == "vip" or figure.tier == "core")
    }
    rows = rows_of(found)
    assert {row[number] for row in rows} == set(wanted)
    for row in rows:
        assert Decimal(str(row[assets])) == wanted[row[number]].assets
    amounts = [row[assets] for row in rows]
    assert amounts == sorted(amounts, reverse=True)
    facts = found["A2"].value
    assert "数据截至 2026-11-20" in facts
    assert "薄文（1101）" in facts
    assert "贵宾; 主要" in facts


def test_a_name_that_looks_like_a_formula_stays_text(cast, sign_in):
    CustomerFigure.objects.filter(party_id=cast.person.id).update(name="=HYPERLINK(1)")
    found = sheet(sign_in(cast.ai).post(f"{URL}?q={cast.person.id}&export=xlsx"))
    cells = [cell for row in found.iter_rows(min_row=5) for cell in row if cell.value == "=HYPERLINK(1)"]
    assert cells
    assert all(cell.data_type != "f" for cell in cells)


def test_the_outsider_takes_out_nothing_of_others(cast, sign_in):
    found = sheet(sign_in(cast.zhu).post(f"{URL}?export=xlsx"))
    heads = [cell.value for cell in found[4]]
    own = {party.id for party in cast.book(cast.zhu)}
    assert {row[heads.index("客户号")] for row in rows_of(found)} == own
    assert not rows_of(sheet(sign_in(cast.zhu).post(f"{URL}?institution=B1&export=xlsx")))


def test_an_export_leaves_a_trace_and_a_get_makes_none(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    client.get(f"{URL}?export=xlsx")
    assert not Export.objects.exists()
    sheet(client.post(f"{URL}?tier=vip&export=xlsx"))
    trace = Export.objects.get()
    assert (trace.staff_id, trace.listing, trace.parameters, trace.status) == ("1111", "customers", "tier=vip", "done")
    assert trace.rows == sum(f.sub_tier == "vip" and f.manager_id == "1111" for f in cast.figures.values())


def test_a_large_one_is_a_job_whose_file_is_its_owners_alone(cast, sign_in, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(views, "AT_ONCE", 10)
    client = sign_in(cast.bo)
    response = client.post(f"{URL}?sort=loan&export=xlsx")
    export = Export.objects.get()
    assert response.status_code == 302
    assert response.url == reverse("export", args=[export.pk])
    waiting = client.get(response.url, headers=PARTIAL)
    assert "每" not in waiting.text
    assert 'hx-trigger="every 1s"' in waiting.text
    services.write_export(export_id=export.pk)
    done = client.get(response.url, headers=PARTIAL)
    assert "hx-trigger" not in done.text
    assert "共 42 行，已生成" in done.text
    file = reverse("export-file", args=[export.pk])
    assert len(rows_of(sheet(client.get(file)))) == 42
    for other in (cast.he, cast.ai, cast.guan):
        assert sign_in(other).get(response.url).status_code == 404
        assert sign_in(other).get(file).status_code == 404


def test_a_job_writes_what_the_person_may_see_when_it_runs(cast, sign_in, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(views, "AT_ONCE", 10)
    client = sign_in(cast.he)
    client.post(f"{URL}?export=xlsx")
    cast.he.posts.all().delete()
    Staff.objects.filter(pk=cast.he.pk).update(role="rm")
    export = services.write_export(export_id=Export.objects.get().pk)
    assert export.rows == 0


def test_a_job_that_fails_says_so_and_leaves_no_half_file(cast, sign_in, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(views, "AT_ONCE", 10)
    client = sign_in(cast.bo)
    url = client.post(f"{URL}?export=xlsx").url
    monkeypatch.setattr(services, "write_rows", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.write_export(export_id=Export.objects.get().pk)
    assert "导出失败" in client.get(url).text
    assert not list(tmp_path.rglob("*.xlsx"))


def test_old_files_go_and_the_trace_stays(cast, sign_in, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(views, "AT_ONCE", 10)
    client = sign_in(cast.bo)
    url = client.post(f"{URL}?export=xlsx").url
    export = services.write_export(export_id=Export.objects.get().pk)
    Export.objects.update(finished_at=export.finished_at - services.KEPT * 2)
    assert services.throw_away() == 1
    assert "文件已过期" in client.get(url).text
    assert client.get(reverse("export-file", args=[export.pk])).status_code == 404
    assert Export.objects.count() == 1
