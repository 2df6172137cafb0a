"""Work with a prospect who is no customer yet, through the front door: recorded, planned, promised, counted, seen by
whoever sees the prospect, and the customer's once there is one.
"""

from __future__ import annotations

import datetime
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.contact import calendar_follow, task_services
from guanxi.crm.contact.models import Activity, ActivityEvent, Appointment, Attachment, Outcome, Task
from guanxi.crm.effort.models import Contacted, Effort
from guanxi.crm.kernel import personal
from guanxi.crm.kernel.protection import SYSTEM, entered
from guanxi.crm.sales.leads.opening import adopt
from guanxi.crm.sales.models import Lead
from guanxi.crm.web.contact import activities as web_activities
from guanxi.crm.web.plans import visit
from tests.sales.leads import lead_in
from tests.web.conftest import sign_in
from tests.web.contact.test_files import png

__all__ = ["sign_in"]
pytestmark = pytest.mark.django_db


def moment() -> str:
    return timezone.localtime().strftime("%Y-%m-%dT%H:%M")


def record(client, lead, kind="call", **fields):
    """Sends the form as the page would."""
    address = f"/leads/{lead.pk}/activities/new/{kind}/"
    return client.post(address, {"key": str(uuid4()), "at": moment(), "text": "", **fields})


def convert(client, lead, party):
    lead.refresh_from_db()
    answer = client.post(f"/leads/{lead.pk}/convert/", {"version": lead.version, "party": party.id})
    assert answer.status_code == 302


@pytest.fixture
def lead(cast):
    return lead_in("B11", "周末客", manager="1111", phone="13800001111")


