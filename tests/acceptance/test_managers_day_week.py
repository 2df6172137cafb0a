"""A week of the cast before real browsers, begun by a real night's job: list, calls, route, visit, leads, a win, a
sheet.

Lived twice: at the desk and on the phone. On Monday, Wednesday and Friday the one is in Chinese and the other in
English, on the days between it is the other way round; so each day is seen on both screens and in both languages.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from guanxi.warehouse.sealing import files_of, relation
from tests.acceptance.nights import SPEC, House, deliver
from tests.acceptance.test_walk import wait_for
from tests.acceptance.week_people import PASSWORD, Site, Week
from tests.browser.conftest import check_access

__all__ = ["check_access"]
pytestmark = [pytest.mark.long, pytest.mark.browser]
RM, MANAGER, TELLER = "rm", "manager", "teller"
CAST = {RM: "010101", MANAGER: "010001", TELLER: "010160"}
FILE = "客户名称,手机,意向产品,意向金额,城市\n{firm},138{tail}01,贷款,300万,杭州\n{person},139{tail}02,理财,50万,杭州\n"
NAMES = {
    "desktop": ("澄川恒瑞新材料有限公司", "李秀兰", "000011"),
    "phone": ("澄川双桥食品有限公司", "方美珍", "000022"),
}


@pytest.fixture(scope="module")
def site(past, tmp_path_factory) -> Iterator[Site]:
    """The small bank: the night before is done, this night's files have just come; the night's job is run now."""
    house = past.after[len(SPEC.days) - 2].copy(tmp_path_factory.mktemp("week") / "house")
    said_before(house)
    deliver(past.files, house.options.inbox, SPEC.last_day)
    status, printed = house.command("night")
    assert status == 0, printed
    assert house.business_date() == SPEC.last_day
    for number in CAST.values():
        done = subprocess.run(
            [sys.executable, "-m", "guanxi.cli", "staff", "password", number],
            env=house.environment(), input=PASSWORD + "\n", text=True, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert house.command("assets")[0] == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = [house.start("serve", "--port", str(port), "--workers", "1"), house.start("worker")]
    try:
        wait_for(f"http://127.0.0.1:{port}/sign-in/", running[0])
        yield Site(f"http://127.0.0.1:{port}", house, CAST)
    finally:
        for process in running:
            os.killpg(process.pid, 9)  # nothing is to be kept: the house goes with them
            process.communicate(timeout=30)


def said_before(house: House) -> None:
    """What was said of the list before tonight's night, on its day and on the day of the night before."""
    for at, verdict in ((SPEC.last_day, "done"), (SPEC.last_day, "useless"), (SPEC.days[-2], "done")):
        with psycopg.connect(house.options.database_url, autocommit=True) as connection:
            connection.execute(
                "insert into contact_mark (batch, party_id, reason, day, verdict, staff_id, at)"
                " select gen_random_uuid(), min(id), 'maturity', %s, %s, %s, %s from party_party where manager_id = %s",
                [at, verdict, CAST[RM], f"{at}T12:00+08:00", CAST[RM]],
            )


@pytest.fixture
def week(site, browser, check_access, request) -> Iterator[Week]:
    """One week on one kind of screen."""
    lived = Week(site, browser, request.param, check_access)
    yield lived
    lived.end()


@pytest.mark.parametrize("week", ["desktop", "phone"], indirect=True)
def test_the_cast_lives_through_a_week(week: Week):
    first, second = ("zh-hans", "en") if week.screen == "desktop" else ("en", "zh-hans")
    week.language = first
    visits = monday(week)
    week.language = second
    tuesday(week, visits)
    week.language = first
    wednesday(week)
    week.language = second
    thursday(week)
    week.language = first
    friday(week)


def test_what_was_said_of_the_list_is_known_to_the_warehouse_after_the_night(site):
    layout = site.house.options.layout
    files = files_of(layout.part("core", "customer_answer", SPEC.last_day))
    with layout.sealing.reader() as connection:
        rows = connection.execute(f"select * exclude (party_id) from {relation(files)}").fetchall()
    # The day of the night before belongs to that night, which is done already.
    assert rows == [("maturity", 1, 0, 1, SPEC.last_day)]


