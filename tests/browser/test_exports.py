"""An export with approval before a real browser: asked for, seen, refused and approved, fetched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from guanxi.crm.web.exports import services
from guanxi.crm.web.models import Export

pytestmark = pytest.mark.browser
WORDS = {
    "zh-hans": {
        "excel": "导出",
        "ask": "提交审批",
        "waits": "待审批",
        "why": "请写明拒绝原因",
        "refuse": "拒绝",
        "refused": "薄文已拒绝",
        "approve": "同意导出",
        "download": "下载",
        "make": "生成文件",
        "reason": "三季度客户分析",
    },
    "en": {
        "excel": "Excel",
        "ask": "Ask for approval",
        "waits": "Waits for approval",
        "why": "Say why",
        "refuse": "Refuse",
        "refused": "refused it",
        "approve": "Approve",
        "download": "Download",
        "make": "Make the file",
        "reason": "For the quarter's review",
    },
}


@pytest.fixture(autouse=True)
def house(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EXPORT_APPROVAL_ROWS = 20
    monkeypatch.setattr(services, "_defer", lambda export: None)


def look(page, name: str) -> None:
    """Keeps a picture where one is wanted, to be looked at."""
    folder = os.environ.get("GUANXI_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png")


def ask(page, words) -> None:
    page.locator(".gx-list-tools").get_by_role("link", name=words["excel"]).click()
    page.wait_for_url("**/exports/new/customers/**")
    fill(page, words)


def fill(page, words) -> None:
    page.locator("select[name=purpose]").select_option("analysis")
    page.locator("textarea[name=reason]").fill(words["reason"])


@pytest.mark.parametrize(("language", "theme", "screen"), [("zh-hans", "light", "desktop"), ("en", "dark", "desktop")])
def test_an_export_waits_is_refused_is_approved_and_fetched(open_page, check_access, site, language, theme, screen):
    words = WORDS[language]
    mine = open_page(site.cast.ai, "/customers/", language=language, theme=theme, screen=screen)
    ask(mine, words)
    check_access(mine)
    look(mine, f"ask-{language}")
    mine.get_by_role("button", name=words["ask"]).click()
    expect(mine.get_by_role("status").first).to_contain_text(words["waits"])
    check_access(mine)
    look(mine, f"waits-{language}")
    address = mine.url

    theirs = open_page(site.cast.bo, "/", language=language, theme=theme, screen=screen)
    expect(theirs.locator(".gx-rail .gx-waiting")).to_contain_text("1")
    theirs.locator(".gx-rail a[href='/exports/']").click()
    inbox = theirs.locator(".gx-export-inbox li")
    expect(inbox).to_have_count(1)
    expect(inbox).to_contain_text(words["reason"])
    check_access(theirs)
    look(theirs, f"inbox-{language}")
    inbox.locator("a").click()
    expect(theirs.get_by_role("link", name=words["download"])).to_have_count(0)
    check_access(theirs)
    look(theirs, f"decide-{language}")
    theirs.get_by_role("button", name=words["refuse"], exact=True).click()
    expect(theirs.locator(".gx-field-error")).to_contain_text(words["why"])
    theirs.locator("textarea[name=said]").fill("too many" if language == "en" else "范围过大")
    theirs.get_by_role("button", name=words["refuse"], exact=True).click()
    theirs.wait_for_url("**/exports/")
    expect(inbox).to_have_count(0)
    mine.reload()
    expect(mine.locator("#export")).to_contain_text(words["refused"])

    mine.goto(f"{site.url}/customers/")
    ask(mine, words)
    mine.get_by_role("button", name=words["ask"]).click()
    expect(mine.get_by_role("status").first).to_contain_text(words["waits"])
    theirs.goto(f"{site.url}/exports/")
    inbox.locator("a").click()
    theirs.get_by_role("button", name=words["approve"]).click()
    theirs.wait_for_url("**/exports/")
    mine.reload()
    services.write_export(export_id=Export.objects.get(status="waiting").pk)
    link = mine.get_by_role("link", name=words["download"])
    expect(link).to_be_visible()
    check_access(mine)
    look(mine, f"ready-{language}")
    with mine.expect_download() as download:
        link.click()
    assert download.value.suggested_filename.endswith("_20261120.xlsx")
    mine.goto(f"{site.url}/exports/")
    expect(mine.locator("tbody tr")).to_have_count(2)
    check_access(mine)
    look(mine, f"own-{language}")
    assert mine.url != address


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_on_the_phone_a_short_one_is_made_at_once(open_page, check_access, site, language):
    words = WORDS[language]
    page = open_page(site.cast.ai, "/exports/new/customers/?tier=vip", language=language, screen="phone")
    fill(page, words)
    look(page, f"phone-ask-{language}")
    check_access(page)
    page.get_by_role("button", name=words["make"]).click()
    expect(page.get_by_role("link", name=words["download"])).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    look(page, f"phone-ready-{language}")


def test_on_the_phone_every_list_is_taken_out_by_a_tap(open_page, check_access, site):
    """The button is seen, large enough for a thumb, covered by nothing, and leads to the question of the purpose."""
    for staff, path, name in (
        (site.cast.ai, "/customers/?tier=vip", "customers"),
        (site.cast.shen, "/audit/", "audit"),
    ):
        page = open_page(staff, path, screen="phone")
        tool = page.locator(".gx-list-tools .gx-tool")
        box = tool.bounding_box()
        assert box, f"{path} has no button to take it out"
        assert box["height"] >= 44
        assert box["x"] + box["width"] <= 390, "the button lies beside the screen"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
        look(page, f"phone-list-{name}")
        check_access(page)
        tool.tap()
        page.wait_for_url(f"**/exports/new/{name}/**")
        expect(page.locator("select[name=purpose]")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_mark_lies_over_the_page_and_is_in_nobodys_way(open_page, check_access, site, theme):
    page = open_page(site.cast.ai, "/customers/", theme=theme)
    style = page.evaluate(
        "(s => [s.position, s.pointerEvents, s.backgroundImage])(getComputedStyle(document.body, '::after'))"
    )
    assert style[:2] == ["fixed", "none"]
    assert "/watermark.svg" in style[2]
    look(page, f"mark-{theme}")
    page.locator("tbody tr a").first.click()
    page.wait_for_url("**/customers/P*/")
    look(page, f"mark-customer-{theme}")
    check_access(page)
