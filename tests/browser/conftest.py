"""A real Chromium before the real pages. What the console, the page or its policy complains of fails the test.

``open_page(cast.ai, "/customers/", screen="phone", language="en", theme="dark")`` signs in and opens; ``check_access``
runs axe-core over what is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from tests.chromium import PATIENCE

SCREENS = {"desktop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def site(cast, transactional_db, live_server) -> Any:
    """The cast's bank behind a real server; ``site.url`` is its address, ``site.cast`` the people."""
    live_server.cast = cast
    return live_server


@pytest.fixture
def open_page(site: Any, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page as a member of the cast, or as nobody; at the end nothing may have been complained of."""
    complaints: list[str] = []
    contexts = []

    def open_one(
        staff: Any = None,
        path: str = "/",
        *,
        screen: str = "desktop",
        language: str = "zh-hans",
        theme: str = "light",
        expect: int = 200,
        offline: bool = False,
    ) -> Page:
        context = browser.new_context(
            viewport=SCREENS[screen],
            has_touch=screen == "phone",
            locale="en-GB" if language == "en" else "zh-CN",
            color_scheme=theme,
            device_scale_factor=1,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        cookies = [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": site.url}]
        if staff is not None:
            client = Client()
            client.force_login(staff)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            cookies.append({"name": settings.SESSION_COOKIE_NAME, "value": value, "url": site.url})
        context.add_cookies(cookies)
        page = context.new_page()
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', e =>"
            " console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile))"
        )

        def listen(message: Any) -> None:
            # A form that was not accepted answers 422, one made of an older version 409: Chromium says so by itself.
            foreseen = any(f"status of {status}" in message.text for status in (expect, 409, 422))
            foreseen |= offline and "ERR_INTERNET_DISCONNECTED" in message.text
            if message.type in ("error", "warning") and not foreseen:
                complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
        page.on("requestfailed", lambda request: _failed(complaints, request, offline=offline))
        response = page.goto(site.url + path)
        assert response is not None
        assert response.status == expect, f"{path} answered {response.status}"
        page.wait_for_load_state("networkidle")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints, "the browser complained:\n" + "\n".join(complaints)


def _failed(complaints: list[str], request: Any, *, offline: bool) -> None:
    # A request that a newer one replaced, or that a change of page cut off, is no failure; nor one that a test without
    # a connection asks for.
    foreseen = ("ERR_ABORTED", "ERR_INTERNET_DISCONNECTED") if offline else ("ERR_ABORTED",)
    if not any(one in (request.failure or "") for one in foreseen):
        complaints.append(f"request failed: {request.url} {request.failure}")


@pytest.fixture
def check_access() -> Callable[[Page], None]:
    """Fails where axe-core finds a breach of WCAG 2.2 AA in what the page shows."""
    axe = Path(settings.FRONTEND) / "axe-core" / "axe.min.js"
    source = axe.read_text(encoding="utf-8")

    def check(page: Page) -> None:
        page.evaluate(source)  # through the debugging protocol, which the page's policy does not bind
        found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", AXE_TAGS)
        lines = [
            f"{one['id']}: {one['help']}\n    "
            + "\n    ".join(f"{node['target']} {node['failureSummary'][:300]}" for node in one["nodes"][:4])
            for one in found["violations"]
        ]
        assert not lines, "not accessible:\n" + "\n".join(lines)

    return check
