"""The bulletin board in a real browser: announced on the desktop, read on the phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from guanxi.crm.bulletin.models import Announcement

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_announced_on_the_desktop_and_read_on_the_phone(site, open_page, check_access):
    cast = site.cast
    page = open_page(cast.bo, "/bulletin/new/")
    page.get_by_label("标题").fill("周一例会改到周二")
    page.locator("#id_text").fill("请各支行带上本周走访计划。\n\n地点不变。")
    page.get_by_label("置顶").check()
    check_access(page)
    page.get_by_role("button", name="发布公告").click()
    page.wait_for_url("**/bulletin/*/")
    expect(page.locator(".gx-bull-who").first).to_contain_text("3 人未读")
    check_access(page)
    phone = open_page(cast.ai, "/bulletin/", screen="phone", language="en", theme="dark")
    expect(phone.locator(".gx-bull > li")).to_have_count(1)
    check_access(phone)
    phone.get_by_role("link", name="周一例会改到周二").click()
    expect(phone.locator(".gx-bull-text")).to_contain_text("请各支行带上本周走访计划")
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    check_access(phone)
    phone.goto(f"{site.url}/materials/")
    check_access(phone)
    page.reload()
    expect(page.locator(".gx-bull-who").last).to_contain_text("1 人已读")
    assert Announcement.objects.get().receipts.count() == 1
