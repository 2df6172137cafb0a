"""Industries: figures of what one sees, by section and division, and the customers behind each figure."""

from __future__ import annotations

import datetime
import io
import json
import re
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from guanxi.crm.insight.industry_queries import Industries, forget, industries, month_end, quarter_before, year_before
from guanxi.crm.insight.models import CustomerFigure, IndustryFigure, IndustryMonth
from guanxi.crm.insight.queries import newest_publication
from guanxi.crm.kernel.scope import Scope, Sight
from guanxi.crm.org.models import Cover, Post
from tests.web.conftest import PARTIAL

pytestmark = pytest.mark.django_db
URL = "/industries/"
ROW = re.compile(r'<tr data-row data-industry="([^"]*)">(.*?)</tr>', re.DOTALL)
LINK = re.compile(r'<a href="/customers/([^/"]+)/">')


def shown(response) -> dict[str, str]:
    """The rows of a page, by industry."""
    assert response.status_code == 200
    return dict(ROW.findall(response.text))


def companies(cast, condition) -> list[CustomerFigure]:
    return [figure for figure in cast.figures.values() if figure.kind == "organisation" and condition(figure)]


def listed(client, text: str) -> list[set[str]]:
    """For each link of a row to the list of customers: whom the list shows."""
    return [
        set(LINK.findall(client.get(address.replace("&amp;", "&")).text))
        for address in re.findall(r'<a[^>]* href="(/customers/\?[^"]+)"', text)
    ]


def test_each_sees_the_industries_of_their_own_customers(cast, sign_in):
    for staff, condition in (
        (cast.ai, lambda figure: figure.manager_id == cast.ai.id),
        (cast.zhu, lambda figure: figure.manager_id == cast.zhu.id),
        (cast.bo, lambda figure: figure.institution_id in ("B1", "B11", "B12")),
        (cast.he, lambda figure: True),
    ):
        rows = shown(sign_in(staff).get(URL))
        assert rows.keys() == {figure.industry[0] for figure in companies(cast, condition)}
    for staff in (cast.guan, cast.yu):
        assert sign_in(staff).get(URL).status_code == 403


def test_a_figure_leads_to_the_customers_it_counts(cast, sign_in):
    client = sign_in(cast.he)
    found = industries(newest_publication(), Scope.everything(cast.he.id))
    for key, text in shown(client.get(f"{URL}?section=C")).items():
        size = found.by_key[key].now
        rows = companies(cast, lambda figure, key=key: figure.industry == key)
        lists = listed(client, text)
        # The name and the number of customers, then those overdue and those without something, where there are any.
        assert lists[0] == lists[1] == {figure.party_id for figure in rows}
        lacking = (size.overdue, size.without_deposit, size.without_loan, size.without_settlement, size.without_payroll)
        assert [len(each) for each in lists[2:]] == [many for many in lacking if many]
    sections = shown(client.get(URL))
    assert len(listed(client, sections["C"])[0]) == len(companies(cast, lambda figure: figure.industry[0] == "C"))


def test_one_who_holds_nothing_is_a_prospect(cast, sign_in):
    company = cast.company
    CustomerFigure.objects.filter(party_id=company.id).update(product_count=0, product_kinds=0)
    client = sign_in(cast.ai)
    text = shown(client.get(f"{URL}?section=C"))["C34"]
    assert listed(client, text)[2] == {company.id}
    assert re.search(r"only=empty[^>]*>1</a>", text)


def test_sums_of_own_books_and_of_institutions_say_the_same(cast):
    """The same customers, once by the night's sums, once one by one."""
    published = newest_publication()
    everything = industries(published, Scope.everything(cast.he.id))
    managers = tuple(sorted({figure.manager_id for figure in cast.figures.values() if figure.manager_id}))
    unmanaged = tuple(figure.party_id for figure in cast.figures.values() if not figure.manager_id)
    one_by_one = industries(published, Scope("x", managers=managers, supported=unmanaged))
    assert one_by_one == everything
    # Half by post, half by books of which some lie inside the post: nobody counts twice.
    mixed = Scope(
        "x", Sight(institution_ids=("B11", "B12")), Sight(institution_ids=("B11", "B12")), managers, unmanaged
    )
    assert industries(published, mixed) == everything
    walled = Scope("x", retail=Sight(everything=True))
    assert industries(published, walled) == Industries({}, None, None)
    for key, grown in everything.by_key.items():
        rows = companies(cast, lambda figure, key=key: figure.industry == key)
        assert grown.now.assets == sum(row.assets for row in rows)
        assert grown.now.loan == sum(row.loan for row in rows)
        assert grown.now.bad_loan == sum(
            row.loan for row in rows if row.risk_grade in ("substandard", "doubtful", "loss")
        )


def test_growth_is_held_against_the_quarter_and_the_year_before(cast, sign_in):
    found = industries(newest_publication(), Scope.everything(cast.he.id))
    assert (month_end(quarter_before(cast.day)), month_end(year_before(cast.day))) == (
        found.quarter_end,
        found.year_end,
    )
    assert (str(found.quarter_end), str(found.year_end)) == ("2026-09-30", "2025-10-31")
    key = next(key for key, grown in found.by_key.items() if grown.quarter.assets)
    held = IndustryMonth.objects.filter(month="2026-09-01", industry=key)
    before = sum(row.deposit_end + row.wealth_end for row in held)
    assert found.by_key[key].growth("assets", "quarter") == (found.by_key[key].now.assets - before) / before
    text = shown(sign_in(cast.he, "en").get(f"{URL}?section={key[0]}"))[key]
    assert f"{abs(found.by_key[key].growth('assets', 'quarter')) * 100:.1f}%" in text


