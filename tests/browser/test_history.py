"""Bringing an earlier value back, team, and who sees a customer, before a real browser in every guise."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from guanxi.crm.audit.models import Action, Entry
from guanxi.crm.org.models import Cover, Post

pytestmark = pytest.mark.browser
WAYS = [
    ("zh-hans", "light", "desktop"),
    ("en", "dark", "desktop"),
    ("en", "light", "phone"),
    ("zh-hans", "dark", "phone"),
]
WHY = {"zh-hans": "误操作,恢复原值", "en": "A slip; back to what it was"}


def look(page, name: str) -> None:
    """Keeps a picture where one is wanted, to be looked at."""
    folder = os.environ.get("GUANXI_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def fits(page) -> None:
    wide = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth"
        " && !e.closest('.gx-scroll')).map(e => e.tagName + '.' + e.className).slice(0, 5)"
    )
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, wide


@pytest.mark.parametrize(("language", "theme", "screen"), WAYS)
def test_a_field_and_a_row_are_brought_back(open_page, check_access, site, language, theme, screen):
    today = timezone.localdate()
    cover = Cover.objects.create(
        staff=site.cast.ai, substitute=site.cast.qian, valid_from=today, valid_to=today + datetime.timedelta(days=9)
    )
    Cover.objects.filter(pk=cover.pk).update(valid_to=today, reason="出差")
    post = Post.objects.get(staff=site.cast.ai)
    kept = post.pk
    post.delete()

    page = open_page(site.cast.guan, f"/history/cover/{cover.pk}/", language=language, theme=theme, screen=screen)
    check_access(page)
    fits(page)
    look(page, f"history-{language}-{theme}-{screen}")
    form = page.locator(".ga-restore").first
    form.locator("input[name=field][value=reason]").uncheck()
    form.locator("button").click()
    expect(form.locator("input[name=reason]")).to_be_focused()
    form.locator("input[name=reason]").fill(WHY[language])
    form.locator("button").click()
    expect(page.get_by_role("status").first).to_be_visible()
    expect(page.locator("main")).to_contain_text(WHY[language])
    check_access(page)
    look(page, f"history-restored-{language}-{theme}-{screen}")
    cover.refresh_from_db()
    assert cover.valid_to == today + datetime.timedelta(days=9)
    assert cover.reason == "出差", "only what was chosen"

    page.goto(f"{site.url}/history/post/{kept}/")
    check_access(page)
    fits(page)
    look(page, f"history-gone-{language}-{theme}-{screen}")
    page.locator(".ga-restore").first.locator("input[name=reason]").fill(WHY[language])
    page.locator(".ga-restore").first.locator("button").click()
    expect(page.get_by_role("status").first).to_be_visible()
    assert Post.objects.filter(pk=kept, staff=site.cast.ai).exists()
    assert Entry.objects.filter(action=Action.RESTORE, actor=site.cast.guan.pk).count() == 2


@pytest.mark.parametrize(("language", "theme", "screen"), WAYS)
def test_team_and_who_sees_a_customer(open_page, check_access, site, language, theme, screen):
    today = timezone.localdate()
    Cover.objects.create(
        staff=site.cast.ai, substitute=site.cast.qian, valid_from=today, valid_to=today + datetime.timedelta(days=9),
        reason="年假",
    )  # fmt: skip
    for name, address in (("team", "/team/"), ("seers", f"/customers/{site.cast.person.id}/access/")):
        page = open_page(site.cast.bo, address, language=language, theme=theme, screen=screen)
        check_access(page)
        fits(page)
        look(page, f"{name}-{language}-{theme}-{screen}")
