"""Mending one row: the form, landing's judgement, and two people at one row."""

from __future__ import annotations

import pytest
from django.urls import reverse

from guanxi.warehouse.landing import check_row
from guanxi.warehouse.landing.tables import TABLES
from tests.quality.rewriting import rewrite

pytestmark = pytest.mark.django_db


def form(page) -> dict[str, str]:
    """What a browser would send back, unchanged."""
    fields = {one.name: one.value for one in [*page.context["pressing"], *page.context["others"]]}
    return {**fields, "version": page.context["version"]}


def opened(client, row):
    return client.get(reverse("quarantined-row", args=[row.pk]))


def test_a_form_without_all_fields_is_refused_and_nothing_breaks(cast, month, sign_in):
    row = month.rows["required"]
    page = sign_in(cast.shi, "en").post(reverse("quarantined-row", args=[row.pk]), {"f1": "x", "version": "y"})
    assert page.status_code == 422
    assert "Fields of the line are missing" in page.text
    row.refresh_from_db()
    assert row.status == "waiting"


def test_the_broken_field_stands_first_and_has_the_focus(cast, month, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.shi, "en")
    with django_assert_max_num_queries(8):
        page = opened(client, month.rows["value"])
    assert [one.field.name for one in page.context["pressing"]] == ["education"]
    assert page.context["pressing"][0].focused
    assert len(page.context["others"]) == len(TABLES["party"].columns) - 1
    assert "one of: primary, secondary, college, bachelor, postgraduate" in page.text
    assert "highest education" in page.text


def test_names_and_meanings_are_the_contracts_in_the_pages_language(cast, month, sign_in):
    page = opened(sign_in(cast.shi), month.rows["value"])
    assert "学历" in page.text
    assert "当事人" in page.text


def test_bytes_that_cannot_be_read_are_shown_and_marked_in_the_form(cast, month, sign_in):
    page = opened(sign_in(cast.shi, "en"), month.rows["encoding"])
    (broken,) = page.context["pressing"]
    assert broken.field.name == "party_name"
    assert broken.value == "王\ufffd\ufffd"
    assert ">B7 FF</span>" in page.text


def test_a_mended_row_is_kept_with_who_and_when_and_its_history(cast, month, sign_in):
    client = sign_in(cast.shi, "en")
    row = month.rows["value"]
    sent = form(opened(client, row)) | {"f9": "bachelor"}
    response = client.post(reverse("quarantined-row", args=[row.pk]), sent)
    assert response.status_code == 302
    assert response.url == reverse("quarantine")
    row.refresh_from_db()
    assert (row.status, row.mended_by_id) == ("mended", cast.shi.id)
    assert row.mended_at is not None
    assert row.mended == bytes(row.raw).decode("gb18030").replace("本科", "bachelor")
    assert check_row(TABLES["party"], row.mended, TABLES["party"].format) == []
    page = opened(client, row)
    assert [(each.status, each.who) for each in page.context["row"].history] == [("mended", cast.shi.name)]


def test_a_line_that_still_breaks_its_contract_is_refused_and_nothing_typed_is_lost(cast, month, sign_in):
    client = sign_in(cast.shi, "en")
    row = month.rows["value"]
    sent = form(opened(client, row)) | {"f9": "doctorate", "f4": "赵 敏敏", "f7": "19881399"}
    page = client.post(reverse("quarantined-row", args=[row.pk]), sent)
    assert page.status_code == 422
    assert {one.field.name for one in page.context["pressing"]} == {"education", "birth_date"}
    shown = form(page)
    assert (shown["f9"], shown["f4"], shown["f7"]) == ("doctorate", "赵 敏敏", "19881399")
    assert page.text.count("gq-field-error") == 2
    assert "2 things to mend" in page.text
    row.refresh_from_db()
    assert (row.status, row.mended) == ("waiting", "")


@pytest.mark.parametrize("typed", ["a|+|b", "tab\there", "\ufffd"])
def test_what_cannot_stand_in_a_field_is_refused_at_the_field(cast, month, sign_in, typed):
    client = sign_in(cast.shi, "en")
    row = month.rows["required"]
    page = client.post(reverse("quarantined-row", args=[row.pk]), form(opened(client, row)) | {"f4": typed})
    assert page.status_code == 422
    assert page.context["problems"][0].column == "party_name"


