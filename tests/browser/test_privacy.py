"""A masked value shown for a moment, and the officer's screen, before a real browser."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from guanxi.crm.audit.models import Action, Entry
from guanxi.crm.org.models import Staff
from guanxi.crm.watch.models import Inquiry, StaffDay, SummedDay

pytestmark = pytest.mark.browser
CLEAR, MASKED = "13857100000", "138****0000"
WORDS = {
    "zh-hans": {
        "reason": "存款到期回访", "show": "查看", "left": "30", "call": "拨打",
        "short": "请简要说明", "copied": "已复制",
        "why": "查看完整内容", "note": "确属工作需要", "explained": "工作需要，情况属实", "noteit": "记录",
        "choose": "请选择一项",
    },
    "en": {
        "reason": "Call back about the deposit", "show": "Show", "left": "30 of 30 left today", "call": "Call",
        "short": "Say in a few words", "copied": "Copied", "why": "Values shown in full",
        "note": "Covered for a colleague", "explained": "Explained by the work", "noteit": "Note it",
        "choose": "Choose one",
    },
}  # fmt: skip


def look(page, name: str) -> None:
    """Keeps a picture where one is wanted, to be looked at."""
    folder = os.environ.get("GUANXI_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png")


@pytest.mark.parametrize(
    ("language", "screen", "theme"),
    [
        ("zh-hans", "phone", "light"),
        ("en", "phone", "dark"),
        ("zh-hans", "desktop", "dark"),
        ("en", "desktop", "light"),
    ],
)
def test_a_value_is_shown_with_a_reason_and_goes_again(open_page, check_access, site, language, screen, theme):
    words = WORDS[language]
    name = f"{language}-{screen}-{theme}"
    page = open_page(
        site.cast.ai, f"/customers/{site.cast.person.id}/identity/", language=language, screen=screen, theme=theme
    )
    page.clock.install()  # the minute goes by when the test says so, however slow the machine
    page.reload()
    assert CLEAR not in page.content()
    assert page.locator(f"a[href='tel:{CLEAR}']").count() == 0
    look(page, f"masked-{name}")
    place = page.locator(".gx-contacts .gx-secret").first
    expect(place).to_contain_text(MASKED)
    # By keyboard: the eye has the focus, enter opens, escape closes and gives the focus back.
    place.locator(".gx-eye").focus()
    page.keyboard.press("Enter")
    sheet = page.locator("#gx-reveal")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text(words["left"])
    check_access(page)
    look(page, f"sheet-{name}")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(place.locator(".gx-eye")).to_be_focused()
    # Without a reason it is not shown; what was chosen stays.
    place.locator(".gx-eye").click()
    sheet.locator("input[value=identity]").check()
    sheet.get_by_role("button", name=words["show"], exact=True).click()
    expect(sheet.locator(".gx-field-error")).to_contain_text(words["short"])
    expect(sheet.locator("input[value=identity]")).to_be_checked()
    look(page, f"sheet-wrong-{name}")
    sheet.locator("input[name=reason]").fill(words["reason"])
    if screen == "phone":
        assert sheet.get_by_role("button", name=words["show"], exact=True).bounding_box()["height"] >= 44
    page.keyboard.press("Enter")
    expect(sheet).to_be_hidden()
    expect(place.locator(".gx-clear")).to_have_text(CLEAR)
    expect(place.get_by_role("link", name=words["call"])).to_have_attribute("href", f"tel:{CLEAR}")
    expect(place.locator(".gx-masked")).to_be_hidden()
    check_access(page)
    look(page, f"shown-{name}")
    place.locator("[data-copy]").click()
    expect(place.locator("[data-copy]")).to_contain_text(words["copied"])
    # Its time over, it is out of the page and not only out of sight.
    page.clock.fast_forward("01:01")
    expect(place.locator(".gx-masked")).to_be_visible()
    assert CLEAR not in page.content()
    # And the call at the head of the page begins with showing the number; leaving the page takes it out as well.
    page.locator(".gx-call").click()
    sheet.locator("input[name=reason]").fill(words["reason"])
    page.keyboard.press("Enter")
    expect(page.locator(".gx-secret-call a[href^='tel:']")).to_have_attribute("href", f"tel:{CLEAR}")
    look(page, f"call-{name}")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    page.locator(".gx-secret-call [data-hide]").click()
    expect(page.locator(".gx-call")).to_be_visible()
    assert CLEAR not in page.content()
    assert Entry.objects.filter(action=Action.REVEAL, actor=site.cast.ai.id).count() == 2


def test_a_stale_proof_is_asked_for_and_leads_back(open_page, site, settings):
    path = f"/customers/{site.cast.person.id}/identity/"
    page = open_page(site.cast.ai, path, language="en")
    settings.CONFIRM_WITHIN = datetime.timedelta(seconds=-1)
    page.locator(".gx-contacts .gx-eye").first.click()
    page.wait_for_url("**/confirm/**")
    settings.CONFIRM_WITHIN = datetime.timedelta(minutes=15)
    page.locator("input[type=password]").fill(site.cast.password)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"**{path}")
    page.locator(".gx-contacts .gx-eye").first.click()
    expect(page.locator("#gx-reveal")).to_be_visible()


def test_used_up_says_what_to_do(open_page, check_access, site, settings):
    settings.REVEALS_A_DAY = {"rm": 0}
    page = open_page(site.cast.ai, f"/customers/{site.cast.person.id}/identity/", language="en", screen="phone")
    page.locator(".gx-contacts .gx-eye").first.click()
    expect(page.locator("#gx-reveal")).to_contain_text("midnight")
    check_access(page)
    look(page, "used-up")


def unusual_month(cast) -> None:
    """Six relationship managers as always, and Ai with many values shown and many customers of others."""
    today = timezone.localdate()
    for number in ("1113", "1114"):
        Staff.objects.create(id=number, name=f"经理{number}", institution_id="B11", role="rm")
    rows = []
    for back in range(60):
        day = today - datetime.timedelta(days=back)
        for number in ("1111", "1112", "1113", "1114", "1121", "1211"):
            busy = number == "1111" and back < 12
            rows.append(
                StaffDay(
                    staff_id=number, day=day, roles="rm", entries=40 + back % 7,
                    reveals=11 + back % 5 if busy else back % 2,
                    outside=14 + back % 6 if busy else back % 3, exports=1 if back % 20 == 0 else 0,
                    odd=6 if busy and back % 3 == 0 else 0,
                )
            )  # fmt: skip
        rows.append(StaffDay(staff_id="1005", day=day, roles="administrator", entries=9, refused=9 if back < 4 else 0))
    StaffDay.objects.bulk_create(rows)
    now = timezone.now()
    SummedDay.objects.bulk_create(
        [SummedDay(day=today - datetime.timedelta(days=back), made_at=now, complete=True) for back in range(200)]
    )


@pytest.mark.parametrize(
    ("language", "screen", "theme"),
    [
        ("zh-hans", "desktop", "light"),
        ("en", "desktop", "dark"),
        ("zh-hans", "phone", "dark"),
        ("en", "phone", "light"),
    ],
)
def test_the_officer_sees_who_stands_out_and_notes_what_came_of_it(
    open_page, check_access, site, language, screen, theme
):
    words, name = WORDS[language], f"{language}-{screen}-{theme}"
    unusual_month(site.cast)
    page = open_page(site.cast.dan, "/unusual/", language=language, screen=screen, theme=theme)
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("艾琳")
    expect(rows.first).to_contain_text(words["why"])
    check_access(page)
    look(page, f"unusual-{name}")
    rows.first.locator("th a").click()
    page.wait_for_url("**/unusual/1111/**")
    expect(page.locator("figure canvas, figure svg").first).to_be_visible()
    check_access(page)
    look(page, f"person-{name}")
    page.get_by_role("button", name=words["noteit"], exact=True).click()
    expect(page.locator(".gx-field-error").first).to_contain_text(words["choose"])
    page.get_by_text(words["explained"]).click()
    page.locator("textarea[name=note]").fill(words["note"])
    page.get_by_role("button", name=words["noteit"], exact=True).click()
    expect(page.locator(".gw-history")).to_contain_text(words["note"])
    assert Inquiry.objects.get().by_id == site.cast.dan.id
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    look(page, f"noted-{name}")
    page.locator(".gw-reasons a").first.click()
    page.wait_for_url("**/audit/?person=1111**")