def test_a_call_its_promise_its_file_and_its_change_become_the_customers(cast, sign_in, lead, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    ai, key = sign_in(cast.ai, language="en"), str(uuid4())
    page = ai.get(f"/leads/{lead.pk}/").text
    assert f'href="/leads/{lead.pk}/activities/new/call/"' in page
    assert 'data-draft="/leads/' in ai.get(f"/leads/{lead.pk}/activities/new/call/").text
    interested = Outcome.objects.get(kind="call", code="interested").pk
    said = {"outcome": interested, "text": "Wants a loan", "minutes": "12", "promise": "Send the rates",
            "promise_on": f"{timezone.localdate() + datetime.timedelta(3)}", "follow_up": "Call again"}  # fmt: skip
    for _tap in range(2):
        answer = record(ai, lead, key=key, **said)
        assert (answer.status_code, answer.url) == (302, f"/leads/{lead.pk}/")
    done = Activity.objects.get()
    assert (done.party_id, done.lead_id, done.staff_id) == (None, lead.pk, "1111")
    assert {(one.lead_id, one.staff_id, one.follows) for one in Task.objects.all()} == {(lead.pk, "1111", True)}
    address = f"/leads/{lead.pk}/activities/{done.pk}/"
    photo = SimpleUploadedFile("photo.png", png(5))
    assert ai.post(f"{address}attach/", {"file": photo}).url == address
    change = {"version": "1", "at": moment(), "text": "Wants a large loan", "outcome": interested, "minutes": "12"}
    assert ai.post(address, change).status_code == 302
    stale = ai.post(address, {**change, "text": "Typed on a phone"})
    assert stale.status_code == 409
    assert "Typed on a phone" in stale.text
    assert "Wants a large loan" in stale.text
    page = ai.get(f"/leads/{lead.pk}/").text
    for words in ("Wants a large loan", "Send the rates", "Call again", "12 minutes", "photo.png"):
        assert words in page, words
    # It stands in the day, among the tasks, in the count of the person's work, and in the log.
    log = ai.get("/work-log/")
    assert (log.context["log"].customers, log.context["log"].prospects) == (0, 1)
    for where in (log.text, ai.get("/tasks/").text, ai.get("/tasks/?q=周末").text):
        assert f'href="/leads/{lead.pk}/"' in where
        assert "周末客" in where
    assert list(Effort.objects.values_list("staff", "kind", "line", "number", "reached")) == [
        ("1111", "call", "person", 1, 1)
    ]
    assert not Contacted.objects.exists()
    assert Entry.objects.filter(kind="activity", object_id=str(done.pk), subject="").count() >= 2
    # The account is opened: what was done is the customer's, with the way back.
    convert(ai, lead, cast.person)
    assert set(Activity.objects.values_list("party_id", "lead_id")) == {(cast.person.id, lead.pk)}
    assert set(Task.objects.values_list("party_id", "follows")) == {(cast.person.id, True)}
    assert Contacted.objects.get().activity_id == done.pk
    page = ai.get(f"/customers/{cast.person.id}/activities/").text
    for words in ("Wants a large loan", "photo.png", f'href="/leads/{lead.pk}/"', "before the customer"):
        assert words in page, words
    file = Attachment.objects.get()
    taken = ai.get(f"/customers/{cast.person.id}/activities/{done.pk}/files/{file.pk}/")
    assert (taken.status_code, b"".join(taken.streaming_content)[:4]) == (200, b"\x89PNG")
    assert "Wants a large loan" in ai.get(f"/leads/{lead.pk}/").text
    assert ai.get(address).status_code == 200  # an old address leads to the same thing
    # What a person may ask for holds the time before, too.
    for model, many in ((Activity, 1), (Task, 2), (ActivityEvent, 2)):
        held = next(one for one in personal.registered() if one.model is model)
        assert held.rows_of(cast.person.id).count() == many, model


def test_what_was_typed_for_a_prospect_is_not_lost_when_it_is_a_customer_or_closed_meanwhile(cast, sign_in, lead):
    ai = sign_in(cast.ai, language="en")
    convert(ai, lead, cast.person)
    assert record(ai, lead, text="Sent from the tunnel").url == f"/customers/{cast.person.id}/activities/"
    assert Activity.objects.get().party_id == cast.person.id
    other = lead_in("B11", "另一位", manager="1111")
    assert ai.post(f"/leads/{other.pk}/act/", {"version": 1, "closing": "no_interest", "close": "1"}).status_code == 302
    refused = record(ai, other, "note", text="Sent too late")
    assert refused.status_code == 422
    assert "This lead is closed" in refused.text
    assert "Sent too late" in refused.text
    assert "activities/new/" not in ai.get(f"/leads/{other.pk}/").text


def gone_over_before(monkeypatch, where, name, lead, party):
    """Between what a page looks at and what its service holds, somebody else makes the prospect a customer."""
    service = getattr(where, name)

    def later(**said):
        with entered(SYSTEM):
            Lead.objects.filter(pk=lead.pk).update(state="converted", party=party.id)
            adopt([lead.pk])
        return service(**said)

    monkeypatch.setattr(where, name, later)


def test_a_customer_beyond_the_reader_is_said_and_nothing_typed_is_lost(cast, sign_in, lead, monkeypatch):
    ai = sign_in(cast.ai, language="en")
    gone_over_before(monkeypatch, web_activities, "record_activity", lead, cast.outside)
    refused = record(ai, lead, text="Asked for the rates")
    assert refused.status_code == 422
    assert "This prospect has become a customer whom you do not see." in refused.text
    assert "Asked for the rates" in refused.text
    assert not Activity.objects.exists()


def planned_visit(client, lead):
    what = {"title": "上门", "kind": "visit", "day": f"{timezone.localdate()}", "all_day": "on", "key": str(uuid4())}
    assert client.post(f"/leads/{lead.pk}/appointments/new/", {**what, "despite": "1"}).status_code == 302
    return Appointment.objects.get()


def test_a_planned_visit_holds_the_prospect_before_the_appointment_and_goes_over_with_them(
    cast, sign_in, lead, monkeypatch
):
    ai = sign_in(cast.ai, language="en")
    address = f"/plans/visits/{planned_visit(ai, lead).pk}/record/"
    sent = {"key": str(uuid4()), "at": moment(), "text": "Met at home"}
    # Converted by somebody else at that moment, out of the reader's sight.
    with monkeypatch.context() as meanwhile:
        gone_over_before(meanwhile, visit, "record_visit", lead, cast.outside)
        refused = ai.post(address, sent)
    assert refused.status_code == 422
    assert "This prospect has become a customer whom you do not see." in refused.text
    assert "Met at home" in refused.text
    assert Appointment.objects.get().party_id == cast.outside.id
    assert ai.get(address).status_code == 404
    # To a customer whom they see: it is that customer's visit.
    Lead.objects.filter(pk=lead.pk).update(state="prospect", party=None)
    Appointment.objects.update(party=None)
    with monkeypatch.context() as meanwhile, CaptureQueriesContext(connection) as queries:
        gone_over_before(meanwhile, visit, "record_visit", lead, cast.person)
        assert ai.post(address, sent).status_code == 302
    assert Activity.objects.get().party_id == cast.person.id
    # Whoever converts holds the lead, then what hangs on it; the same order here, or the two wait for each other.
    locks = [one["sql"] for one in queries if "FOR UPDATE" in one["sql"]]
    assert ['FROM "sales_lead"' in one for one in locks[:2]] == [True, False]
    assert 'FROM "contact_appointment"' in locks[1]


def test_who_was_given_the_prospect_meanwhile_has_the_visit(cast, sign_in, lead, monkeypatch):
    ai = sign_in(cast.ai)
    address, service = f"/plans/visits/{planned_visit(ai, lead).pk}/record/", visit.record_visit

    def later(**said):
        with entered(SYSTEM):
            Lead.objects.filter(pk=lead.pk).update(manager="1112")
        return service(**said)

    monkeypatch.setattr(visit, "record_visit", later)
    assert ai.post(address, {"key": str(uuid4()), "at": moment(), "text": "Met"}).status_code == 404
    assert not Activity.objects.exists()


def test_a_visit_is_planned_moved_and_recorded_from_the_plan(cast, sign_in, lead):
    ai, bo = sign_in(cast.ai, language="en"), sign_in(cast.bo, language="en")
    new = ai.get(f"/leads/{lead.pk}/appointments/new/")
    assert (new.context["form"].initial["kind"], "周末客" in new.text) == ("visit", True)
    today = timezone.localdate()
    what = {"title": "上门", "kind": "visit", "day": f"{today}", "all_day": "on", "key": str(uuid4()), "despite": "1"}
    assert ai.post(f"/leads/{lead.pk}/appointments/new/", what).status_code == 302
    one = Appointment.objects.get()
    assert (one.lead_id, one.party_id, one.follows) == (lead.pk, None, True)
    for address in (f"/leads/{lead.pk}/", f"/plans/?view=day&day={today}", f"/plans/?view=week&day={today}",
                    f"/calendar/{one.pk}/"):  # fmt: skip
        page = ai.get(address).text
        assert "周末客" in page, address
        assert f"/calendar/{one.pk}/" in page or f"/plans/visits/{one.pk}/record/" in page, address
    assert "周末客" in bo.get(f"/calendar/{one.pk}/").text
    place = {"latitude": "30.10", "longitude": "120.10", "accuracy": "9"}
    sent = {"key": str(uuid4()), "at": moment(), "text": "Met", "follow_up": "Offer", **place}
    assert ai.post(f"/plans/visits/{one.pk}/record/", sent).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.activity.lead_id, one.activity.party_id) == ("done", lead.pk, None)
    plan = ai.get(f"/plans/?view=month&day={today}")
    assert (plan.context["figures"].planned, plan.context["figures"].done) == (1, 1)
    # The next visit's place is where the phone was at this one.
    again = {**what, "key": str(uuid4()), "day": f"{today + datetime.timedelta(days=1)}"}
    assert ai.post(f"/leads/{lead.pk}/appointments/new/", again).status_code == 302
    stops = ai.get(f"/plans/?view=day&day={today + datetime.timedelta(days=1)}").context["round"].stops
    assert [stop.place.known for stop in stops] == ["visited"]
    # The branch manager's board counts what was done and what is late.
    Task.objects.update(due_on=today - datetime.timedelta(days=2))
    person = bo.get("/team/board/1111/")
    assert "周末客" in person.text
    assert "Offer" in person.text
    # Given to somebody else, what is open goes with the prospect.
    Lead.objects.filter(pk=lead.pk).update(manager="1112")
    assert (task_services.follow_managers(), calendar_follow.follow_managers()) == (1, 1)
    assert (Task.objects.get().staff_id, Appointment.objects.get(state="planned").staff_id) == ("1112", "1112")
    assert ai.get(f"/calendar/{one.pk}/").status_code == 404


