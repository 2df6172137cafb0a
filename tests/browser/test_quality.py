"""Runs, data quality, rows kept aside and the administration in a real browser, as those who work there use them."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from guanxi.crm.quality.models import QuarantinedRow, Run
from tests.quality.history import build, running_run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = (
    "/runs/",
    "/runs/run-20261120/",
    "/quality/",
    "/quality/tests/event_balance_runs_on/",
    "/quality/documentation/",
    "/quarantine/",
    "/quarantine/replay/",
    "/quarantine/import/",
)


@pytest.fixture
def month(site, settings, tmp_path):
    settings.INBOX = tmp_path / "inbox"
    settings.WAREHOUSE = tmp_path / "warehouse"
    settings.INBOX.mkdir()
    QuarantinedRow.objects.all().delete()
    Run.objects.all().delete()
    return build()


@pytest.mark.parametrize(
    "look",
    [
        {"screen": "desktop", "language": "zh-hans", "theme": "light"},
        {"screen": "desktop", "language": "en", "theme": "dark"},
        {"screen": "phone", "language": "zh-hans", "theme": "dark"},
        {"screen": "phone", "language": "en", "theme": "light"},
    ],
)
def test_every_page_can_be_read_by_everybody(month, site, open_page, check_access, look):
    page = open_page(site.cast.shi, PAGES[0], **look)
    row = f"/quarantine/{month.rows['encoding'].pk}/"
    for path in (*PAGES, row):
        page.goto(site.url + path)
        page.wait_for_load_state("networkidle")
        check_access(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} is too wide"


def test_a_row_is_mended_from_the_list_and_the_next_one_opens(month, site, open_page):
    page = open_page(site.cast.shi, "/quarantine/?table=party", language="en")
    page.get_by_role("link", name="Party · 3,774").click()
    field = page.locator("#field-party_name input")
    expect(field).to_be_focused()
    field.fill("王\t芳")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".gq-summary")).to_contain_text("1 thing to mend")
    expect(page.locator("#field-party_name .gq-field-error")).to_be_visible()
    page.locator("#field-party_name input").fill("王芳")
    page.get_by_role("button", name="Save and open the next").click()
    expect(page.locator("h1")).to_have_text("Party, line 3,811")
    expect(page.locator(".gx-message")).to_contain_text("is mended")
    assert QuarantinedRow.objects.get(pk=month.rows["required"].pk).mended.count("王芳") == 1
    page.goto(site.url + "/quarantine/")
    expect(page.get_by_text("1 mended row waits for a replay")).to_be_visible()


def test_rows_are_chosen_dismissed_and_taken_back(month, site, open_page):
    page = open_page(site.cast.shi, "/quarantine/", language="en")
    expect(page.locator(".gq-chosen")).to_be_hidden()
    page.get_by_label("Choose Event 3922").check()
    page.get_by_label("Choose Event 3959").check()
    expect(page.locator(".gq-chosen")).to_contain_text("Chosen: 2")
    page.get_by_role("button", name="Dismiss the chosen rows").click()
    expect(page.get_by_text("2 rows were dismissed")).to_be_visible()
    assert QuarantinedRow.objects.filter(status="dismissed").count() == 2
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("2 rows wait again.")).to_be_visible()
    page.locator("[data-all]").check()
    expect(page.locator(".gq-chosen")).to_contain_text("Chosen: 24")


def test_a_filter_applies_itself_and_stands_in_a_clean_address(month, site, open_page):
    page = open_page(site.cast.shi, "/quarantine/", language="en")
    page.get_by_label("Rule").select_option("encoding")
    page.wait_for_url("**/quarantine/?rule=encoding")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.go_back()
    expect(page.locator("[data-row]")).to_have_count(24)


def test_keys_move_in_the_list_and_choose(month, site, open_page):
    page = open_page(site.cast.shi, "/quarantine/", language="en")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".gq-chosen")).to_contain_text("Chosen: 1")


def test_a_running_night_shows_its_progress_and_stops_asking_when_it_ends(month, site, open_page):
    run = running_run(datetime.date(2026, 11, 21))
    page = open_page(site.cast.shi, f"/runs/{run.id}/", language="en")
    bar = page.locator("progress")
    expect(bar).to_have_attribute("value", "41")
    run.steps.filter(name="build").update(done=60, detail="customer_figure")
    expect(bar).to_have_attribute("value", "81")
    run.steps.update(status="done", seconds=40)
    Run.objects.filter(pk=run.pk).update(status="done", finished_at=timezone.now())
    expect(page.locator("progress")).to_have_count(0)
    expect(page.locator("#part")).not_to_have_attribute("hx-get", f"/runs/{run.id}/")
    expect(page.locator(".gq-strip")).to_contain_text("Done")


def test_the_night_is_started_from_the_screen(month, site, open_page):
    page = open_page(site.cast.shi, "/runs/", language="en")
    page.get_by_role("button", name="Start the night's job").click()
    expect(page.get_by_text("The night's job begins")).to_be_visible()
    expect(page.get_by_role("button", name="Start the night's job")).to_have_count(0)


def test_why_rows_were_kept_aside_comes_when_it_is_scrolled_to(month, site, open_page):
    page = open_page(site.cast.ann, "/quality/", language="en")
    page.locator("#rules").scroll_into_view_if_needed()
    expect(page.get_by_role("link", name="outside the range")).to_be_visible()
    page.locator(".gq-models summary").first.click()
    expect(page.get_by_role("link", name="accepted_values_core_agreement_status")).to_be_visible()


def test_the_documentation_runs_its_script_but_reaches_nothing_of_ours(site, open_page, settings, tmp_path):
    settings.VAR = tmp_path
    folder = tmp_path / "docs" / "warehouse"
    folder.mkdir(parents=True)
    script = "let said; try { said = document.cookie } catch (e) { said = e.name } document.body.append('said ' + said)"
    (folder / "index.html").write_text(f"<!doctype html><body><script>eval({script!r})</script></body>")
    page = open_page(site.cast.ann, "/quality/documentation/", language="en")
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("said SecurityError")


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "dark"), ("en", "light")])
def test_the_administration_works_under_its_own_policy(month, site, open_page, language, theme):
    page = open_page(site.cast.guan, "/administration/", language=language, theme=theme)
    for path in ("org/staff/", f"org/staff/{site.cast.ai.pk}/change/", "party/party/", "quality/run/"):
        page.goto(f"{site.url}/administration/{path}")
        page.wait_for_load_state("networkidle")
    page.goto(f"{site.url}/administration/org/staff/{site.cast.ai.pk}/change/")
    page.locator("#id_is_active").uncheck(force=True)
    page.locator('[name="_save"]').click()
    page.wait_for_url("**/administration/org/staff/")
    site.cast.ai.refresh_from_db()
    assert not site.cast.ai.is_active
