"""The frame: navigation by role, error pages, the policy, what no page may hold."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from guanxi.crm.web.icons import icon
from guanxi.crm.web.navigation import PLACES
from tests.web.conftest import PARTIAL

pytestmark = pytest.mark.django_db
PAGES = ["/", "/customers/", "/search/?q=王", "/preferences/"]
WEB = Path(__file__).resolve().parents[2] / "src" / "guanxi" / "crm" / "web"


def places(client) -> list[str]:
    return re.findall(r'<a class="gx-rail-link" href="([^"]+)"', client.get("/").text)


def test_the_navigation_shows_what_the_role_may_use(cast, sign_in):
    assert places(sign_in(cast.ai)) == [
        "/",
        "/customers/",
        reverse("morning"),
        reverse("pipeline"),
        reverse("products"),
        reverse("industries"),
        reverse("handovers"),
        reverse("bulletin"),
        reverse("exports"),
    ]
    assert places(sign_in(cast.yu)) == ["/", reverse("products"), reverse("bulletin")]
    assert reverse("admin:index") in places(sign_in(cast.guan))
    assert "/customers/" not in places(sign_in(cast.guan))
    analyst = sign_in(cast.ann)
    assert reverse("data-quality") in places(analyst)
    assert f'href="{reverse("quality")}"' in analyst.get(reverse("data-quality")).text
    for call in ("ai", "bo", "he", "ann", "shi", "shen", "guan", "fu", "yu"):
        client = sign_in(getattr(cast, call))
        for place in places(client):
            assert client.get(place).status_code in (200, 302), (call, place)


def test_each_place_has_a_key_of_its_own():
    keys = [place.key for place in PLACES]
    assert sorted(keys) == sorted(set(keys))


def test_a_page_that_is_not_there_looks_the_same_as_one_that_may_not_be_seen(cast, sign_in):
    client = sign_in(cast.ai)
    missing, foreign = client.get("/customers/NOBODY/"), client.get(f"/customers/{cast.outside.id}/")
    assert missing.status_code == foreign.status_code == 404
    assert missing.text == foreign.text


def test_errors_say_what_to_do_in_both_languages(cast, sign_in):
    for language, words in (("zh-hans", "没有找到您要的内容"), ("en", "There is nothing at this address")):
        client = sign_in(cast.ai, language=language)
        assert words in client.get("/nowhere/").text
        part = client.get("/nowhere/", headers=PARTIAL)
        assert words in part.text
        assert "<html" not in part.text


def test_a_mistake_of_ours_gives_a_number_to_quote_and_logs_it(cast, sign_in, monkeypatch, caplog):
    client = sign_in(cast.ai)
    client.raise_request_exception = False
    monkeypatch.setattr("guanxi.crm.web.home.views.home_page", lambda *args: 1 / 0)
    response = client.get("/")
    assert response.status_code == 500
    number = re.search(r"<code>([0-9a-f]{8})</code>", response.text)
    assert number
    assert number.group(1) in caplog.text


def test_a_form_that_was_open_too_long_says_that_nothing_was_saved(cast):
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "zh-hans"})
    client.force_login(cast.ai)
    response = client.post(reverse("preferences"), {"unit": "one"})
    assert response.status_code == 403
    assert "内容尚未保存" in response.text


@pytest.mark.parametrize("page", [*PAGES, "/sign-in/", "/nowhere/"])
def test_no_page_holds_inline_script_or_style(cast, sign_in, page):
    response = (Client() if "sign-in" in page else sign_in(cast.ai)).get(page)
    policy = response["Content-Security-Policy"]
    assert "'unsafe" not in policy
    assert "default-src 'self'" in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)", response.text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", response.text)


def test_every_icon_that_python_names_comes_from_the_one_sprite():
    assert "vendor/icons.svg#home" in icon("home")
    assert 'aria-label="Home"' in icon("home", "", "Home")


@pytest.mark.parametrize("page", PAGES)
def test_the_frame_costs_three_queries(cast, sign_in, django_assert_max_num_queries, page):
    client = sign_in(cast.ai)
    client.get("/preferences/")
    with django_assert_max_num_queries(3):
        client.get("/preferences/")


def test_a_module_that_another_imports_is_there():
    folder = WEB / "static" / "web"
    for file in folder.glob("*.js"):
        for name in re.findall(r'from "\./([^"]+)"', file.read_text(encoding="utf-8")):
            assert (folder / name).exists(), f"{file.name} imports {name}"


def test_a_part_asked_for_after_the_session_ended_sends_the_whole_page_to_the_door(cast):
    headers = {**PARTIAL, "HX-Current-URL": "http://testserver/customers/?tier=core"}
    response = Client().get("/customers/?tier=vip", headers=headers)
    assert response.status_code == 204
    assert response["HX-Redirect"] == "/sign-in/?next=%2Fcustomers%2F%3Ftier%3Dcore"


def test_data_that_are_old_are_said_to_be(cast, sign_in, monkeypatch):
    for today, old in ((cast.day, False), (cast.day.replace(day=24), False), (cast.day.replace(day=25), True)):
        monkeypatch.setattr("guanxi.crm.web.display.localdate", lambda today=today: today)
        assert ("gx-date-stale" in sign_in(cast.ai).get("/preferences/").text) is old


def test_the_first_page_is_under_two_hundred_kilobytes_on_the_wire(cast, sign_in):
    for page in ("/", "/customers/"):
        response = sign_in(cast.ai).get(page, headers={"accept-encoding": "gzip"})
        assert response["Content-Encoding"] == "gzip"
        size = len(response.content)
        text = gzip.decompress(response.content).decode()
        names = set(re.findall(r'(?:href|src)="/static/([^"#]+)', text)) | {"vendor/icons.svg"}
        queue = list(names)
        while queue:
            found = finders.find(queue.pop())
            assert found
            content = Path(found).read_bytes()
            size += len(gzip.compress(content, 6))
            for name in re.findall(r'from "\./([^"]+)"', content.decode()) if found.endswith(".js") else []:
                if f"web/{name}" not in names:
                    names.add(f"web/{name}")
                    queue.append(f"web/{name}")
        assert size < 200_000, f"{page}: {size} bytes"
