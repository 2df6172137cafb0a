"""A notification appears in a real browser within five seconds of its cause, without a reload; the centre; wishes."""

from __future__ import annotations

import datetime
import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from guanxi.crm.contact.telling import ABOUT, FOLLOWED, GIVEN
from guanxi.crm.notices.services import notify
from tests.browser.conftest import SCREENS
from tests.chromium import FLAGS, chromium
from tests.web.contact.test_tasks import task_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WITHIN = 5_000
WORDS = {
    "zh-hans": {"task": "交给您一项关于", "all": "全部标为已读", "undo": "撤销", "bell": "通知", "save": "保存"},
    "en": {"task": "gives you a task about", "all": "Mark all as read", "undo": "Undo", "bell": "Notifications",
           "save": "Save"},
}  # fmt: skip


def give(cast) -> None:
    """Bo gives Ai a task about a customer."""
    task = task_for(cast.person, cast.ai, "回访")
    notify(to=[cast.ai.id], kind=GIVEN, party_id=cast.person.id, about=(ABOUT, task.pk),
           facts={"due": task.due_on.isoformat()}, by=cast.bo.id)  # fmt: skip


@pytest.mark.parametrize(("language", "screen", "theme"), [("zh-hans", "desktop", "light"), ("en", "phone", "dark")])
def test_a_notification_appears_within_five_seconds_without_a_reload(
    site, open_page, check_access, language, screen, theme
):
    cast, words = site.cast, WORDS[language]
    notify(to=[cast.ai.id], kind=FOLLOWED, facts={"number": 2})
    page = open_page(cast.ai, "/products/", screen=screen, language=language, theme=theme)
    page.clock.install()
    page.reload()
    count = page.locator("#gx-bell .gx-waiting")
    expect(count).to_have_text("1")
    expect(page.locator(".gx-toast")).to_have_count(0)  # what was there before does not pop up
    page.evaluate("window.loadedOnce = true")
    # By the page's own clock, which stands still from here: a second is left for asking on a slow line.
    # What the leap makes it ask is answered first: only then does the page know when to ask again.
    with page.expect_response(re.compile("/pulse/")) as asked:
        page.clock.pause_at(datetime.datetime.fromtimestamp(page.evaluate("Date.now()") / 1000 + 600, datetime.UTC))
    asked.value.finished()
    for _turn in range(5):
        page.evaluate("fetch('/watermark.svg').then(answer => answer.text())")
    give(cast)
    page.clock.run_for(WITHIN - 1_000)
    toast = page.locator(".gx-toast")
    expect(toast).to_contain_text(words["task"])
    page.clock.resume()
    toast.hover()  # so that it stays
    expect(count).to_have_text("2")
    assert page.evaluate("window.loadedOnce"), "the page was loaded anew"
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    # The next page knows of it and does not pop it up once more; the toast leads to the task.
    toast.get_by_role("link").click()
    page.wait_for_url("**/tasks/*/")
    expect(count).to_have_text("1")
    expect(page.locator(".gx-toast")).to_have_count(0)
    page.locator("#gx-bell").click()
    expect(page.locator(".gx-notices > li")).to_have_count(2)
    check_access(page)
    page.get_by_role("button", name=words["all"]).click()
    expect(count).to_be_hidden()
    page.get_by_role("button", name=words["undo"], exact=True).click()
    expect(count).to_have_text("1")


def test_the_wishes_fit_the_phone_and_say_that_push_is_off(site, open_page, check_access):
    page = open_page(site.cast.ai, "/notices/wishes/", screen="phone", language="en")
    expect(page.get_by_text("Push to devices is off here")).to_be_visible()
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_without_internet_allowing_push_says_that_it_stays_off(site, browser, settings, tmp_path):
    """In a profile of its own: Chromium has no push in the private windows that other tests use."""
    settings.PUSH_CONTACT = "mailto:crm@bank.example"
    client = Client(headers={"accept-language": "en"})
    client.force_login(site.cast.ai)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.browser_type.launch_persistent_context(
        str(tmp_path / "profile"), executable_path=chromium(), args=FLAGS, locale="en-GB", viewport=SCREENS["desktop"]
    )
    try:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": site.url}])
        context.grant_permissions(["notifications"], origin=site.url)
        page = context.new_page()
        page.add_init_script(
            "window.broken = []; addEventListener('securitypolicyviolation', e => broken.push(e.violatedDirective))"
        )
        page.goto(f"{site.url}/notices/wishes/")
        page.get_by_role("button", name="Allow this browser").click()
        expect(page.locator("#push-state")).to_contain_text("push service was not reached", timeout=20_000)
        # The worker was let in by the site's policy, for the whole site.
        assert page.evaluate("navigator.serviceWorker.getRegistration().then(r => r.scope)") == f"{site.url}/"
        assert page.evaluate("broken") == []
    finally:
        context.close()
