"""Requests of persons on the screen: taken in, worked on, answered; whom they are for and what they cost."""

from __future__ import annotations

import datetime
import io
import json
import re
import zipfile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.consent.case_services import open_case
from guanxi.crm.consent.models import ConsentState, Limit, Package, RightsCase
from guanxi.crm.consent.package import write_package
from guanxi.crm.consent.rights_codes import CaseKind
from guanxi.crm.holding.models import Agreement
from guanxi.crm.party.models import ContactPoint
from guanxi.crm.web.rights.urls import urlpatterns
from tests.rewriting import rewrite
from tests.web.conftest import PARTIAL

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def received(**changes) -> dict:
    return {
        "kind": "access",
        "details": "Everything, please.",
        "requester": "self",
        "requester_name": "王秀英",
        "proof": "document",
        "proof_reference": "0021",
        "way": "branch",
        "received_on": timezone.localdate().isoformat(),
        **changes,
    }


def opened(party, kind: str = "access", days_ago: int = 0) -> RightsCase:
    return open_case(
        party_id=party.id,
        kind=kind,
        requester="self",
        requester_name="王秀英",
        proof="document",
        proof_reference="0021",
        way="branch",
        details="",
        staff_id="1111",
        received_on=timezone.localdate() - datetime.timedelta(days=days_ago),
    )


def page(case: RightsCase) -> str:
    return reverse("rights-case", args=[case.number])


def act(client: Client, case: RightsCase, name: str, **fields):
    return client.post(reverse("rights-act", args=[case.number, name]), fields)