def test_a_task_about_a_prospect_is_made_and_given_to_who_may_see_the_prospect(cast, sign_in, lead):
    ai, bo = sign_in(cast.ai, language="en"), sign_in(cast.bo, language="en")
    new = {"title": "Prepare papers", "due_on": f"{timezone.localdate()}", "priority": "2", "key": str(uuid4())}
    assert ai.post(f"/leads/{lead.pk}/tasks/new/", new).url == f"/leads/{lead.pk}/"
    task = Task.objects.get()
    page = ai.get(f"/tasks/{task.pk}/").text
    assert f'href="/leads/{lead.pk}/"' in page
    assert "goes with the prospect" in page
    assert bo.post("/tasks/reassign/", {"chosen": task.pk, "to": "1112"}).status_code in (200, 302)
    task.refresh_from_db()
    assert task.staff_id == "1111"  # to 1112 the prospect is nothing they may see
    Lead.objects.filter(pk=lead.pk).update(manager="1112")
    assert task_services.follow_managers() == 1
    assert ai.get(f"/tasks/{task.pk}/").status_code == 404
    assert sign_in(cast.qian).get(f"/tasks/{task.pk}/").status_code == 200


def test_the_outsider_meets_nothing_and_nobody_records_with_what_they_only_see(cast, sign_in, lead, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    ai = sign_in(cast.ai)
    record(ai, lead, text="x")
    done = Activity.objects.get()
    ai.post(f"/leads/{lead.pk}/activities/{done.pk}/attach/", {"file": SimpleUploadedFile("photo.png", png(5))})
    file = Attachment.objects.get()
    addresses = ["activities/new/call/", f"activities/{done.pk}/", "tasks/new/", "appointments/new/",
                 f"activities/{done.pk}/files/{file.pk}/"]  # fmt: skip
    for staff, status in ((cast.zhu, 404), (cast.qian, 404), (cast.bo, 200)):
        client = sign_in(staff)
        for address in addresses:
            assert client.get(f"/leads/{lead.pk}/{address}").status_code == status, (staff, address)
        other = lead_in("B12", "别家", manager="1121")
        # Through another prospect's address the activity is not there.
        assert client.get(f"/leads/{other.pk}/activities/{done.pk}/").status_code == 404
    assert sign_in(cast.zhu).post(f"/leads/{lead.pk}/activities/new/call/", {"text": "y"}).status_code == 404
    assert Activity.objects.count() == 1


def test_a_prospects_page_costs_the_same_with_a_long_history(cast, sign_in, lead):
    ai = sign_in(cast.ai)
    counts = []
    for more in (2, 40):
        for number in range(more):
            at = timezone.now() - datetime.timedelta(hours=number)
            Activity.objects.create(key=uuid4(), lead=lead, kind="note", at=at, text=f"n{number}", staff=cast.ai)
        ai.get(f"/leads/{lead.pk}/")
        with CaptureQueriesContext(connection) as queries:
            page = ai.get(f"/leads/{lead.pk}/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
    earlier = ai.get(f"/leads/{lead.pk}/?before={page.context['before'].replace('+', '%2B')}")
    assert len(earlier.context["timeline"].entries) == 12
