"""The brief before a visit: what is on it, what is not, who gets it as a file, and what the file says of itself."""

from __future__ import annotations

import contextlib
import re
import zlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.consent.models import Limit
from guanxi.crm.party.models import ContactPoint, Party
from guanxi.crm.web.morning import pdf
from guanxi.crm.web.morning.brief_page import PARTS, Part
from tests.web.contact.test_activities import record
from tests.web.contact.test_tasks import task_for

pytestmark = pytest.mark.django_db


def said(content: bytes, words: str) -> bool:
    """Whether a PDF's own properties hold some words."""
    parts = [content]
    for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompress(part))
    whole = b"".join(parts)
    return (
        words.encode() in whole
        or words.encode("utf-16-be") in whole
        or words.encode("utf-16-be").hex().encode() in whole
    )


@pytest.mark.parametrize("whose", ["person", "company"])
def test_the_brief_says_what_is_needed_and_shows_no_secret(cast, sign_in, whose):
    party = getattr(cast, whose)
    client = sign_in(cast.ai, language="en")
    record(client, party, text="Wants to buy a second machine " * 20)
    task_for(party, cast.ai, "Bring the papers", 1, source="promise")
    text = client.get(f"/customers/{party.id}/brief/").text
    for words in (
        party.name, party.id, "Talk about", "Maturity ladder", "Last contacts", "Wants to buy a second machine",
        "Promised and open", "Bring the papers", "May be offered", "Contribution, 12 months",
    ):  # fmt: skip
        assert words in text, words
    assert "…" in text
    phone = ContactPoint.objects.filter(party_id=party.id, kind="mobile").first().value
    assert str(phone) not in text
    chinese = sign_in(cast.ai).get(f"/customers/{party.id}/brief/").text
    assert "谈话要点" in chinese
    assert sign_in(cast.zhu).get(f"/customers/{party.id}/brief/").status_code == 404
    assert sign_in(cast.zhu).get(f"/customers/{party.id}/brief/file/").status_code == 404


def test_what_may_be_offered_follows_risk_line_and_limits(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    person = cast.person

    def offers():
        return client.get(f"/customers/{person.id}/brief/").context["brief"].offers

    assert offers().rows
    Party.objects.filter(pk=person.id).update(investment_risk="C2")
    assert all(one.risk_level in ("", "R1", "R2") for one in offers().rows)
    Party.objects.filter(pk=person.id).update(investment_risk="")
    assert all(one.risk_level in ("", "R1") for one in offers().rows)
    Party.objects.filter(pk=person.id).update(restricted=True)
    assert (offers().rows, "risk department" in offers().none) == ((), True)
    Party.objects.filter(pk=person.id).update(restricted=False)
    Limit.objects.create(party_id=person.id, kind="restriction", since=timezone.now())
    assert (offers().rows, "restricted" in offers().none) == ((), True)


def test_other_rooms_add_what_is_open(cast, sign_in, monkeypatch):
    monkeypatch.setattr(
        "guanxi.crm.web.morning.brief_page.PARTS", [*PARTS, lambda _r, _p: Part("Cases", ("Card lost",))]
    )
    text = sign_in(cast.ai, language="en").get(f"/customers/{cast.person.id}/brief/").text
    assert "Card lost" in text


def test_the_file_is_one_marked_page_and_in_the_log(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    for party in (cast.person, cast.company):
        for number in range(4):
            record(client, party, text=f"{number} " + "long words of a long talk " * 9)
            task_for(party, cast.ai, f"Promise {number} " + "that takes some words to say " * 3, number)
        response = client.get(f"/customers/{party.id}/brief/file/")
        assert response.status_code == 200
        assert response["Content-Type"] == "application/pdf"
        assert response.content.startswith(b"%PDF-")
        entry = Entry.objects.filter(subject=party.id, action="export", kind="customer-brief-file").get()
        assert entry.object_id in response["Content-Disposition"]
        assert (entry.actor, entry.detail["pages"], entry.detail["bytes"]) == (cast.ai.id, 1, len(response.content))
        assert said(response.content, entry.object_id), "the file carries its number"
        assert said(response.content, cast.ai.id), "the file carries who took it out"
    # Whoever sees the customer but takes nothing out has the page and not the file.
    fu = sign_in(cast.fu, language="en")
    assert "/brief/file/" not in fu.get(f"/customers/{cast.person.id}/brief/").text
    assert fu.get(f"/customers/{cast.person.id}/brief/file/").status_code == 403


def test_without_pango_the_page_says_what_to_do(cast, sign_in, monkeypatch):
    def missing():
        raise pdf.NoPrinterError("libpango")

    monkeypatch.setattr(pdf, "_printer", missing)
    answer = sign_in(cast.ai, language="en").get(f"/customers/{cast.person.id}/brief/file/", follow=True)
    assert "Print the page from the browser" in answer.text


def test_a_file_fetches_nothing():
    for url in ("http://127.0.0.1:1/x.css", "file:///etc/hostname", "https://mail.example/"):
        with pytest.raises(ValueError, match="disallowed protocol"):
            pdf.fetcher_of_nothing()(url)


def test_the_brief_costs_the_same_however_much_there_is(cast, sign_in):
    client = sign_in(cast.ai)
    counts = []
    for many in (2, 12):
        for number in range(many):
            task_for(cast.person, cast.ai, f"x {number}", number)
            record(client, cast.person, text="y")
        client.get(f"/customers/{cast.person.id}/brief/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/customers/{cast.person.id}/brief/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 32
