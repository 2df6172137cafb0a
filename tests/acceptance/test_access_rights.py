"""A person's rights from end to end, as the bank's people work: consent, its withdrawal, what a person may ask for."""

from __future__ import annotations

import datetime
import io
import json
import zipfile

import pytest
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.consent.codes import Channel, Purpose, Why
from guanxi.crm.consent.models import Package, RightsCase
from guanxi.crm.consent.package import write_package
from guanxi.crm.consent.queries import contactable, may_contact
from guanxi.crm.holding.models import Agreement, AgreementParty
from guanxi.crm.insight.models import CustomerFigure
from guanxi.crm.org.queries import standing_of
from tests.web.conftest import sign_in

__all__ = ["sign_in"]
pytestmark = pytest.mark.django_db


def ask(client, party_id: str, kind: str) -> RightsCase:
    """Takes a request in at the counter, as the manager does."""
    response = client.post(
        reverse("rights-receive", args=[party_id]),
        {
            "kind": kind,
            "requester": "self",
            "requester_name": "王秀英",
            "proof": "document",
            "proof_reference": "0021",
            "way": "branch",
            "received_on": timezone.localdate().isoformat(),
        },
    )
    assert response.status_code == 302
    return RightsCase.objects.latest("id")


def do(client, case: RightsCase, name: str, **fields) -> None:
    assert client.post(reverse("rights-act", args=[case.number, name]), fields).status_code == 302, name


def say(client, party_id: str, decision: str, purpose: str, channels=()) -> None:
    response = client.post(
        reverse("customer-consents", args=[party_id]),
        {
            "decision": decision,
            "purpose": purpose,
            "channels": list(channels),
            "how": "form",
            "evidence": "F-2026-0815",
            "said_on": timezone.localdate().isoformat(),
        },
    )
    assert response.status_code == 302


def list_for_sms(cast, staff) -> set[str]:
    """A marketing list as a campaign would draw it: everybody in somebody's scope who may be written to."""
    scope = standing_of(staff, version=1, today=timezone.localdate()).scope
    rows = CustomerFigure.objects.visible_to(scope).filter(business_date=cast.day)
    return set(contactable(rows, Purpose.MARKETING, Channel.SMS).values_list("party_id", flat=True))


def test_a_withdrawal_is_in_every_answer_list_and_page_at_once(cast, sign_in):
    manager, who, other = sign_in(cast.ai, language="en"), cast.person.id, cast.company.id
    for party_id in (who, other):
        say(manager, party_id, "given", "marketing", ["phone", "sms"])
    assert list_for_sms(cast, cast.he) == {who, other}
    assert list_for_sms(cast, cast.zhu) == set()
    say(sign_in(cast.fu), who, "withdrawn", "everything")  # at the contact centre
    assert list_for_sms(cast, cast.he) == {other}
    assert may_contact(who, Purpose.MARKETING, Channel.PHONE).why is Why.WITHDRAWN
    assert "Contact ban" in manager.get(reverse("customer", args=[who])).text
    logged = Entry.objects.filter(action="consent", subject=who)
    assert set(logged.values_list("actor", flat=True)) == {"1111", "1006"}


def test_all_that_is_held_is_handed_over_and_the_handing_over_is_in_the_log(cast, sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    say(sign_in(cast.ai), cast.person.id, "given", "profiling")
    case = ask(sign_in(cast.ai), cast.person.id, "access")
    officer = sign_in(cast.shi)
    do(officer, case, "take")
    do(officer, case, "package")
    package = Package.objects.get()
    write_package(package_id=package.pk)
    response = officer.get(reverse("rights-package-file", args=[case.number, package.pk]))
    data = json.loads(zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))).read("data.json"))
    assert {row["id"] for row in data["holding.Agreement"]} == set(
        Agreement.objects.filter(party_id=cast.person.id).values_list("id", flat=True)
    )
    assert data["consent.ConsentEvent"][0]["evidence"] == "F-2026-0815"
    assert Entry.objects.filter(action="export", subject=cast.person.id, actor="1004").exists()
    do(officer, case, "close", status="done", outcome="Handed over.")
    case.refresh_from_db()
    assert not case.is_open


def test_a_restriction_takes_the_person_out_of_marketing_until_it_is_lifted(cast, sign_in):
    who = cast.person.id
    say(sign_in(cast.ai), who, "given", "marketing", ["sms"])
    case = ask(sign_in(cast.ai), who, "restriction")
    officer = sign_in(cast.shi)
    do(officer, case, "restrict", reason="Disputed data")
    assert list_for_sms(cast, cast.he) == set()
    do(officer, case, "lift", reason="Put right")
    assert list_for_sms(cast, cast.he) == {who}


def test_after_an_erasure_nobody_meets_the_person_and_what_the_law_keeps_is_kept(cast, sign_in):
    who = cast.person.id
    say(sign_in(cast.ai), who, "given", "marketing", ["sms"])
    Agreement.objects.filter(party_id=who).update(closed_on=datetime.date(2025, 6, 30))
    other = next(party.id for party in cast.book(cast.ai) if party.id != who and party.kind == "person")
    held = Agreement.objects.filter(party_id=other)[0]
    AgreementParty.objects.create(agreement=held, party_id=who, role="joint_holder")
    pages = [reverse("customer-holdings", args=[other]), f"/api/v1/customers/{other}/holdings"]
    for page in pages:
        assert cast.person.name in sign_in(cast.ai).get(page).text
    case = ask(sign_in(cast.ai), who, "erasure")
    do(sign_in(cast.shi), case, "erase", sure="1")
    for page in pages:
        answer = sign_in(cast.ai).get(page)
        assert answer.status_code == 200
        assert cast.person.name not in answer.text
    assert list_for_sms(cast, cast.he) == set()
    for staff in (cast.ai, cast.bo, cast.he, cast.fu):
        client = sign_in(staff)
        assert client.get(reverse("customer", args=[who])).status_code == 404
        assert f"/customers/{who}/" not in client.get("/customers/").text
        assert f"/customers/{who}/" not in client.get(f"/search/?q={cast.person.name}").text
    assert Agreement.objects.filter(party_id=who).exists(), "the law makes the bank keep them"
    assert sign_in(cast.shen).get(reverse("customer-consents", args=[who])).status_code == 200
