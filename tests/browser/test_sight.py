"""What a member of staff can see, before a real browser: accessible, fits the phone, compared with an earlier day."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from guanxi.crm.org.models import Cover, Post, Role

pytestmark = pytest.mark.browser


def look(page, name: str) -> None:
    """Keeps a picture where one is wanted, to be looked at."""
    folder = os.environ.get("GUANXI_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("language", "theme", "screen"),
    [
        ("zh-hans", "light", "desktop"),
        ("en", "dark", "desktop"),
        ("en", "light", "phone"),
        ("zh-hans", "dark", "phone"),
    ],
)
def test_from_the_team_to_what_one_sees_and_saw(open_page, check_access, site, language, theme, screen):
    today = timezone.localdate()
    Post.objects.filter(staff=site.cast.ai).update(line="retail")
    Post.objects.create(staff=site.cast.ai, institution_id="B12", role=Role.LINKAGE, line="retail")
    Cover.objects.create(
        staff=site.cast.lu, substitute=site.cast.ai, valid_from=today, valid_to=today + datetime.timedelta(days=9)
    )
    page = open_page(site.cast.bo, "/team/", language=language, theme=theme, screen=screen)
    page.locator(f"a[href='/staff/{site.cast.ai.id}/sight/']").click()
    page.wait_for_url("**/sight/")
    expect(page.locator(".gs-places")).to_contain_text("滨江支行" if language == "zh-hans" else "Binjiang")
    check_access(page)
    look(page, f"sight-{language}-{theme}-{screen}")
    page.locator("#f-with").fill((today - datetime.timedelta(days=3)).isoformat())
    page.locator(".gs-days button").click()
    page.wait_for_url("**with=**")
    expect(page.locator(".gs-between")).to_be_visible()
    check_access(page)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    look(page, f"sight-compared-{language}-{theme}-{screen}")
