"""The work of the demo bank's managers: believable, within working hours, made once."""

from __future__ import annotations

import pytest
from django.db.models import F
from django.utils import timezone

from guanxi.commands.demo_calendar import make_calendars
from guanxi.commands.demo_leads import make_leads
from guanxi.commands.demo_work import make_work
from guanxi.crm.contact.models import Activity, Appointment, Task
from guanxi.crm.sales.leads.folding import looks_like_a_phone
from guanxi.crm.sales.models import Lead
from guanxi.crm.workdays.queries import working_calendar
from tests.web.conftest import sign_in

__all__ = ["sign_in"]


@pytest.mark.django_db
def test_weeks_of_work_are_made_once_and_make_sense(cast, sign_in):
    now, calendar = timezone.now(), working_calendar()
    activities, tasks = make_work(now=now, calendar=calendar)
    assert activities == Activity.objects.count() >= 20
    assert tasks == Task.objects.count() >= 20
    for one in Activity.objects.select_related("outcome", "party"):
        at = timezone.localtime(one.at)
        assert one.at < now
        assert calendar.is_working_day(at.date())
        assert 9 <= at.hour < 17
        assert one.staff_id == one.party.manager_id
        assert one.outcome is None or one.outcome.kind == one.kind
        assert one.text or one.outcome.result == "not_reached"
    assert not Task.objects.filter(due_on__lt=F("made_at__date")).exists()
    assert not Task.objects.filter(done_at__gt=now).exists()
    assert {"follow_up", "hand"} <= set(Task.objects.values_list("source", flat=True))
    assert {"open", "done"} == set(Task.objects.values_list("state", flat=True))
    assert all(calendar.is_working_day(one.due_on) for one in Task.objects.all())
    assert make_work(now=now, calendar=calendar) == (0, 0)
    assert "<tr data-row>" in sign_in(cast.ai).get("/tasks/").text


@pytest.mark.django_db
def test_leads_are_made_once_and_make_sense(cast, sign_in):
    now = timezone.now()
    made = make_leads(now=now)
    assert made == Lead.objects.count() >= 40
    assert {"pool", "assigned", "accepted", "closed"} <= set(Lead.objects.values_list("state", flat=True))
    assert Lead.objects.values("source").distinct().count() >= 5
    for one in Lead.objects.prefetch_related("steps"):
        steps = sorted(one.steps.all(), key=lambda step: step.at)
        assert steps[0].kind == "made"
        assert steps[-1].at <= now
        assert looks_like_a_phone(one.phone)
        assert one.score > 0
    assert make_leads(now=now) == 0
    assert "<tr data-row>" in sign_in(cast.ai).get("/leads/").text


@pytest.mark.django_db
def test_calendars_are_made_once_and_make_sense(cast, sign_in):
    now, calendar = timezone.now(), working_calendar()
    assert make_calendars(now=now, calendar=calendar) == Appointment.objects.count() >= 40
    visits = Appointment.objects.filter(kind="visit").select_related("party", "activity")
    assert len(visits) >= 10
    for one in visits:
        at = timezone.localtime(one.starts_at)
        assert calendar.is_working_day(at.date())
        assert 9 <= at.hour < 17
        assert one.staff_id == one.party.manager_id
        assert (one.state == "done") is (one.activity_id is not None)
        assert one.state == "planned" or one.starts_at < now
        assert one.activity is None or (one.activity.at, one.activity.party_id) == (one.starts_at, one.party_id)
    assert not Appointment.objects.exclude(attendances__answer="own").exists()
    meeting = Appointment.objects.filter(series__isnull=False).first()
    assert meeting.bookings.count() == 1
    assert make_calendars(now=now, calendar=calendar) == 0
    page = sign_in(cast.ai, language="en").get("/plans/?view=month").text
    assert "gp-days" in page
    assert sign_in(cast.bo).get("/plans/board/").status_code == 200
