"""A person's request in a real browser: from the receipt to its closing, in both languages, and on the phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from guanxi.crm.consent.case_services import open_case
from guanxi.crm.consent.models import Package, RightsCase
from guanxi.crm.consent.package import write_package

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "en": {
        "proof": "Reference of the proof",
        "take in": "Take in and print the receipt",
        "mine": "I take it",
        "gather": "Gather the data",
        "waits": "0 of",
        "download": "Download",
        "answer": "Answer to the customer",
        "close": "Close the request",
        "done": "The request is closed",
        "left": "days left",
        "badge": "Fulfilled",
    },
    "zh-hans": {
        "proof": "核验凭证",
        "take in": "受理并打印回执",
        "mine": "由我办理",
        "gather": "汇集个人信息",
        "waits": "已汇集 0/",
        "download": "下载",
        "answer": "对客户的答复",
        "close": "办结",
        "done": "申请已办结",
        "left": "剩余",
        "badge": "已办结",
    },
}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_access_from_the_receipt_to_its_closing(site, open_page, check_access, language):
    words, who = WORDS[language], site.cast.person.id
    counter = open_page(site.cast.ai, f"/customers/{who}/requests/new/", screen="phone", language=language)
    check_access(counter)
    counter.get_by_label(words["proof"]).fill("0021")
    counter.get_by_role("button", name=words["take in"]).click()
    number = RightsCase.objects.get().number
    expect(counter.locator(".gc-receipt-number")).to_have_text(number)
    check_access(counter)

    page = open_page(site.cast.shi, "/rights/", language=language)
    expect(page.locator("tr[data-row]")).to_contain_text(words["left"])
    check_access(page)
    page.get_by_role("link", name=number).click()
    page.get_by_role("button", name=words["mine"]).click()
    page.get_by_role("button", name=words["gather"]).click()
    expect(page.locator(".gc-package")).to_contain_text(words["waits"])
    check_access(page)
    write_package(package_id=Package.objects.get().pk)
    with page.expect_download() as waiting:
        page.get_by_role("link", name=words["download"]).click()
    assert waiting.value.suggested_filename == f"{number}.zip"
    page.get_by_label(words["answer"]).fill("OK")
    page.get_by_role("button", name=words["close"], exact=True).click()
    expect(page.locator(".gx-message")).to_contain_text(words["done"])
    expect(page.locator(".gc-standing")).to_contain_text(words["badge"])


@pytest.mark.parametrize(
    ("language", "screen", "theme"),
    [("zh-hans", "desktop", "light"), ("en", "phone", "dark"), ("en", "desktop", "light")],
)
def test_every_kind_of_request_can_be_read_and_none_is_too_wide(site, open_page, check_access, language, screen, theme):
    page = open_page(site.cast.shi, "/rights/", screen=screen, language=language, theme=theme)
    for kind in ("correction", "restriction", "erasure", "withdrawal", "explanation"):
        case = open_case(
            party_id=site.cast.person.id,
            kind=kind,
            requester="self",
            requester_name="王秀英",
            proof="document",
            proof_reference="0021",
            way="branch",
            details="",
            staff_id="1111",
        )
        page.goto(f"{site.url}/rights/{case.number}/")
        page.wait_for_load_state("networkidle")
        check_access(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), kind
    page.goto(f"{site.url}/rights/")
    page.wait_for_load_state("networkidle")
    check_access(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