def test_a_line_with_a_column_too_many_is_mended_as_one_line(cast, month, sign_in):
    client = sign_in(cast.shi, "en")
    row = month.rows["columns"]
    page = opened(client, row)
    assert page.context["whole"]
    assert page.context["row"].surplus == 1
    line = page.context["line"].replace("李强|+|先生", "李强")
    refused = client.post(
        reverse("quarantined-row", args=[row.pk]),
        {"as": "line", "line": line + "|+|", "version": form(page)["version"]},
    )
    assert refused.status_code == 422
    assert line in refused.text
    client.post(
        reverse("quarantined-row", args=[row.pk]), {"as": "line", "line": line, "version": form(page)["version"]}
    )
    row.refresh_from_db()
    assert row.status == "mended"
    by_column = client.get(reverse("quarantined-row", args=[row.pk]), {"as": "columns"})
    assert not by_column.context["whole"]


def test_who_was_overtaken_sees_the_others_line_and_keeps_the_own(cast, month, sign_in):
    mine, theirs = sign_in(cast.shi, "en"), sign_in(cast.guan, "en")
    row = month.rows["required"]
    my_form, their_form = form(opened(mine, row)), form(opened(theirs, row))
    theirs.post(reverse("quarantined-row", args=[row.pk]), their_form | {"f4": "王芳"})
    page = mine.post(reverse("quarantined-row", args=[row.pk]), my_form | {"f4": "汪芳"})
    assert page.status_code == 409
    assert f"{cast.guan.name} decided about this row" in page.text
    assert form(page)["f4"] == "汪芳"
    assert "王芳" in page.text
    row.refresh_from_db()
    assert "王芳" in row.mended
    mine.post(reverse("quarantined-row", args=[row.pk]), form(page))
    row.refresh_from_db()
    assert "汪芳" in row.mended
    assert len(opened(mine, row).context["row"].history) == 2


def test_saving_and_going_on_opens_the_next_row_of_the_filter(cast, month, sign_in):
    client = sign_in(cast.shi)
    row, after = month.rows["required"], month.rows["columns"]
    sent = form(opened(client, row)) | {"f4": "王芳", "next": "1"}
    response = client.post(reverse("quarantined-row", args=[row.pk]) + "?table=party", sent)
    assert response.url == reverse("quarantined-row", args=[after.pk]) + "?table=party"


def test_a_row_that_a_replay_took_can_be_mended_again_but_not_put_back(cast, month, sign_in):
    row = month.rows["required"]
    line = bytes(row.raw).decode("gb18030").replace("person|+|", "person|+|王芳")
    rewrite(row.pk, status="accepted", mended=line)
    client = sign_in(cast.shi, "en")
    page = opened(client, row)
    assert "Let it wait again" not in page.text
    assert "The night has taken this line" in page.text
    client.post(reverse("quarantined-row", args=[row.pk]), form(page) | {"f4": "汪芳"})
    row.refresh_from_db()
    assert (row.status, "汪芳" in row.mended) == ("mended", True)


def test_a_row_of_a_table_without_contract_can_only_be_dismissed(cast, month, sign_in):
    row = month.rows["required"]
    rewrite(row.pk, table="forgotten")
    client = sign_in(cast.shi, "en")
    page = opened(client, row)
    assert "No contract knows this table any more" in page.text
    answer = client.post(
        reverse("quarantined-row", args=[row.pk]), {"as": "line", "line": "x", "version": page.context["version"]}
    )
    assert answer.status_code == 422


def test_a_row_that_does_not_exist_is_not_found(cast, month, sign_in):
    client = sign_in(cast.shi)
    assert client.get(reverse("quarantined-row", args=[999_999_999])).status_code == 404
    assert client.post(reverse("quarantined-row", args=[999_999_999]), {"f1": "x"}).status_code == 404


def test_the_files_own_format_is_taken_from_the_inbox(cast, month, sign_in, inbox):
    (inbox / "feed.toml").write_text('[default]\nencoding = "utf-8"\ndelimiter = ","\nquote = \'"\'\n')
    row = month.rows["required"]
    fields = bytes(row.raw).decode("gb18030").split("|+|")
    fields[9] = '"教师, 兼职"'
    rewrite(row.pk, raw=",".join(fields).encode(), encoding="utf-8")
    client = sign_in(cast.shi)
    page = opened(client, row)
    assert page.context["row"].format.delimiter == ","
    sent = form(page)
    assert sent["f10"] == "教师, 兼职"
    client.post(reverse("quarantined-row", args=[row.pk]), sent | {"f4": "王芳"})
    row.refresh_from_db()
    assert '"教师, 兼职"' in row.mended
    assert ",王芳," in row.mended