def test_the_manager_takes_a_request_in_and_the_customer_gets_a_receipt(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    response = client.post(reverse("rights-receive", args=[cast.person.id]), received())
    case = RightsCase.objects.get()
    assert response.url == reverse("rights-receipt", args=[case.number])
    receipt = client.get(response.url).text
    for words in (case.number, cast.person.name, "Access and copy", "Everything, please.", "0021", "艾琳"):
        assert words in receipt
    assert case.number in client.get(reverse("customer-consents", args=[cast.person.id])).text
    assert "rights/" not in re.sub('rights/R[^"]*|static/[^"]*', "", client.get(page(case)).text), "no act, no queue"


@pytest.mark.parametrize("missing", ["requester_name", "proof_reference", "received_on"])
def test_without_proof_nothing_is_taken_in_and_nothing_typed_is_lost(cast, sign_in, missing):
    client = sign_in(cast.ai, language="en")
    response = client.post(reverse("rights-receive", args=[cast.person.id]), received(**{missing: ""}))
    assert response.status_code == 422
    assert "Everything, please." in response.text
    assert not RightsCase.objects.exists()


def test_the_queue_shows_what_presses_first_and_filters_by_deadline(cast, sign_in):
    fresh, late, near = opened(cast.person), opened(cast.company, days_ago=60), opened(cast.outside, days_ago=19)
    closed = opened(cast.person)
    rewrite(RightsCase.objects.filter(pk=closed.pk), status="done", outcome="x", closed_at=timezone.now())
    client = sign_in(cast.shi, language="en")
    text = client.get("/rights/").text
    places = [text.index(one.number) for one in (late, near, fresh)]
    assert places == sorted(places)
    assert closed.number not in text
    assert "days overdue" in text
    overdue = client.get("/rights/?only=overdue").text
    assert late.number in overdue
    assert fresh.number not in overdue
    assert near.number in client.get("/rights/?only=soon").text
    assert closed.number in client.get("/rights/?status=done").text
    assert fresh.number in client.get(f"/rights/?q={fresh.number.lower()}").text
    part = client.get("/rights/", headers=PARTIAL).text
    assert late.number in part
    assert "<html" not in part


def test_access_from_receipt_to_closing(cast, sign_in):
    case = opened(cast.person)
    client = sign_in(cast.shi, language="en")
    act(client, case, "take")
    act(client, case, "package")
    package = Package.objects.get()
    progress = reverse("rights-package", args=[case.number, package.pk])
    assert 'hx-trigger="every 1s"' in client.get(progress, headers=PARTIAL).text
    write_package(package_id=package.pk)
    assert "hx-trigger" not in client.get(progress, headers=PARTIAL).text
    response = client.get(reverse("rights-package-file", args=[case.number, package.pk]))
    assert f"{case.number}.zip" in response["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    assert json.loads(archive.read("data.json"))["party.Party"][0]["id"] == cast.person.id
    act(client, case, "close", status="done", outcome="Handed over at the counter.")
    text = client.get(page(case)).text
    assert "Handed over at the counter." in text
    assert 'name="outcome"' not in text
    steps = list(case.steps.order_by("id").values_list("what", flat=True))
    assert steps == ["received", "taken", "packed", "fetched", "done"]
    logged = Entry.objects.filter(subject=cast.person.id)
    assert {"rights", "export", "view"} <= set(logged.values_list("action", flat=True))
    assert logged.get(action="export").object_id == str(package.pk)


def test_a_correction_is_proposed_passed_on_and_arrives(cast, sign_in):
    case = opened(cast.person, "correction")
    client = sign_in(cast.shi, language="en")
    refused = act(client, case, "propose", field="contact:mobile", new_value="")
    assert refused.status_code == 422
    act(client, case, "propose", field="contact:mobile", new_value="13900001111")
    act(client, case, "pass-on")
    assert (
        "No correction has arrived" in client.post(reverse("rights-act", args=[case.number, "look"]), follow=True).text
    )
    rewrite(ContactPoint.objects.filter(party_id=cast.person.id, kind="mobile"), value="13900001111")
    act(client, case, "look")
    text = client.get(page(case)).text
    assert "139****1111" in text
    assert "13900001111" not in text
    assert "Arrived" in text


def test_a_restriction_is_set_and_lifted_with_reasons(cast, sign_in):
    case = opened(cast.person, "restriction")
    client = sign_in(cast.shi, language="en")
    assert act(client, case, "restrict", reason="").status_code == 422
    act(client, case, "restrict", reason="Wrong data")
    assert "Wrong data" in client.get(page(case)).text
    assert "Use restricted: no marketing" in client.get(reverse("customer", args=[cast.person.id])).text
    act(client, case, "lift", reason="Corrected")
    assert Limit.objects.get().lifted_reason == "Corrected"


def test_a_withdrawal_takes_everything_back(cast, sign_in):
    case = opened(cast.person, "withdrawal")
    act(sign_in(cast.shi), case, "withdraw")
    states = ConsentState.objects.filter(party_id=cast.person.id)
    assert states.count() == 16
    assert set(states.values_list("decision", flat=True)) == {"withdrawn"}


def test_erasure_says_first_what_goes_and_what_stays(cast, sign_in):
    case = opened(cast.person, "erasure")
    client = sign_in(cast.shi, language="en")
    text = client.get(page(case)).text
    assert "Anti-Money Laundering Law" in text
    assert "stays while the relationship lasts" in text
    assert act(client, case, "erase").status_code == 422
    assert not Limit.objects.exists()
    Agreement.objects.filter(party_id=cast.person.id).update(closed_on=datetime.date(2025, 6, 30))
    assert "stays until 30 Jun 2035" in re.sub(r"\s+", " ", client.get(page(case)).text)
    act(client, case, "erase", sure="1")
    assert Limit.objects.get().kind == "erasure"
    assert sign_in(cast.ai).get(reverse("customer", args=[cast.person.id])).status_code == 404


@pytest.mark.parametrize("kind", CaseKind.values)
def test_every_kind_has_its_page(cast, sign_in, kind):
    case = opened(cast.person, kind)
    for staff in (cast.shi, cast.shen, cast.ai):
        assert sign_in(staff).get(page(case)).status_code == 200


def addresses(case: RightsCase, package: Package) -> dict[str, str]:
    """Every address below a case or a customer, found in the URL patterns so that none can be forgotten."""
    values = {
        "number": case.number,
        "package_id": package.pk,
        "name": "take",
        "party_id": case.party_id,
    }
    return {
        one.name: reverse(one.name, kwargs={name: values[name] for name in one.pattern.converters})
        for one in urlpatterns
    }


def test_the_outsider_finds_nothing(cast, sign_in):
    case = opened(cast.person)
    package = Package.objects.create(case=case, status="done", file="x.zip")
    for staff in (cast.zhu, cast.lu):
        client = sign_in(staff)
        for name, address in addresses(case, package).items():
            status = client.post(address).status_code if name == "rights-act" else client.get(address).status_code
            wanted = 403 if name in ("rights", "rights-act", "rights-package", "rights-package-file") else 404
            assert status == wanted, name
    for staff in (cast.yu, cast.ann):
        for name, address in addresses(case, package).items():
            assert sign_in(staff).post(address).status_code in (403, 405), name
    for address in addresses(case, package).values():
        assert Client().get(address).status_code == 302
    assert case.steps.count() == 1


def test_who_looks_may_not_act_and_who_took_it_in_may_not_fetch(cast, sign_in):
    case = opened(cast.person)
    package = Package.objects.create(case=case, status="done", file="x.zip")
    for staff in (cast.shen, cast.ai):
        for name in ("take", "package", "close", "erase"):
            assert act(sign_in(staff), case, name).status_code == 403
        assert sign_in(staff).get(reverse("rights-package-file", args=[case.number, package.pk])).status_code == 403
    assert sign_in(cast.ai).get("/rights/").status_code == 403
    assert sign_in(cast.shen).get("/rights/").status_code == 200
    assert sign_in(cast.shi).get(reverse("rights-act", args=[case.number, "take"])).status_code == 405
    assert act(sign_in(cast.shi), case, "format-disk").status_code == 404
    other = opened(cast.company)
    foreign = reverse("rights-package", args=[other.number, package.pk])
    assert sign_in(cast.shi).get(foreign).status_code == 404


def test_no_page_costs_more_queries_when_there_is_more(cast, sign_in):
    client = sign_in(cast.shi)
    case = opened(cast.person)

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    for address, most in (("/rights/", 8), (page(case), 11), (reverse("rights-receipt", args=[case.number]), 9)):
        client.get(address)
        first = cost(address)
        for _number in range(5):
            opened(cast.person)
            case.steps.create(what="note", note="x")
            Package.objects.create(case=case)
        assert cost(address) <= first <= most, address
