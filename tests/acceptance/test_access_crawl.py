"""The whole site, crawled and fuzzed as each role: nothing leaks, nothing breaks, nothing leads away.

``GUANXI_CRAWL_REQUESTS`` (a role) and ``GUANXI_CRAWL_SEED`` make it longer or another one.
"""

from __future__ import annotations

import os
from http.cookies import SimpleCookie
from random import Random
from typing import Any

import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse

from guanxi.crm.holding.models import Agreement
from guanxi.crm.insight.models import CustomerFigure
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Cover, Line, Role
from guanxi.crm.party.models import ContactPoint, Party, PartyIdentifier
from guanxi.crm.web.exports import services
from tests.acceptance.crawler import HEADERS, TELLING, Crawler
from tests.acceptance.driving import kind_of, url_of
from tests.acceptance.garbage import EVIL
from tests.acceptance.matrix import driven_rows
from tests.acceptance.on_stage import _django_db_helper  # noqa: F401 - the stage's savepoint a test
from tests.acceptance.stage import STANDINGS, Stage, Standing

pytestmark = [pytest.mark.django_db, pytest.mark.long]
REQUESTS = int(os.environ.get("GUANXI_CRAWL_REQUESTS", "240"))
SEED = int(os.environ.get("GUANXI_CRAWL_SEED", "1"))
FIRST_SIGN = 0x3400
WALKING = tuple(one for one in STANDINGS if not one.over and one.line == Line.RETAIL)


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr(services, "_defer", lambda _export: None)


def mark_names() -> dict[str, str]:
    """Gives each customer's name a sign that no other text has; returns the number by sign."""
    signs = {}
    for place, party in enumerate(Party.objects.order_by("id")):
        sign = chr(FIRST_SIGN + place)
        signs[sign] = party.id
        Party.objects.filter(pk=party.pk).update(name=Concat(F("name"), Value(sign)))
        CustomerFigure.objects.filter(party_id=party.pk).update(name=Concat(F("name"), Value(sign)))
    return signs


def owners_of_texts() -> dict[str, str]:
    """The customer by every text that tells of one: number, name's sign, account, phone, document."""
    found = mark_names()
    found |= {party.id: party.id for party in Party.objects.all()}
    for agreement in Agreement.objects.all():
        found[agreement.id] = found[agreement.account_number] = agreement.party_id
    for model, text in ((ContactPoint, "value"), (PartyIdentifier, "number")):
        found |= {getattr(one, text): one.party_id for one in model.objects.all()}
    return {text: number for text, number in found.items() if TELLING.fullmatch(text)}


def crawler_for(stage: Stage, standing: Standing, owners: dict[str, str]) -> Crawler:
    """A crawler that knows what this post must not, and where to find it."""
    client = stage.stand(standing)
    client.raise_request_exception = False
    seen = stage.reached(standing, Verb.SEE)
    # Joint holders see the agreement that they hold together.
    strangers = [stage.records[number] for number in stage.by_relation.values() if number not in seen]
    foreign = {
        name: [str(records[name]) for records in strangers if records.get(name)]
        for name in ("party_id", "agreement_id", "number", "package_id", "assignment_id")
    }
    foreign |= {name: [str(value)] for name, value in stage.theirs.items()}
    foreign["cover_id"] = [str(one.pk) for one in Cover.objects.filter(staff=stage.cast.ren)]
    foreign |= {"staff": ["1211", "1001"], "customer": foreign["party_id"], "institution": ["C0", "B21"]}
    inside = next((stage.records[number] for number in stage.by_relation.values() if number in seen), {})
    start = ["/"]
    for address, row in driven_rows():
        if kind_of(address, row) == "customer" and not inside:
            continue
        if row.opens is not None and not row.leaves and address.name != "admin:login":
            start.append(url_of(stage, address, row, inside))
    return Crawler(
        client=client,
        random=Random(f"{SEED} {standing}"),
        forbidden=lambda text: owners.get(text, "") not in seen | {""},
        foreign={name: values for name, values in foreign.items() if values},
        start=start,
    )


@pytest.mark.parametrize("standing", WALKING, ids=str)
def test_crawl(stage, standing):
    crawler = crawler_for(stage, standing, owners_of_texts())
    crawler.walk(REQUESTS)
    print(standing, crawler.requests, dict(crawler.statuses), len(crawler.views), sorted(crawler.views))
    assert not crawler.findings, f"{len(crawler.findings)} findings, seed {SEED}:\n" + "\n".join(crawler.findings[:20])
    assert crawler.requests >= REQUESTS
    if standing.role in (Role.RM, Role.HEAD_OFFICE):
        assert len(crawler.views) > 20, crawler.views
    assert crawler.statuses[200] > REQUESTS / 10, crawler.statuses


class Answering:
    """A client to which a site with a mistake answers."""

    def __init__(self, make: Any) -> None:
        self.make, self.cookies = make, SimpleCookie()

    def get(self, _url: str, headers: Any = None) -> Any:
        """The mistake, with every header in place."""
        answer = self.make()
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Cache-Control", "no-store, private")
        return answer


def test_the_crawler_sees_a_leak_a_fault_a_way_out_and_markup(stage):
    """The crawler itself is tried: each kind of mistake, made on purpose, is found."""
    owners = owners_of_texts()
    other = stage.by_relation["other_bank"]
    name = Party.objects.get(pk=other).name
    phone = ContactPoint.objects.get(party_id=other, kind="mobile").value
    for make, says in (
        (lambda: HttpResponse(f"<p>{name}</p>"), "tells"),
        (lambda: HttpResponse(f"<a href='/customers/{other}/'>x</a>"), "tells"),
        (lambda: JsonResponse({"phone": phone}), "tells"),
        (lambda: HttpResponse(status=500), "500 for"),
        (lambda: HttpResponseRedirect("//evil.example/"), "leads to"),
        (lambda: HttpResponse(f"<td>{EVIL}</td>"), "became markup"),
        (lambda: HttpResponse(headers={"Cache-Control": "max-age=60"}), "may be kept"),
        (lambda: HttpResponse(headers={"X-Content-Type-Options": "x"}), "X-Content-Type-Options"),
    ):
        crawler = crawler_for(stage, WALKING[0], owners)
        crawler.client, crawler.start = Answering(make), ["/"]
        crawler.walk(1)
        assert any(says in found for found in crawler.findings), (says, crawler.findings)