def monday(week: Week) -> list[str]:
    """What the night found stands on the morning list; one is called, two are to be visited today. Returns the two."""
    site, page = week.site, week.at(RM, "/morning/")
    week.looks_right(page)
    rows = page.locator("[data-morning-row]")
    shown = rows.locator(".gm-name").evaluate_all("them => them.map(one => one.getAttribute('href').split('/')[2])")
    found = {
        number
        for (number,) in site.house.query(
            "select party_id from insight_alert where business_date = %s and manager_id = %s", SPEC.last_day, CAST[RM]
        )
    }
    assert found & set(shown), "the list holds nothing of what this night found"
    # A call: why is asked, the number is shown, what was said is recorded, and the row is done with.
    called = rows.filter(has=page.locator("[data-reveal]")).first
    number = called.locator(".gm-name").get_attribute("href").split("/")[2]
    week.press(called.locator("[data-reveal]"))
    sheet = page.locator("#gx-reveal")
    expect(sheet).to_be_visible()
    page.locator("#gx-reveal input[name=reason]").fill("回访到期资金")
    sheet.locator("input[name=why]").first.check()
    week.press(sheet.locator("button[type=submit]"))
    expect(called.locator("[data-shown] .gx-clear")).to_have_text(re.compile(r"\d{7,}"))
    page = week.at(RM, f"/customers/{number}/activities/new/call/")
    page.locator("#id_text").fill("愿意续存，周内面谈")
    week.looks_right(page)
    week.press(page.locator(".gt-outcome.gt-good").first)
    week.said(page)
    page = week.at(RM, "/morning/")
    row = page.locator("[data-morning-row]").filter(has=page.locator(f".gm-name[href='/customers/{number}/']"))
    before = int(page.locator(".gm-sum").inner_text().split()[0].replace(",", "").rstrip("个户位名"))
    week.press(row.locator("button.gm-done"))
    week.said(page)
    expect(row).to_have_count(0)
    if before > 1:
        expect(page.locator(".gm-sum")).to_contain_text(str(before - 1))
    # Two visits for today: from the rows themselves, and from a customer's page where the list is shorter than that.
    rest = page.locator(".gm-name").evaluate_all("them => them.map(one => one.getAttribute('href').split('/')[2])")
    book = site.house.query(
        "select id from party_party where manager_id = %s and id <> %s order by id", CAST[RM], number
    )
    names = list(dict.fromkeys([*rest[:2], *(one for (one,) in book)]))[:2]
    for one in names:
        page = week.at(RM, "/morning/" if one in rest else f"/customers/{one}/appointments/new/?title=Visit")
        if one in rest:
            row = page.locator("[data-morning-row]").filter(has=page.locator(f".gm-name[href='/customers/{one}/']"))
            week.press(row.locator("[data-key=v]"))
        page.wait_for_url(re.compile("/appointments/new/"))
        page.locator("#id_day").fill(timezone.localdate().isoformat())
        page.locator("#id_kind").select_option("visit")
        page.locator("#id_all_day").check()
        week.looks_right(page)
        week.press(page.locator("form[data-draft] .gt-save button").first)
        week.said(page)
    page = week.at(RM, f"/customers/{names[0]}/brief/")
    expect(page.locator(".br h1")).to_be_visible()
    week.looks_right(page)
    return names


def tuesday(week: Week, visits: list[str]) -> None:
    """The goal of the month is one visit more than were made; the day's round is put in order; one visit is made."""
    site, page = week.site, week.at(RM, "/plans/?view=day")
    today = timezone.localdate()
    made = site.one(
        "select count(*) from contact_activity where staff_id = %s and kind = 'visit' and at >= %s",
        CAST[RM], today.replace(day=1),
    )  # fmt: skip
    page.locator("#f-visits").fill(str(made + 1))
    week.press(page.locator("form:has(#f-visits) button[type=submit]"))
    week.said(page)
    page = week.at(RM, "/plans/?view=day")
    stops = page.locator(".gp-stops li")
    many = stops.count()  # a visit of the week before may still wait
    assert many >= len(visits)
    week.press(page.locator("[data-plan-here]"))
    week.said(page)
    expect(page.locator(".gx-message").first).to_contain_text(re.compile("km|公里"))
    week.looks_right(page)
    # What came of the first visit, with what is to follow; the phone says where it was.
    week.press(stops.first.locator("a.btn-primary"))
    page.locator("#id_text").fill("续存意向明确，需要利率报价")
    page.locator("#id_follow_up").fill(f"发送利率报价 {week.screen}")
    week.press(page.locator("[data-place-take]"))
    expect(page.locator("[data-place-said]")).to_contain_text("15")
    week.looks_right(page)
    week.press(page.locator(".gt-outcome.gt-good").first)
    week.said(page)
    expect(stops).to_have_count(many - 1)
    page = week.at(RM, "/tasks/")
    expect(page.locator("main")).to_contain_text(f"发送利率报价 {week.screen}")
    page = week.at(RM, "/plans/?view=month")
    figures = page.locator(".gp-figures dd")
    expect(figures.nth(0)).to_have_text(str(made + 1))
    expect(figures.nth(2)).to_have_text(str(made + 1))
    week.looks_right(page)


