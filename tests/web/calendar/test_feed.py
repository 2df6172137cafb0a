"""Subscribing and importing through the front door: the address shown once, the dry run, and what comes in."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from guanxi.crm.audit.models import Entry
from guanxi.crm.contact.models import Appointment, FeedSecret
from tests.contact.test_calendar_files import YEAR, file_of

pytestmark = pytest.mark.django_db


def upload(data: bytes) -> dict:
    return {"file": SimpleUploadedFile("plan.ics", data, content_type="text/calendar")}


def test_the_address_is_shown_once_and_ended(cast, sign_in, client):
    ai = sign_in(cast.ai, language="en")
    page = ai.post("/calendar/feed/make/")
    address = re.search(r'value="(http[^"]+/calendar/feed/[^"]+\.ics)"', page.text).group(1)
    path = address.removeprefix("http://testserver")
    assert client.get(path).status_code == 200
    assert Entry.objects.filter(kind="calendar-ics", object_id=cast.ai.id).exists()
    assert address not in ai.get("/calendar/feed/").text
    assert ai.post("/calendar/feed/revoke/").status_code == 302
    assert client.get(path).status_code == 404
    assert not FeedSecret.objects.exists()


def test_a_file_is_looked_at_before_it_comes_in(cast, sign_in):
    ai = sign_in(cast.ai, language="en")
    data = file_of(
        f"UID:one\nDTSTART:{YEAR}0301T010000Z\nSUMMARY:Conference",
        f"UID:often\nDTSTART:{YEAR}0301T010000Z\nRRULE:FREQ=HOURLY\nSUMMARY:Hourly",
    )
    page = ai.post("/calendar/import/", upload(data))
    assert page.status_code == 200
    assert "Conference" in page.text
    assert "the rule cannot be read: FREQ" in page.text
    assert not Appointment.objects.exists()
    token = re.search(r'name="token" value="([^"]+)"', page.text).group(1)
    assert sign_in(cast.qian).post("/calendar/import/take/", {"token": token}).status_code == 422
    answer = ai.post("/calendar/import/take/", {"token": token}, follow=True)
    assert "1 entry came in" in answer.text
    assert "0 entries came in" in ai.post("/calendar/import/take/", {"token": token}, follow=True).text
    assert list(Appointment.objects.values_list("title", "staff_id", "uid")) == [("Conference", cast.ai.id, "one")]
    assert "Known already" in ai.post("/calendar/import/", upload(data)).text
    for wrong in ({}, upload(b"nothing"), upload(b"x" * 400_000)):
        assert ai.post("/calendar/import/", wrong).status_code == 422
    assert ai.post("/calendar/import/take/", {"token": token + "x"}).status_code == 422
