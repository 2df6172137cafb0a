"""The bank's page of its customers' data, what to mend, and a customer's records with the source of each field."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.crm.identity.models import Decision, FieldKept, FieldSource, Mend, QualityMeasure
from guanxi.crm.identity.tasks import measure
from guanxi.crm.insight.models import Assumption
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.party.models import Party, PartyIdentifier
from tests.identity.pairs import record_of
from tests.web.conftest import PARTIAL


@pytest.fixture
def measured(cast):
    """The cast's bank with some holes in its data, measured as the worker does: by the site's own role."""
    people = [party for party in cast.book(cast.ai) if party.kind == "person"]
    Party.objects.filter(pk=people[0].id).update(birth_date=None)
    Party.objects.filter(pk=people[1].id).update(name="测试客户")
    PartyIdentifier.objects.filter(party_id=people[2].id).update(valid_to="2020-01-01")
    # Two sources, told apart by how their numbers begin; the longer beginning counts.
    for key in ("P", people[0].id[:-1]):
        Assumption.objects.create(kind="source_rank", key=key, valid_from="2000-01-01", value=1)
    with entered(SYSTEM):
        assert measure() > 0
        assert measure() == 0  # once a business date
    return people


def test_the_page_measures_what_there_is_and_each_sees_the_own_part(cast, measured, sign_in):
    client = sign_in(cast.shi)
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/data-quality/")
    assert page.status_code == 200
    assert len(queries) <= 16
    fields = {(one.kind, one.key): one for one in page.context["board"].fields}
    persons = Party.objects.filter(kind="person")
    birth = fields["person", "birth_date"]
    assert (birth.records, birth.filled) == (persons.count(), persons.filter(birth_date__isnull=False).count())
    assert fields["person", "party_name"].valid == persons.count() - 1
    papers = fields["person", "identifier"]
    assert papers.valid < papers.filled <= papers.records
    league = page.context["board"].league
    assert sum(one.records for one in league) <= sum(one.records for one in fields.values())
    assert [one.sound for one in league] == sorted((one.sound for one in league), reverse=True)
    shares = {one.key: one for one in page.context["board"].sources}
    beginning = measured[0].id[:-1]
    assert {"P", beginning} <= shares.keys()
    fewer = Party.objects.filter(id__startswith=beginning)
    of_kind = {kind: sum(one == kind for one, _field in fields) for kind in ("person", "organisation")}
    assert shares[beginning].records == sum(of_kind[party.kind] for party in fewer)
    assert sum(one.records for one in shares.values()) == sum(one.records for one in fields.values())
    assert Mend.objects.get(record_id=measured[0].id, field="birth_date").source == beginning
    own = sign_in(cast.bo).get("/data-quality/")
    assert own.status_code == 200
    seen = {(one.kind, one.key): one for one in own.context["board"].fields}
    assert seen["person", "birth_date"].records < birth.records
    for outsider in (cast.ai, cast.zhu):
        assert sign_in(outsider).get("/data-quality/").status_code == 403
    QualityMeasure.objects.all().delete()
    assert "15" in client.get("/data-quality/").text or client.get("/data-quality/").status_code == 200


def test_what_to_mend_goes_by_money_within_the_scope(cast, measured, sign_in):
    client = sign_in(cast.shi)
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/data-quality/mend/")
    assert page.status_code == 200
    assert len(queries) <= 12
    rows = page.context["work"].rows
    assert {(row.party_id, row.field, row.problem) for row in rows} >= {
        (measured[0].id, "birth_date", "missing"), (measured[1].id, "party_name", "invalid"),
        (measured[2].id, "identifier", "invalid"),
    }  # fmt: skip
    impacts = [row.impact for row in Mend.objects.order_by("-impact", "-record_id", "-field")]
    assert [row.impact for row in rows] == impacts[: len(rows)]
    only = client.get("/data-quality/mend/?field=birth_date").context["work"].rows
    assert {row.field for row in only} == {"birth_date"}
    cursor = f"{rows[0].impact}~{rows[0].record_id}~{rows[0].field}"
    following = client.get("/data-quality/mend/", {"after": cursor}).context["work"].rows
    assert following[0].pk == rows[1].pk


def test_a_customers_records_show_who_won_and_the_steward_splits_one_off(cast, sign_in):
    party = cast.person
    record_of(party)
    record_of(party, number="R2", source="cards")
    FieldSource.objects.create(party=party, field="party_name", source_record="R2", rule="recency")
    url = f"/customers/{party.id}/records/"
    page = sign_in(cast.ai).get(url)
    assert page.status_code == 200
    assert "最新" in page.text
    assert "110101199003074578" not in page.text
    assert "<form" not in sign_in(cast.ai).get(url, headers=PARTIAL).text
    assert sign_in(cast.zhu).get(url).status_code == 404
    assert sign_in(cast.ai).post(url, {"what": "split", "record": "R2", "reason": "x"}).status_code == 403
    client = sign_in(cast.shi)
    assert client.post(url, {"what": "keep", "field": "party_name", "record": party.id}).status_code == 302
    assert FieldKept.objects.get().record_id == party.id
    assert client.post(url, {"what": "keep", "field": "party_name", "record": "NONE"}).status_code == 404
    assert client.post(url, {"what": "split", "record": "R2", "reason": "不是本人"}).status_code == 302
    assert Decision.objects.get().verdict == "different"
    alone = sign_in(cast.ai).get(f"/customers/{cast.company.id}/records/")
    assert alone.status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    assert len(queries) <= 18