def wednesday(week: Week) -> None:
    """The branch manager takes in a file of leads and gives one to the manager, who accepts it and converts it."""
    site, (firm, person, tail) = week.site, NAMES[week.screen]
    page = week.at(MANAGER, "/leads/import/")
    file = FILE.format(firm=firm, person=person, tail=tail).encode("gb18030")
    page.locator("#f-file").set_input_files({"name": "园区名单.csv", "mimeType": "text/csv", "buffer": file})
    week.press(page.locator("form:has(#f-file) button[type=submit]"))
    expect(page.locator("#f-column-0")).to_have_value("name")
    home = site.one("select institution_id from org_staff where id = %s", CAST[RM])
    page.locator("#f-institution").select_option(home)
    week.looks_right(page)
    week.press(page.locator("form[action$='/check/'] .gt-save button"))
    take = page.locator("form[action$='/take/'] button")
    expect(take).to_be_visible(timeout=20_000)
    expect(take).to_contain_text("2")
    week.looks_right(page)
    week.press(take)
    expect(page.locator("form[action$='/take-back/'] button")).to_be_visible(timeout=20_000)
    number = site.one("select id from sales_lead where name = %s", firm)
    page = week.at(MANAGER, f"/leads/{number}/")
    week.press(page.locator("form[action='/leads/assign/'] button"))
    page.locator(f"input[name=to][value='{CAST[RM]}']").check()
    week.looks_right(page)
    week.press(page.locator("main form .gt-save button"))
    week.said(page)
    # It stands above the manager's morning list until it is accepted.
    page = week.at(RM, "/morning/")
    week.press(page.locator(".gm-leads a"))
    week.press(page.get_by_role("link", name=firm).first)
    week.press(page.locator("button[name=accept]"))
    week.said(page)
    week.looks_right(page)
    week.press(page.locator(f"a[href='/leads/{number}/convert/']"))
    # A prospect, since there is no customer number yet; the opportunity is opened all the same, without retyping.
    page.locator("#id_opportunity").check()
    week.looks_right(page)
    week.press(page.locator("main form .gt-save button"))
    week.said(page)
    columns = "state, manager_id, opportunity_id"
    ((state, manager, deal),) = site.house.query(f"select {columns} from sales_lead where id = %s", number)
    assert (state, manager) == ("prospect", CAST[RM])
    page = week.at(RM, f"/opportunities/{deal}/")
    expect(page.locator("main")).to_contain_text(firm)
    week.looks_right(page)


