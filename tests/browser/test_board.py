"""The team's board in a real browser: on the desktop and on the phone, in both languages, light and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.board.test_board import done, premier
from tests.web.contact.test_tasks import task_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HAND_OVER = {"zh-hans": "移交所选客户", "en": "Hand over the chosen ones"}


SCREENS = [
    ("zh-hans", "desktop", "light"),
    ("en", "desktop", "dark"),
    ("en", "phone", "light"),
    ("zh-hans", "phone", "dark"),
]


@pytest.mark.parametrize(("language", "screen", "theme"), SCREENS)
def test_from_the_board_to_a_hand_over(site, open_page, check_access, language, screen, theme):
    cast, own = site.cast, premier(site.cast, site.cast.ai)
    done(own[0], cast.ai, 40, kind="visit")
    done(own[1], cast.ai)
    for days in range(6):
        task_for(cast.person, cast.ai, "回访", days=-1 - days)
    page = open_page(cast.bo, "/team/board/", screen=screen, language=language, theme=theme)
    rows = page.locator(".gx-board [data-row]")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text(cast.ai.name)  # who needs help most stands first
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name=cast.ai.name).click()
    expect(page.locator(".gx-board-late li")).to_have_count(6)
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("input[name=party]").first.check()
    page.get_by_role("button", name=HAND_OVER[language]).click()
    page.wait_for_url("**/hand-overs/*/to/")
