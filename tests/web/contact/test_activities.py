"""Activities through the front door: recorded once, changed without loss, seen by whom the customer is seen."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.consent.services import Evidence, withdraw_consent
from guanxi.crm.contact.models import Activity, ActivityEvent, Outcome, Task
from guanxi.crm.workdays.queries import working_calendar
from tests.web.conftest import PARTIAL

pytestmark = pytest.mark.django_db


def outcome(kind: str, code: str) -> Outcome:
    return Outcome.objects.get(kind=kind, code=code)


def page_of(party) -> str:
    return f"/customers/{party.id}/activities/"


def record(client, party, kind="call", **fields):
    """Sends the form as the page would."""
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    return client.post(f"{page_of(party)}new/{kind}/", {"key": str(uuid4()), "at": now, "text": "", **fields})


def test_a_call_with_promise_and_next_step_is_recorded_in_one_go(cast, sign_in):
    client, today = sign_in(cast.ai, language="en"), timezone.localdate()
    client.get(f"{page_of(cast.person)}new/call/")
    interested = outcome("call", "interested")
    promised_on = working_calendar().after(today, 3)
    response = record(
        client,
        cast.person,
        outcome=interested.pk,
        text="Wants a three-year certificate",
        with_whom="himself",
        minutes="12",
        inbound="on",
        promise="Send the rate sheet",
        promise_on=promised_on.isoformat(),
        follow_up="Call again",
    )
    assert response.status_code == 302
    activity = Activity.objects.get()
    assert (activity.staff_id, activity.party_id, activity.kind) == (cast.ai.id, cast.person.id, "call")
    assert activity.outcome == interested
    assert activity.inbound
    promise, step = Task.objects.order_by("source").filter(activity=activity).order_by("-source")
    assert (promise.title, promise.due_on, promise.source, promise.priority) == (
        "Send the rate sheet", promised_on, "promise", 1,
    )  # fmt: skip
    # The outcome proposes two working days; nobody had to say so.
    assert (step.title, step.due_on, step.follows) == ("Call again", working_calendar().after(today, 2), True)
    page = client.get(page_of(cast.person)).text
    for words in ("Wants a three-year certificate", "Interested", "Send the rate sheet", "Call again", "12 minutes"):
        assert words in page
    entry = Entry.objects.filter(kind="activity", action="change").get()
    assert (entry.actor, entry.subject, entry.object_id) == (cast.ai.id, cast.person.id, str(activity.pk))


def test_two_taps_make_one_record_and_nobody_elses_key_is_in_the_way(cast, sign_in):
    key = str(uuid4())
    for _tap in range(3):
        assert record(sign_in(cast.ai), cast.person, key=key, text="Once", follow_up="Again").status_code == 302
    assert (Activity.objects.count(), Task.objects.count()) == (1, 1)
    assert record(sign_in(cast.bo), cast.person, key=key, text="Another's").status_code == 302
    assert Activity.objects.count() == 2


def test_what_was_typed_after_a_lost_answer_becomes_a_change_that_one_decides_about(cast, sign_in):
    client, key = sign_in(cast.ai, language="en"), str(uuid4())
    record(client, cast.person, key=key, text="First words")
    response = record(client, cast.person, key=key, text="First words and more")
    assert response.status_code == 409
    assert "First words and more" in response.text
    assert Activity.objects.get().text == "First words"


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("note", {}, "This field is required"),
        ("call", {"promise": "Send it"}, "Say until when"),
        ("call", {"promise_on": "2999-01-01"}, "Say what was promised"),
        ("call", {"follow_up": "Call", "follow_up_on": "2020-01-01"}, "The day lies in the past"),
        ("call", {"at": "2999-01-01T10:00"}, "what is still to be done is a task"),
        ("call", {"outcome": "999999"}, "Choose one of the outcomes"),
        ("visit", {"minutes": "5000"}, "less than or equal to 1440"),
        ("visit", {"latitude": "95", "longitude": "10"}, ""),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_lost(cast, sign_in, kind, fields, words):
    response = record(sign_in(cast.ai, language="en"), cast.person, kind, with_whom="Mrs Li", **fields)
    assert response.status_code == 422
    assert words in response.text
    assert kind == "note" or 'value="Mrs Li"' in response.text
    assert not Activity.objects.exists()


def test_an_outcome_of_another_kind_is_none(cast, sign_in):
    response = record(sign_in(cast.ai), cast.person, outcome=outcome("visit", "met").pk)
    assert response.status_code == 422


def test_a_visit_keeps_where_the_phone_was(cast, sign_in):
    policies = [sign_in(cast.ai).get(page_of(cast.person) + path)["Permissions-Policy"] for path in ("", "new/visit/")]
    assert ["geolocation=(self)" in one for one in policies] == [False, True]
    record(sign_in(cast.ai), cast.company, "visit", latitude="30.259242", longitude="120.13026", accuracy="12.4")
    visit = Activity.objects.get()
    assert (str(visit.latitude), str(visit.longitude), visit.accuracy) == ("30.25924", "120.13026", 12)


def test_two_who_change_the_same_record_lose_nothing(cast, sign_in):
    record(sign_in(cast.ai), cast.person, text="As it was")
    activity = Activity.objects.get()
    address = f"{page_of(cast.person)}{activity.pk}/"
    at = timezone.localtime(activity.at).strftime("%Y-%m-%dT%H:%M")
    ai, bo = sign_in(cast.ai, language="en"), sign_in(cast.bo, language="en")
    assert bo.post(address, {"version": 1, "at": at, "text": "What Bo knows"}).status_code == 302
    response = ai.post(address, {"version": 1, "at": at, "text": "What Ai knows"})
    assert response.status_code == 409
    assert "What Bo knows" in response.text
    assert "What Ai knows" in response.text
    activity.refresh_from_db()
    assert (activity.text, activity.version, activity.changed_by_id) == ("What Bo knows", 2, cast.bo.id)
    version = re.search(r'name="version" value="(\d+)"', response.text).group(1)
    assert ai.post(address, {"version": version, "at": at, "text": "Both"}).status_code == 302
    activity.refresh_from_db()
    assert (activity.text, activity.version) == ("Both", 3)
    before = ActivityEvent.objects.order_by("pgh_id").values_list("text", "pgh_context__metadata__user")
    assert list(before) == [("As it was", cast.bo.id), ("What Bo knows", cast.ai.id)]
    page = ai.get(address).text
    assert "As it was" in page
    assert f"changed by {cast.bo.name}" in page


def test_saving_what_stands_already_is_no_change(cast, sign_in):
    record(sign_in(cast.ai), cast.person, text="The same")
    activity = Activity.objects.get()
    at = timezone.localtime(activity.at).strftime("%Y-%m-%dT%H:%M")
    fields = {"version": 1, "at": at, "text": "The same"}
    assert sign_in(cast.ai).post(f"{page_of(cast.person)}{activity.pk}/", fields).status_code == 302
    activity.refresh_from_db()
    assert activity.version == 1


def test_an_outsider_finds_nothing_and_who_only_looks_records_nothing(cast, sign_in):
    record(sign_in(cast.ai), cast.person, text="Between Ai and the customer")
    number = Activity.objects.get().pk
    for path in ("", "new/call/", f"{number}/"):
        response = sign_in(cast.zhu).get(page_of(cast.person) + path)
        assert response.status_code == 404
        assert "Between Ai" not in response.text
    assert record(sign_in(cast.zhu), cast.person).status_code == 404
    # A number of another customer's is not found below one's own.
    assert sign_in(cast.ai).get(f"{page_of(cast.company)}{number}/").status_code == 404
    for looks in (cast.ann, cast.shen):
        page = sign_in(looks).get(page_of(cast.person))
        assert "Between Ai" in page.text
        assert "/new/" not in page.text
        assert sign_in(looks).get(f"{page_of(cast.person)}{number}/").status_code == 200
        assert record(sign_in(looks), cast.person).status_code == 403
        assert sign_in(looks).post(f"{page_of(cast.person)}{number}/", {"version": 1}).status_code == 403
    assert sign_in(cast.ai).get(f"{page_of(cast.person)}new/gossip/").status_code == 404
    assert sign_in(cast.ai).get(f"{page_of(cast.person)}new/other/").status_code == 404


def test_page_and_part_are_the_same_and_kinds_narrow(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    record(client, cast.person, "call", text="By phone")
    record(client, cast.person, "note", text="On paper")
    whole, part = client.get(page_of(cast.person)).text, client.get(page_of(cast.person), headers=PARTIAL).text
    assert 'id="section"' in part
    assert "<html" not in part
    for words in ("By phone", "On paper"):
        assert words in whole
        assert words in part
    only = client.get(f"{page_of(cast.person)}?kind=note").text
    assert "On paper" in only
    assert "By phone" not in only


def test_a_long_history_comes_in_pages_without_growing_dearer(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    for number in range(3):
        record(client, cast.person, text=f"Talk {number:03d}", follow_up="Again")
    few = _count(client, page_of(cast.person))
    rows = list(Activity.objects.all())
    Activity.objects.bulk_create(
        Activity(
            key=uuid4(), party_id=cast.person.id, kind="note", staff_id=cast.ai.id, at=rows[0].at, text=f"N{n:03d}"
        )
        for n in range(60)
    )
    assert _count(client, page_of(cast.person)) == few
    seen, address = [], page_of(cast.person)
    while address:
        page = client.get(address).text
        seen += re.findall(r"(?:Talk |N)\d{3}", page)
        later = re.search(r'href="(\?before=[^"]+)">Earlier', page)
        address = page_of(cast.person) + later.group(1).replace("&amp;", "&") if later else ""
    assert len(seen) == len(set(seen)) == 63
    assert client.get(f"{page_of(cast.person)}?before=nonsense").status_code == 200


def _count(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) <= 15, [query["sql"][:90] for query in queries]
    return len(queries)


def test_the_recording_page_costs_few_queries_and_shows_what_to_know_before(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    record(client, cast.person, promise="Bring the contract", promise_on="2999-01-04")
    withdraw_consent(party_id=cast.person.id, channels=["phone"], purposes=["marketing"], evidence=Evidence(how="form"))
    page = client.get(f"{page_of(cast.person)}new/call/").text
    assert "Bring the contract" in page
    assert "Service is allowed, advertising is not" in page
    assert f"Last contact: Call, {timezone.localdate().day}" in page
    assert "Spoken with" in page
    _count(client, f"{page_of(cast.person)}new/call/")


def test_outcomes_switched_off_are_offered_no_more_but_old_ones_stay(cast, sign_in):
    client = sign_in(cast.ai, language="en")
    spoken = outcome("call", "spoken")
    record(client, cast.person, outcome=spoken.pk)
    Outcome.objects.filter(pk=spoken.pk).update(is_active=False)
    assert "Spoken with" not in client.get(f"{page_of(cast.person)}new/call/").text
    assert "Spoken with" in client.get(f"{page_of(cast.person)}{Activity.objects.get().pk}/").text
