"""Calendar files: what is read of one and what is not, against icalendar; what a subscription tells, and to whom."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from guanxi.crm.contact.calendar_services import answer_invitation
from guanxi.crm.contact.feed_services import feed_of, make_secret, revoke_secret
from guanxi.crm.contact.ics_reading import Fate, import_entries, read_file
from guanxi.crm.contact.models import Appointment, FeedSecret, Series
from guanxi.crm.kernel.logs import without_secrets
from guanxi.crm.kernel.recurrence import wall_of
from guanxi.crm.org.models import Staff
from guanxi.crm.party.models import Party
from tests.contact.planned import make, planned, scope_of

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
YEAR = timezone.now().year + 1


def file_of(*events: str) -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\r\n{one.strip()}\r\nEND:VEVENT\r\n".replace("\n", "\r\n").replace("\r\r", "\r") for one in events
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n".encode()


def test_each_entry_has_its_fate_before_anything_is_written(cast):
    found = read_file(
        file_of(
            f"UID:one\nDTSTART:{YEAR}0301T010000Z\nDTEND:{YEAR}0301T020000Z\nSUMMARY:Ein Termin",
            f"UID:day\nDTSTART;VALUE=DATE:{YEAR}0302\nDTEND;VALUE=DATE:{YEAR}0304\nSUMMARY:Two days",
            f"UID:zone\nDTSTART;TZID=America/New_York:{YEAR}0701T090000\nDURATION:PT45M\nSUMMARY:New York",
            f"UID:float\nDTSTART:{YEAR}0701T090000\nSUMMARY:Floating",
            "UID:past\nDTSTART:20200101T010000Z\nSUMMARY:Past",
            "UID:endless\nDTSTART:20200106T010000Z\nRRULE:FREQ=WEEKLY\nSUMMARY:Since long",
            f"UID:gone\nDTSTART:{YEAR}0301T010000Z\nSTATUS:CANCELLED\nSUMMARY:Gone",
            f"UID:often\nDTSTART:{YEAR}0301T010000Z\nRRULE:FREQ=HOURLY\nSUMMARY:Hourly",
            f"UID:back\nDTSTART:{YEAR}0301T010000Z\nDTEND:{YEAR}0301T000000Z\nSUMMARY:Back",
            "UID:never\nSUMMARY:No time",
            f"UID:alone\nRECURRENCE-ID:{YEAR}0301T010000Z\nDTSTART:{YEAR}0301T010000Z\nSUMMARY:Alone",
        ),
        staff_id=cast.ai.id,
    )
    fates = {one.uid: one.fate for one in found.entries}
    assert {uid for uid, fate in fates.items() if fate is Fate.NEW} == {"one", "day", "zone", "float", "endless"}
    assert {uid for uid, fate in fates.items() if fate is Fate.OVER} == {"past", "gone"}
    assert {uid for uid, fate in fates.items() if fate is Fate.UNREADABLE} == {"often", "back", "never", "alone"}
    assert all(one.why for one in found.of(Fate.UNREADABLE))
    by_uid = {one.uid: one.planned for one in found.entries}
    assert (by_uid["day"].all_day, by_uid["day"].minutes) == (True, 2_880)
    assert (by_uid["zone"].zone, by_uid["zone"].minutes) == ("America/New_York", 45)
    assert wall_of(by_uid["float"].starts_at, "Asia/Shanghai").hour == 9
    assert not Appointment.objects.exists()
    for rubbish in (b"", b"hello", b"\xff\xfe", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", b"x" * 400_000):
        assert read_file(rubbish, staff_id=cast.ai.id).problem


def test_a_series_comes_in_with_its_exceptions_and_once(cast):
    data = file_of(
        f"UID:week\nDTSTART;TZID=Europe/Berlin:{YEAR}0308T093000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=6\n"
        f"EXDATE;TZID=Europe/Berlin:{YEAR}0315T093000\nSUMMARY:Jour fixe",
        f"UID:week\nRECURRENCE-ID;TZID=Europe/Berlin:{YEAR}0322T093000\nDTSTART;TZID=Europe/Berlin:{YEAR}0323T140000\n"
        "DURATION:PT1H\nSUMMARY:Jour fixe (moved)",
        f"UID:week\nRECURRENCE-ID;TZID=Europe/Berlin:{YEAR}0329T093000\nDTSTART;TZID=Europe/Berlin:{YEAR}0329T093000\n"
        "STATUS:CANCELLED\nSUMMARY:x",
    )
    found = read_file(data, staff_id=cast.ai.id)
    done = import_entries(scope=scope_of(cast.ai), by=cast.ai.id, found=found.entries)
    assert (done.entries, done.appointments, done.refused) == (1, 4, ())
    rows = Appointment.objects.filter(state="planned").order_by("starts_at")
    walls = [(f"{wall_of(one.starts_at, 'Europe/Berlin'):%m-%d %H:%M}", one.title) for one in rows]
    assert walls == [
        ("03-08 09:30", "Jour fixe"), ("03-23 14:00", "Jour fixe (moved)"), ("04-05 09:30", "Jour fixe"),
        ("04-12 09:30", "Jour fixe"),
    ]  # fmt: skip
    again = read_file(data, staff_id=cast.ai.id)
    assert [one.fate for one in again.entries] == [Fate.KNOWN]
    assert import_entries(scope=scope_of(cast.ai), by=cast.ai.id, found=found.entries).entries == 0
    assert (Series.objects.count(), Appointment.objects.count()) == (1, 6)
    assert read_file(data, staff_id=cast.qian.id).of(Fate.NEW), "somebody else has not got it yet"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=60).filter(str.strip),
    st.datetimes(datetime.datetime(YEAR, 1, 1), datetime.datetime(YEAR + 3, 12, 31)),  # noqa: DTZ001
    st.integers(1, 4_000),
    st.sampled_from(("Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe")),
    st.sampled_from(("", "FREQ=DAILY;COUNT=3", "FREQ=MONTHLY;BYDAY=-1FR")),
)
def test_what_icalendar_writes_is_read_as_it_was_meant(db, title, start, minutes, zone, rule):
    begin = start.replace(second=0, microsecond=0, tzinfo=ZoneInfo(zone))
    event, calendar = Event(), Calendar()
    event.add("uid", "u")
    event.add("summary", title)
    event.add("dtstart", begin)
    event.add("duration", datetime.timedelta(minutes=minutes))
    if rule:
        event["RRULE"] = Event.from_ical(f"BEGIN:VEVENT\r\nRRULE:{rule}\r\nEND:VEVENT\r\n")["RRULE"]
    calendar.add("version", "2.0")
    calendar.add("prodid", "x")
    calendar.add_component(event)
    (one,) = read_file(calendar.to_ical(), staff_id="nobody").entries
    assert one.fate is Fate.NEW, one.why
    assert one.planned.starts_at == begin.astimezone(datetime.UTC)
    assert (one.planned.minutes, one.planned.zone, one.planned.title) == (minutes, zone, title.strip())
    assert set(one.rule.split(";")) == set(rule.split(";"))


def entries_of(body: bytes) -> dict[str, Event]:
    return {str(one["SUMMARY"]): one for one in Calendar.from_ical(body).walk("VEVENT")}


def test_a_subscription_tells_no_more_than_may_leave_the_house(cast, client):
    make(
        cast.ai,
        planned(kind="visit", title="Deposit 6222021234567890123", text="Secret", place="Here"),
        party=cast.person,
    )
    make(cast.ai, planned(2, title="Call 13857100000 about the room", guests=(cast.qian.id,)))
    secret = make_secret(staff_id=cast.ai.id, language="en")
    answer = client.get(f"/calendar/feed/{secret}.ics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    found = entries_of(answer.content)
    assert set(found) == {f"Visit {cast.person.name[0]}**", "Call 138***00 about the room"}
    text = answer.content.decode()
    for hidden in (cast.person.name, "6222021234567890123", "13857100000", "Secret", "Here", cast.qian.name):
        assert hidden not in text
    assert bytes(FeedSecret.objects.get().digest) != secret.encode()
    assert secret not in str(FeedSecret.objects.values())
    # Whoever is asked shows the time of what they may not see; a customer handed on is gone from it.
    Party.objects.filter(pk=cast.person.id).update(manager_id=cast.qian.id)
    assert "Busy" in entries_of(client.get(f"/calendar/feed/{secret}.ics").content)
    qian = make_secret(staff_id=cast.qian.id, language="zh-hans")
    invited = entries_of(client.get(f"/calendar/feed/{qian}.ics").content)["Call 138***00 about the room"]
    assert str(invited["STATUS"]) == "TENTATIVE"
    answer_invitation(by=cast.qian.id, appointment_id=Appointment.objects.get(kind="meeting").pk, answer="declined")
    assert not entries_of(client.get(f"/calendar/feed/{qian}.ics").content)


def test_a_secret_opens_one_calendar_until_it_is_revoked(cast, client):
    first = make_secret(staff_id=cast.ai.id, language="en")
    assert client.get(f"/calendar/feed/{first}.ics").status_code == 200
    assert FeedSecret.objects.get().used_at
    second = make_secret(staff_id=cast.ai.id, language="en")
    for wrong in (first, second[:-1], second.swapcase(), "x" * 43, "x", "x" * 500):
        assert client.get(f"/calendar/feed/{wrong}.ics").status_code == 404, wrong
    assert feed_of(second).staff_id == cast.ai.id
    assert second not in without_secrets(f"Not Found: /calendar/feed/{second}.ics")
    Staff.objects.filter(pk=cast.ai.id).update(is_active=False)
    assert client.get(f"/calendar/feed/{second}.ics").status_code == 404
    Staff.objects.filter(pk=cast.ai.id).update(is_active=True)
    assert revoke_secret(staff_id=cast.ai.id)
    assert not revoke_secret(staff_id=cast.ai.id)
    assert client.get(f"/calendar/feed/{second}.ics").status_code == 404
