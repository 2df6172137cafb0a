"""The first sign-in of a role that needs a second factor, in a real browser; passkeys with a virtual authenticator."""

from __future__ import annotations

import re

import pytest

from guanxi.crm.org import second_factor
from guanxi.crm.org.models import Staff

pytestmark = pytest.mark.browser

WORDS = {
    "en": {"in": "Sign in", "next": "Continue", "kept": "I have kept them: continue"},
    "zh-hans": {"in": "登录", "next": "继续", "kept": "已妥善保存，继续"},
}


def type_in(page, staff: Staff, password: str, button: str) -> None:
    page.fill('input[name="username"]', staff.pk)
    page.fill('input[name="password"]', password)
    page.get_by_role("button", name=button, exact=True).click()


def shown_key(page) -> str:
    page.locator("summary").click()
    return re.sub(r"\s", "", page.locator(".gx-door-key code").inner_text())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_first_sign_in_sets_up_the_app_and_the_second_asks_for_its_code(
    site, open_page, check_access, settings, tmp_path, screen, language
):
    settings.MFA_ROLES = frozenset({"auditor"})
    words, shen = WORDS[language], site.cast.shen
    page = open_page(None, "/sign-in/?next=/preferences/", screen=screen, language=language, expect=200)
    type_in(page, shen, site.cast.password, words["in"])
    page.wait_for_url("**/security/app/**")
    page.wait_for_load_state("networkidle")
    assert page.locator(".gx-door-picture").evaluate("image => image.complete && image.naturalWidth > 0")
    check_access(page)
    page.screenshot(path=tmp_path / "app.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    secret = shown_key(page)
    page.fill('input[name="code"]', "000000")
    page.get_by_role("button", name=words["next"]).click()
    page.locator(".gx-door-error").wait_for()
    page.fill('input[name="code"]', second_factor.code_at(secret, second_factor.current_step()))
    page.get_by_role("button", name=words["next"]).click()
    page.wait_for_url("**/security/codes/")
    check_access(page)
    page.screenshot(path=tmp_path / "codes.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    codes = page.locator(".gx-door-codes li").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as download:
        page.get_by_role("link", name="下载" if language != "en" else "Download").click()
    assert codes[9] in download.value.path().read_text(encoding="utf-8-sig")
    page.get_by_role("link", name=words["kept"]).click()
    page.wait_for_url("**/preferences/")

    page.context.clear_cookies(name="sessionid")
    page.goto(site.url + "/sign-in/")
    type_in(page, shen, site.cast.password, words["in"])
    page.wait_for_url("**/sign-in/second/")
    check_access(page)
    page.screenshot(path=tmp_path / "second.png", full_page=True)
    page.fill('input[name="code"]', second_factor.code_at(secret, second_factor.current_step() + 1))
    page.get_by_role("button", name=words["in"], exact=True).click()
    page.wait_for_url(site.url + "/")
    page.goto(site.url + "/security/")
    page.wait_for_load_state("networkidle")
    check_access(page)
    page.screenshot(path=tmp_path / "security.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def virtual_authenticator(page) -> None:
    """A device with a screen lock, as Chromium plays one."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_set_up_signs_in_alone_is_the_second_step_and_confirms(site, open_page, settings, tmp_path):
    settings.MFA_ROLES = frozenset({"auditor"})
    shen = site.cast.shen
    page = open_page(None, "/sign-in/", language="en")
    virtual_authenticator(page)
    type_in(page, shen, site.cast.password, "Sign in")
    page.wait_for_url("**/security/app/**")
    page.get_by_role("button", name="Use a passkey of this device").click()
    page.wait_for_url("**/security/codes/")
    page.goto(site.url + "/")
    assert page.url == site.url + "/"

    page.context.clear_cookies(name="sessionid")
    page.goto(site.url + "/sign-in/?next=/preferences/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(site.url + "/preferences/")  # not a pattern: the address of the sign-in ends the same way

    page.context.clear_cookies(name="sessionid")
    page.goto(site.url + "/sign-in/")
    type_in(page, shen, site.cast.password, "Sign in")
    page.wait_for_url("**/sign-in/second/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(site.url + "/")

    page.goto(site.url + "/confirm/?next=/security/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(site.url + "/security/")
    page.screenshot(path=tmp_path / "passkeys.png", full_page=True)
    assert page.get_by_text("Chrome · Linux").count() >= 1