def thursday(week: Week) -> None:
    """Somebody at the counter refers a customer; the manager takes it, opens its opportunity and wins it; both are
    credited.
    """
    site = week.site
    who, name = site.house.query(
        "select party_id, name from insight_customerfigure where business_date = %s and manager_id = %s"
        " and not restricted and kind = 'person'"
        " and party_id not in (select coalesce(party_id, '') from sales_referral)"
        " order by assets desc limit 1", SPEC.last_day, CAST[RM],
    )[0]  # fmt: skip
    page = week.at(TELLER, f"/referrals/new/?customer={who}")
    page.locator("#id_way").select_option("counter")
    page.locator("#id_product").select_option("deposit")
    home = site.one("select institution_id from org_staff where id = %s", CAST[RM])
    page.locator("#id_to").select_option(f"{home}/{CAST[RM]}")
    page.locator("#id_amount").fill("500000")
    page.locator("#id_text").fill("柜台咨询大额存单，下月有一笔款到账")
    week.looks_right(page)
    week.press(page.locator("form[data-draft] .gt-save button"))
    expect(page.locator(".gr-station")).to_have_count(2)
    number = int(page.url.rstrip("/").rpartition("/")[2])
    # The manager has been told, and finds it behind the notice.
    page = week.at(RM, "/notices/")
    expect(page.locator("main")).to_contain_text(re.compile("referral|转介", re.IGNORECASE))
    page = week.at(RM, f"/referrals/{number}/")
    week.looks_right(page)
    week.press(page.locator("button[value=accept]"))
    week.said(page)
    page.locator("#id_title").fill(f"大额存单 {name}")
    week.press(page.locator("form[action$='/opportunity/'] button.btn-primary"))
    link = page.locator(".gr-facts a[href^='/opportunities/']")
    expect(link).to_be_visible()
    deal = link.get_attribute("href").strip("/").rpartition("/")[2]
    page = week.at(RM, f"/opportunities/{deal}/products/")
    product = site.one("select id from holding_product where kind = 'term_deposit' and on_sale order by id limit 1")
    page.locator("#id_p-0-product").select_option(product)
    page.locator("#id_p-0-price").fill("0.05")
    week.looks_right(page)
    week.press(page.locator("form[data-draft] .gt-save button").first)
    week.said(page)
    week.looks_right(page)
    won = site.one(
        "select s.id from sales_stage s join sales_pipeline p on p.id = s.pipeline_id"
        " where p.line = 'deposit' and s.state = 'won' and s.is_active"
    )
    page = week.at(RM, "/pipeline/?line=deposit")
    week.looks_right(page)
    card = page.locator(f"#card-{deal}")
    if week.screen == "phone":
        card.locator("summary").tap()
        card.locator(f"button[value='{won}']").tap()
    else:
        card.drag_to(page.locator(f"#stage-{won}"))
    dialog = page.locator("dialog[open]")
    dialog.locator("#f-reason").select_option(index=1)
    week.press(dialog.locator("button[type=submit]"))
    expect(page.locator(f"#stage-{won} #card-{deal}")).to_be_visible()
    settled(site.house)
    for person in (RM, TELLER):
        page = week.at(person, f"/referrals/{number}/")
        expect(page.locator("[data-credit]")).to_have_count(2)
        expect(page.locator(f"[data-credit='{CAST[TELLER]}'] td").first).to_contain_text("30")
        expect(page.locator(f"[data-credit='{CAST[TELLER]}'] td").nth(1)).to_contain_text("150,000.00")
        week.looks_right(page)
    page = week.at(TELLER, "/referrals/league/")
    week.looks_right(page)


def settled(house: House) -> None:
    """The worker's job of every five minutes, now: it has to be asked for, since nobody waits five minutes here."""
    before = house.query("select count(*) from sales_referralcredit")[0][0]
    asked = subprocess.run(
        [sys.executable, "-m", "django", "procrastinate", "defer", "referrals", '{"timestamp": 0}'],
        env=house.environment(), text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    until(lambda: house.query("select count(*) from sales_referralcredit")[0][0] > before)


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Waits until something is so."""
    import time

    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)


def friday(week: Week) -> None:
    """The branch manager sees the plan met and the team's week, and prints the sheet of the meeting."""
    page = week.at(MANAGER, "/team/board/")
    week.looks_right(page)
    row = page.locator("tr[data-row]", has=page.locator(f"a[href='/team/board/{CAST[RM]}/']"))
    # Visits of the month: those made, of those meant.
    visits = re.compile(r"^\s*(\d+)\D+(\d+)\D*$")
    labels = {"en": "Visits of the month", "zh-hans": "本月走访"}
    cell = row.locator(f"td[data-label='{labels[week.language]}']").inner_text()
    made, meant = map(int, visits.match(cell).groups())
    assert made >= meant > 0, "the plan is not met"
    week.press(page.locator("a[href^='/exports/new/team-week/']"))
    page.locator("#id_purpose").select_option(index=1)
    page.locator("#id_reason").fill("周五例会，分行班子过目")
    page.locator("#id_kind").select_option("pdf")
    week.looks_right(page)
    week.press(page.locator("main form button[type=submit]"))
    download = page.locator("a[href$='/file/']")
    expect(download).to_be_visible(timeout=30_000)
    with page.expect_download() as taken:
        week.press(download)
    paper(taken.value.path().read_bytes())


def paper(content: bytes) -> None:
    """The sheet is a PDF of some pages, whole to its end."""
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert len(content) > 5_000
