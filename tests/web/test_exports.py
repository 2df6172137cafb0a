"""Spreadsheets of a list: exactly what the person sees, and nothing of it for anybody else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from guanxi.crm.insight.models import CustomerFigure
from guanxi.crm.org.models import Staff
from guanxi.crm.web.exports import services
from guanxi.crm.web.models import Export
from tests.taking import ask, book_of, content_of, fetch, number_of, taken
from tests.web.conftest import PARTIAL

pytestmark = pytest.mark.django_db
URL = "/customers/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media" / "exports"


@pytest.fixture
def deferred(monkeypatch):
    """Exports that were given to the worker, which these tests do not run."""
    keys = []
    monkeypatch.setattr(services, "_defer", lambda export: keys.append(export.pk))
    return keys


def sheet(client, query=""):
    return book_of(taken(client, "customers", query)).active


def rows_of(found) -> list[tuple]:
    return list(found.iter_rows(min_row=5, values_only=True))


def test_it_holds_exactly_the_filtered_scope_to_the_cent(cast, sign_in):
    client = sign_in(cast.bo)
    response = fetch(client, number_of(ask(client, "customers", "tier=vip&tier=core&sort=-assets")))
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert "_20261120.xlsx" in response["Content-Disposition"]
    found = book_of(content_of(response)).active
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


def test_the_lists_button_asks_for_the_columns_shown(cast, sign_in):
    client = sign_in(cast.ai)
    client.post(reverse("list-columns", args=["customers"]), {"column": ["assets", "overdue"]})
    page = client.get(f"{URL}?tier=vip")
    url = page.context["list"].export_url
    assert "tier=vip" in url
    found = book_of(taken(client, "customers", url.partition("?")[2])).active
    assert [cell.value for cell in found[4]][:4] == ["客户号", "客户", "资产", "逾期天数"]
    assert len([cell for cell in found[4] if cell.value]) == 4


def test_a_name_that_looks_like_a_formula_stays_text(cast, sign_in):
    CustomerFigure.objects.filter(party_id=cast.person.id).update(name="=HYPERLINK(1)")
    found = sheet(sign_in(cast.ai), f"q={cast.person.id}")
    cells = [cell for row in found.iter_rows(min_row=5) for cell in row if cell.value == "=HYPERLINK(1)"]
    assert cells
    assert all(cell.data_type != "f" for cell in cells)


def test_the_outsider_takes_out_nothing_of_others(cast, sign_in):
    found = sheet(sign_in(cast.zhu))
    heads = [cell.value for cell in found[4]]
    own = {party.id for party in cast.book(cast.zhu)}
    assert {row[heads.index("客户号")] for row in rows_of(found)} == own
    assert not rows_of(sheet(sign_in(cast.zhu), "institution=B1"))


def test_looking_at_the_form_leaves_no_trace_and_asking_does(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    page = client.get(f"{reverse('export-ask', args=['customers'])}?tier=vip")
    expected = sum(f.sub_tier == "vip" and f.manager_id == "1111" for f in cast.figures.values())
    assert page.context["rows"] == expected
    assert not Export.objects.exists()
    taken(client, "customers", "tier=vip&page=x&nothing=1")
    trace = Export.objects.get()
    assert (trace.staff_id, trace.listing, trace.parameters, trace.status) == ("1111", "customers", "tier=vip", "done")
    assert (trace.rows, trace.purpose, trace.fetched) == (expected, "analysis", 1)


def test_a_large_one_is_a_job_whose_file_is_its_owners_alone(cast, sign_in, monkeypatch, deferred):
    monkeypatch.setattr(services, "AT_ONCE", 10)
    client = sign_in(cast.bo)
    response = ask(client, "customers", "sort=loan")
    export = Export.objects.get()
    assert deferred == [export.pk]
    waiting = client.get(response.url, headers=PARTIAL)
    assert 'hx-trigger="every 1s"' in waiting.text
    services.write_export(export_id=export.pk)
    done = client.get(response.url, headers=PARTIAL)
    assert "hx-trigger" not in done.text
    assert "共 42 行，已生成" in done.text
    file = reverse("export-file", args=[export.pk])
    assert len(rows_of(book_of(content_of(client.get(file))).active)) == 42
    for other in (cast.he, cast.ai):
        assert sign_in(other).get(response.url).status_code == (200 if other is cast.he else 404)
        assert sign_in(other).get(file).status_code == 404
    assert sign_in(cast.guan).get(file).status_code == 403


def test_a_job_writes_what_the_person_may_see_when_it_runs(cast, sign_in, monkeypatch, deferred):
    monkeypatch.setattr(services, "AT_ONCE", 10)
    ask(sign_in(cast.he), "customers")
    cast.he.posts.all().delete()
    Staff.objects.filter(pk=cast.he.pk).update(role="rm")
    export = services.write_export(export_id=Export.objects.get().pk)
    assert (export.status, export.rows) == ("done", 0)


def test_a_job_that_fails_says_so_and_leaves_no_half_file(cast, sign_in, monkeypatch, deferred, folder):
    monkeypatch.setattr(services, "AT_ONCE", 10)
    client = sign_in(cast.bo)
    url = ask(client, "customers").url
    monkeypatch.setattr(services, "facts_of", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.write_export(export_id=Export.objects.get().pk)
    assert "文件生成失败" in client.get(url).text
    assert not list(folder.glob("*"))


def test_old_files_go_and_the_trace_stays(cast, sign_in, folder):
    client = sign_in(cast.bo)
    key = number_of(ask(client, "customers"))
    assert len(list(folder.glob("*"))) == 2
    export = Export.objects.get()
    Export.objects.update(expires_at=export.finished_at)
    assert fetch(client, key).status_code == 404
    assert services.throw_away() == 1
    assert not list(folder.glob("*"))
    assert "文件已过期" in client.get(reverse("export", args=[key])).text
    assert Export.objects.count() == 1
