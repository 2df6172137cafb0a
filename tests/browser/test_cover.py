"""Cover for leave before a real browser: arranged by the branch, used by the other, ended by hand and by itself."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from guanxi.crm.org.models import Cover
from guanxi.crm.org.queries import forget
from tests.browser.test_handover import fits, look

pytestmark = pytest.mark.browser
WORDS = {
    "zh-hans": {"arrange": "安排代管", "end": "结束", "why": "年假"},
    "en": {"arrange": "Arrange cover", "end": "End", "why": "Annual leave"},
}


@pytest.mark.parametrize(("language", "theme", "screen"), [("zh-hans", "light", "desktop"), ("en", "dark", "phone")])
def test_cover_is_arranged_used_and_ended(open_page, check_access, site, language, theme, screen):
    words, options = WORDS[language], {"language": language, "theme": theme, "screen": screen}
    today = timezone.localdate()
    customer = site.cast.book(site.cast.ai)[0]
    address = f"/customers/{customer.id}/"
    substitute = open_page(site.cast.qian, **options)

    def answer() -> int:
        """What the substitute's browser is answered at the customer's address, without a page's own complaints."""
        return substitute.request.get(f"{site.url}{address}").status

    assert answer() == 404

    branch = open_page(site.cast.bo, "/team/", **options)
    for last, kept in (("2000-01-01", False), (str(today + datetime.timedelta(days=3)), True)):
        branch.locator("#f-staff").select_option("1111")
        branch.locator("#f-substitute").select_option("1112")
        branch.locator("#f-first").fill(str(today))
        branch.locator("#f-last").evaluate("(field, day) => { field.removeAttribute('min'); field.value = day }", last)
        branch.locator("#f-reason").fill(words["why"])
        branch.get_by_role("button", name=words["arrange"]).click()
        if not kept:
            expect(branch.get_by_role("alert")).to_be_visible()
            expect(branch.locator("#f-reason")).to_have_value(words["why"])
            assert not Cover.objects.exists()
    line = branch.locator(".gx-covers form")
    expect(line).to_contain_text(words["why"])
    check_access(branch)
    fits(branch)
    look(branch, f"cover-{language}-{screen}")

    substitute.goto(f"{site.url}{address}")
    expect(substitute.locator("h1").first).to_contain_text(customer.name)
    substitute.goto(f"{site.url}/customers/?q={customer.id}")
    expect(substitute.locator("main")).to_contain_text(customer.name)
    fits(substitute)
    outsider = open_page(site.cast.zhu, address, expect=404, **options)
    expect(outsider.locator("main")).not_to_contain_text(customer.name)

    line.get_by_role("button", name=words["end"]).click()
    expect(line).to_have_count(0)
    assert answer() == 404

    Cover.objects.create(
        staff_id="1111", substitute_id="1112", valid_from=today - datetime.timedelta(days=2), valid_to=today
    )
    forget()
    assert answer() == 200
    Cover.objects.filter(valid_to=today).update(valid_to=today - datetime.timedelta(days=1))
    forget()
    assert answer() == 404, "it has ended by itself"
