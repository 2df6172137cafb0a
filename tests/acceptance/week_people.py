"""The people of a scripted week before real browsers, each on the machine that they carry that day."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.acceptance.nights import House
from tests.chromium import PATIENCE

PASSWORD = "a week with its people"
SCREENS = {"desktop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
# Chromium says of an answer that refuses a form (409, 422) that it is one.
FORESEEN = re.compile(r"status of (409|422)")


@dataclass(frozen=True)
class Site:
    """A house with its site running, and the numbers of those who live there by what they are."""

    url: str
    house: House
    cast: dict[str, str]

    def one(self, sql: str, *parameters: object) -> Any:
        """The one value of a query over the house's database."""
        rows = self.house.query(sql, *parameters)
        assert rows, sql
        return rows[0][0]


@dataclass
class Week:
    """One week on one kind of screen. Each day has a language; whoever works keeps their browser from day to day."""

    site: Site
    browser: Browser
    screen: str
    check_access: Callable[[Page], None]
    language: str = "zh-hans"
    complaints: list[str] = field(default_factory=list)
    contexts: dict[str, BrowserContext] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)

    def at(self, who: str, path: str = "") -> Page:
        """Somebody's page, in today's language, at an address; signed in through the form the first time."""
        page = self.pages.get(who) or self._enter(who)
        self.contexts[who].add_cookies([{"name": "django_language", "value": self.language, "url": self.site.url}])
        if path:
            page.goto(self.site.url + path)
            page.wait_for_load_state("load")
        return page

    def _enter(self, who: str) -> Page:
        context = self.browser.new_context(
            viewport=SCREENS[self.screen],  # type: ignore[arg-type]
            has_touch=self.screen == "phone",
            locale="en-GB" if self.language == "en" else "zh-CN",
            geolocation={"latitude": 30.28, "longitude": 120.15, "accuracy": 15},
            permissions=["geolocation"],
            accept_downloads=True,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        self.contexts[who] = context
        page = self.pages[who] = context.new_page()
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', e =>"
            " console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile))"
        )
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url} {error}"))
        page.on("console", lambda said: self._listen(page, said))
        page.goto(self.site.url + "/sign-in/")
        page.fill("input[name=username]", self.site.cast[who])
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(self.site.url + "/")
        return page

    def _listen(self, page: Page, said: Any) -> None:
        if said.type in ("error", "warning") and not FORESEEN.search(said.text):
            self.complaints.append(f"{page.url} {said.type}: {said.text}")

    def press(self, thing: Locator) -> None:
        """A click at the desk, a tap on the phone."""
        thing.scroll_into_view_if_needed()
        if self.screen == "phone":
            thing.tap()
        else:
            thing.click()

    def looks_right(self, page: Page) -> None:
        """The page says its language, is no wider than the screen, and everybody can use it."""
        expect(page.locator("html")).to_have_attribute("lang", re.compile("^en" if self.language == "en" else "^zh"))
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} is {wide} px wider than the {self.screen}"
        self.check_access(page)

    def said(self, page: Page) -> None:
        """What was done has been said."""
        expect(page.locator(".gx-message").first).to_be_visible()

    def end(self) -> None:
        """Everybody goes home; no browser may have complained of anything."""
        for context in self.contexts.values():
            context.close()
        assert not self.complaints, "a browser complained:\n" + "\n".join(self.complaints)