def test_before_an_earlier_quarter_is_known_no_growth_is_claimed(cast, sign_in):
    IndustryMonth.objects.all().delete()
    response = sign_in(cast.he, "en").get(URL)
    assert "growth is shown once an earlier quarter is known" in response.text
    assert "gx-up" not in "".join(shown(response).values())


@pytest.mark.parametrize(
    ("day", "quarter", "year"),
    [
        ("2026-01-05", "2025-12-31", "2024-12-31"),
        ("2026-03-31", "2025-12-31", "2025-03-31"),
        ("2026-04-01", "2026-03-31", "2025-03-31"),
        ("2024-02-29", "2023-12-31", "2023-02-28"),
        ("2026-12-31", "2026-09-30", "2025-12-31"),
    ],
)
def test_days_that_growth_is_held_against(day, quarter, year):
    date = datetime.date.fromisoformat(day)
    assert str(month_end(quarter_before(date))) == quarter
    assert str(month_end(year_before(date))) == year


def test_an_institution_narrows_it_and_nonsense_does_not(cast, sign_in):
    client = sign_in(cast.he)
    rows = shown(client.get(f"{URL}?institution=B2"))
    assert rows.keys() == {f.industry[0] for f in companies(cast, lambda f: f.institution_id in ("B2", "B21", "B22"))}
    assert "institution=B2" in next(iter(rows.values()))
    assert shown(client.get(f"{URL}?institution=NONE&section=Y&by=beauty")) == shown(client.get(URL))
    # Outside of what one sees there is nothing.
    assert shown(sign_in(cast.bo).get(f"{URL}?institution=B2")) == {}


def test_cover_brings_the_customers_of_the_covered_for_its_time(cast, sign_in):
    company = next(iter(companies(cast, lambda figure: figure.manager_id == cast.ren.id)))
    client = sign_in(cast.ai)
    before = shown(client.get(f"{URL}?section={company.industry[0]}"))
    assert company.industry not in before
    Cover.objects.create(staff=cast.ren, substitute=cast.ai, valid_from="2026-01-01", valid_to="2099-12-31")
    after = shown(client.get(f"{URL}?section={company.industry[0]}"))
    assert company.party_id in listed(client, after[company.industry])[0]
    Cover.objects.update(valid_to="2026-01-02")
    assert shown(client.get(f"{URL}?section={company.industry[0]}")) == before


def test_the_picture_shows_what_the_table_says(cast, sign_in):
    text = sign_in(cast.he).get(f"{URL}?by=loan").text
    spec = json.loads(re.search(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)[1])
    assert spec["kind"] == "treemap"
    total = sum(figure.loan for figure in companies(cast, lambda figure: True))
    assert sum(Decimal(value) for value in spec["series"][0]["values"]) == total
    assert spec["links"][0].startswith("/industries/?section=")
    assert set(spec["tones"]) <= {-2, -1, 0, 1, 2}


def test_a_book_without_companies_says_so(cast, sign_in):
    CustomerFigure.objects.filter(kind="organisation", manager_id=cast.ai.id).delete()
    assert "客户中没有企业" in sign_in(cast.ai).get(URL).text


def test_a_fragment_is_the_page_without_its_frame_and_few_queries_make_it(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.ai)
    client.get(URL)
    forget()
    # Session, person, standing, publication; two for own books; the audit's trace; what waits in the navigation.
    with django_assert_max_num_queries(14):
        client.get(URL)
    fragment = client.get(f"{URL}?section=C", headers=PARTIAL)
    assert fragment.text.lstrip().startswith('<div id="industries"')
    assert "gx-rail" not in fragment.text


def test_the_spreadsheet_holds_the_page(cast, sign_in):
    client = sign_in(cast.he)
    address = reverse("export-ask", args=["industries"]) + "?section=C"
    asked = client.post(address, {"purpose": "analysis", "reason": "行业分析会", "kind": "xlsx"}, follow=True)
    assert asked.status_code == 200
    file = client.get(re.search(r'href="(/exports/[^"]+/file/)"', asked.text)[1])
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(file.streaming_content))).worksheets[0]
    rows = {row[0]: row for row in sheet.iter_rows(min_row=2, values_only=True) if row[0] and row[1]}
    for row in IndustryFigure.objects.filter(industry__startswith="C"):
        assert rows[row.industry][4] == pytest.approx(float(row.deposit + row.wealth))


def test_another_post_sees_its_own(cast, sign_in):
    """A corporate post of a sub-branch sees its companies; a retail one has no such page."""
    Post.objects.filter(staff=cast.yu).update(role="branch_manager", line="corporate")
    rows = shown(sign_in(cast.yu).get(URL))
    assert rows.keys() == {f.industry[0] for f in companies(cast, lambda f: f.institution_id == "B22")}
    Post.objects.filter(staff=cast.yu).update(role="branch_manager", line="retail")
    assert sign_in(cast.yu).get(URL).status_code == 403
