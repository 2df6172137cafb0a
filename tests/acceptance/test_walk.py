"""The cast walks through the real site over a bank whose nights were really done, in both languages."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from guanxi.demo.bank import write_bank
from tests.acceptance.nights import SPEC, House
from tests.chromium import PATIENCE

pytestmark = [pytest.mark.long, pytest.mark.browser]
PASSWORD = "a walk in the evening"
WORDS = {
    "zh-hans": {"home": "首页", "customers": "客户", "assets": "资产", "value": "价值贡献", "holdings": "持有"},
    "en": {"home": "Home", "customers": "Customers", "assets": "Assets", "value": "Value", "holdings": "Holdings"},
}


@dataclass(frozen=True)
class Site:
    """The running site: its address, its house and the numbers of the cast by role."""

    url: str
    house: House
    cast: dict[str, str]


@pytest.fixture(scope="module")
def walked(past, tmp_path_factory) -> Iterator[Site]:
    """The site of the small bank, served by the command; the cast have set their passwords by the command."""
    house = past.after[len(SPEC.days) - 1].copy(tmp_path_factory.mktemp("walk") / "house")
    written = write_bank(SPEC, past.files, None)
    cast = {"rm": "010101", "outsider": "020101"} | {p.role: p.staff_id for p in written.cast if p.role != "rm"}
    for number in cast.values():
        done = subprocess.run(
            [sys.executable, "-m", "guanxi.cli", "staff", "password", number],
            env=house.environment(), input=PASSWORD + "\n", text=True, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert house.command("assets")[0] == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = house.start("serve", "--port", str(port), "--workers", "1")
    try:
        wait_for(f"http://127.0.0.1:{port}/sign-in/", server)
        yield Site(f"http://127.0.0.1:{port}", house, cast)
    finally:
        os.killpg(server.pid, 15)
        server.communicate(timeout=30)


def wait_for(url: str, server: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        assert server.poll() is None, server.communicate()[0]
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the site did not answer")


@pytest.fixture
def sign_in(walked: Site, browser: Browser) -> Iterator[Callable[[str, str, bool], Page]]:
    """Signs a member of the cast in through the form; nothing may be complained of on the way."""
    contexts, complaints = [], []

    def enter(role: str, language: str, phone: bool = False) -> Page:
        size = {"width": 390, "height": 844} if phone else {"width": 1366, "height": 768}
        context = browser.new_context(viewport=size, locale="en-GB" if language == "en" else "zh-CN")
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(walked.url + "/sign-in/")
        page.fill("input[name=username]", walked.cast[role])
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(walked.url + "/")
        return page

    yield enter
    for context in contexts:
        context.close()
    # Pages that are refused on purpose are answered 403 or 404, which Chromium puts on the console.
    assert [said for said in complaints if not re.search(r"status of 40[34]", said)] == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_relationship_manager_finds_a_customer_and_what_it_is_worth(walked, sign_in, language):
    words = WORDS[language]
    page = sign_in("rm", language)
    expect(page).to_have_title(re.compile(words["home"]))
    day = SPEC.last_day
    shown = f"{day.day} {day:%b} {day.year}" if language == "en" else day.isoformat()
    expect(page.locator("body")).to_contain_text(shown)
    party, name, pinyin = walked.house.query(
        "select party_id, name, name_pinyin from insight_customerfigure where business_date = %s and manager_id = %s"
        " and kind = 'person' order by assets desc limit 1", day, walked.cast["rm"],
    )[0]  # fmt: skip

    page.get_by_role("link", name=words["customers"], exact=True).first.click()
    page.wait_for_url(re.compile(r"/customers/"))
    expect(page.locator("tbody tr").first).to_contain_text(name)

    # From any page, by the slash and the pinyin's initials.
    initials = "".join(syllable[0] for syllable in pinyin.split())
    page.keyboard.press("/")
    page.keyboard.type(initials, delay=30)
    page.get_by_role("option").filter(has_text=name).first.click()
    page.wait_for_url(f"{walked.url}/customers/{party}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.get_by_role("link", name=words["value"], exact=True).first.click()
    page.wait_for_url(re.compile(r"/value/"))
    expect(page.locator("svg").first).to_be_visible()
    page.go_back()
    page.wait_for_url(f"{walked.url}/customers/{party}/")
    page.get_by_role("link", name=words["holdings"], exact=True).first.click()
    page.wait_for_url(re.compile(r"/holdings/"))


def test_the_outsider_finds_nothing_of_it(walked, sign_in):
    party, name = walked.house.query(
        "select id, name from party_party where manager_id = %s order by id limit 1", walked.cast["rm"]
    )[0]
    page = sign_in("outsider", "zh-hans")
    assert page.goto(f"{walked.url}/customers/{party}/").status == 404
    assert name not in page.content()
    page.goto(f"{walked.url}/customers/?q={party}")
    assert page.locator("tbody tr a").count() == 0
    for section in ("holdings", "value", "events", "relations", "identity", "tiers"):
        assert page.goto(f"{walked.url}/customers/{party}/{section}/").status == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_branch_manager_sees_the_branch_and_the_head_office_the_bank(walked, sign_in, language):
    below = walked.house.query(
        "select count(*) from party_party p join org_institution i on i.id = p.institution_id"
        " join org_staff s on s.id = %s join org_institution own on own.id = s.institution_id"
        " where i.path like own.path || '%%'", walked.cast["branch_manager"],
    )[0][0]  # fmt: skip
    everybody = walked.house.query("select count(*) from party_party")[0][0]
    assert 0 < below < everybody
    for role, expected in (("branch_manager", below), ("analyst", everybody)):
        page = sign_in(role, language)
        page.goto(walked.url + "/customers/")
        told = re.findall(r"\d[\d,]*", page.get_by_role("status").first.inner_text())
        assert int(told[-1].replace(",", "")) == expected
        page.goto(walked.url + "/")
        expect(page.locator("table").first).to_be_visible()


def test_the_steward_sees_runs_and_rows_kept_aside(walked, sign_in):
    page = sign_in("steward", "en")
    kept = walked.house.query("select count(*) from quality_quarantinedrow")[0][0]
    page.goto(walked.url + "/quality/")
    page.goto(walked.url + "/runs/")
    expect(page.locator("tbody tr")).to_have_count(len(SPEC.days))
    page.goto(walked.url + "/quarantine/")
    assert page.locator("tbody tr").count() == min(kept, 50)
    page = sign_in("rm", "en")
    assert page.goto(walked.url + "/quarantine/").status == 403


def test_the_relationship_manager_works_on_the_phone(walked, sign_in):
    page = sign_in("rm", "zh-hans", True)
    page.goto(walked.url + "/customers/")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    page.locator("a[href^='/customers/']").filter(has_text=re.compile(r"\S")).nth(1).click()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
