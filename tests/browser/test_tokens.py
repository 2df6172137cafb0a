"""A person makes a token, keeps it and ends it; the documentation is searched: both languages, both screens."""

from __future__ import annotations

import pytest

from guanxi.crm.org.tokens import find_token

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("screen", "language", "theme"), [("desktop", "zh-hans", "dark"), ("phone", "en", "light")])
def test_a_token_and_what_it_may_call(site, open_page, check_access, tmp_path, screen, language, theme):
    page = open_page(site.cast.ai, "/security/tokens/new/", screen=screen, language=language, theme=theme)
    check_access(page)
    page.screenshot(path=tmp_path / "new.png", full_page=True)
    page.fill('input[name="name"]', "Monday list")
    page.check('input[value="customers:read"]')
    page.locator('main button[type="submit"]').click()
    secret = page.locator("#gt-secret").inner_text()
    assert find_token(secret) is not None
    check_access(page)
    page.screenshot(path=tmp_path / "made.png", full_page=True)
    page.locator(".gt-buttons .btn-primary").click()
    page.get_by_text("Monday list").wait_for()
    check_access(page)
    page.screenshot(path=tmp_path / "tokens.png", full_page=True)
    page.goto(site.url + "/api/")
    page.wait_for_load_state("networkidle")
    page.fill("#gd-search", "may-contact")
    assert page.locator(".gd-op:visible").count() == 1
    page.locator(".gd-op:visible summary").click()
    check_access(page)
    page.screenshot(path=tmp_path / "documentation.png")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.fill("#gd-search", "zzz")
    page.locator("#gd-none").wait_for()
