"""Leads in a real browser: a file is taken in, its lines are given, accepted, one is converted; the public form."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from guanxi.crm.sales import lead_tasks
from guanxi.crm.sales.leads.importing import services
from guanxi.crm.sales.models import Lead, LeadImport

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "en": {
        "import": "Import", "upload": "Upload", "check": "Check, without taking in", "take": "Take in 2 lines",
        "give": "Give to somebody", "accept": "Accept", "convert": "Convert", "prospect": "Prospect", "send": "Send",
        "thanks": "Thank you",
    },
    "zh-hans": {
        "import": "批量导入", "upload": "上传", "check": "只检查，不导入", "take": "导入 2 行", "give": "转交他人",
        "accept": "受理", "convert": "转化", "prospect": "潜在客户", "send": "提交", "thanks": "谢谢",
    },
}  # fmt: skip
SCREENS = [("zh-hans", "phone", "dark"), ("en", "desktop", "light")]
FILE = """客户名称,手机,意向产品,意向金额,城市
杭州恒瑞新材料有限公司,13800001111,贷款,300万,杭州
李秀兰,13900002222,理财,50万,杭州
"""


@pytest.fixture(autouse=True)
def worker(monkeypatch, settings, tmp_path):
    """The worker does at once what it is asked for."""
    settings.MEDIA_ROOT = tmp_path / "media"

    def work(**_wanted) -> None:
        from django.db import transaction

        transaction.on_commit(lambda: services.work(LeadImport.objects.get().pk))

    monkeypatch.setattr(lead_tasks.work_on_import, "defer", work)


@pytest.mark.parametrize(("language", "screen", "theme"), SCREENS)
def test_import_assign_accept_convert(site, open_page, check_access, language, screen, theme):
    words, look = WORDS[language], {"screen": screen, "language": language, "theme": theme}

    def fits(page) -> None:
        check_access(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    page = open_page(site.cast.bo, "/leads/", **look)
    page.get_by_role("link", name=words["import"], exact=True).click()
    fits(page)
    page.locator("#f-file").set_input_files(
        {"name": "名单.csv", "mimeType": "text/csv", "buffer": FILE.encode("gb18030")}
    )
    page.get_by_role("button", name=words["upload"]).click()
    expect(page.locator("#f-column-0")).to_have_value("name")
    fits(page)
    page.locator("#f-institution").select_option("B11")
    page.get_by_role("button", name=words["check"]).click()
    fits(page)
    page.get_by_role("button", name=words["take"]).click()
    expect(page.locator(".gl-counts")).to_contain_text("2")
    page.goto(f"{site.url}/leads/")
    expect(page.locator("[data-row]")).to_have_count(2)
    fits(page)
    lead = Lead.objects.get(kind="organisation")
    for box in page.locator("[data-row] input[name=chosen]").all():
        box.check()
    page.get_by_role("button", name=words["give"]).click()
    fits(page)
    page.locator("input[name=to][value='1111']").check()
    page.locator("main form button[type=submit].btn-primary").click()
    expect(page.locator(".gx-message").first).to_contain_text("2")

    page = open_page(site.cast.ai, f"/leads/{lead.pk}/", **look)
    fits(page)
    page.get_by_role("button", name=words["accept"], exact=True).click()
    page.get_by_role("link", name=words["convert"], exact=True).click()
    fits(page)
    page.get_by_role("button", name=words["convert"], exact=True).click()
    expect(page.locator(".gx-message").first).to_contain_text(words["prospect"])
    lead.refresh_from_db()
    assert (lead.state, lead.manager_id, lead.phone) == ("prospect", "1111", "13800001111")


@pytest.mark.parametrize(("language", "screen", "theme"), SCREENS)
def test_somebody_asks_on_the_public_form(site, open_page, check_access, language, screen, theme):
    words = WORDS[language]
    page = open_page(None, "/apply/", screen=screen, language=language, theme=theme)
    check_access(page)
    page.locator("#id_name").fill("王小姐")
    page.locator("#id_phone").fill("13700001111")
    page.get_by_role("button", name=words["send"]).click()
    expect(page.locator(".gx-field-error")).to_have_count(1)
    page.locator("#id_agreed").check()
    page.get_by_role("button", name=words["send"]).click()
    expect(page.locator("h1")).to_contain_text(words["thanks"])
    assert Lead.objects.get().source == "web"
