"""Events: every one is met once, newest first; filters narrow as they say; the spreadsheet holds the same."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.timezone import localtime
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.crm.holding.event_queries import EventFilter, EventKey, event_page
from guanxi.crm.holding.models import Agreement, Event
from guanxi.crm.kernel.scope import Scope
from tests.cast.bank import DAY
from tests.taking import book_of, taken

pytestmark = pytest.mark.django_db
EVERYTHING = Scope.everything("1002")


def many(party_id: str, number: int) -> None:
    """More events, several of them in the same second."""
    held = Agreement.objects.filter(party_id=party_id).first()
    assert held
    zone = datetime.timezone(datetime.timedelta(hours=8))
    Event.objects.bulk_create(
        Event(
            event_date=DAY - datetime.timedelta(days=place // 7),
            event_id=f"W{place:05d}",
            night=DAY,
            party_id=party_id,
            agreement_id=held.id,
            event_time=datetime.datetime(2026, 11, 20, 10, 0, tzinfo=zone) - datetime.timedelta(days=place // 7),
            kind=("salary", "fee")[place % 2],
            direction="CD"[place % 2],
            amount=Decimal(place),
            currency="CNY",
            channel=("mobile", "counter", "batch")[place % 3],
            memo="",
        )
        for place in range(number)
    )


def walk(which: EventFilter | None, party_id: str, limit: int) -> list[str]:
    """Every event of a party, page after page."""
    found: list[str] = []
    after: EventKey | None = None
    while True:
        page = event_page(EVERYTHING, party_id, which=which, after=after, limit=limit)
        found += [row.id for row in page.rows]
        if page.next is None:
            return found
        assert len(page.rows) == limit
        after = EventKey.decode(page.next.encode())
        assert after == page.next


filters = st.builds(
    EventFilter,
    kind=st.sampled_from(["", "salary", "fee", "purchase"]),
    channel=st.sampled_from(["", "mobile", "counter"]),
    direction=st.sampled_from(["", "C", "D"]),
    least=st.one_of(st.none(), st.integers(0, 50).map(Decimal)),
    most=st.one_of(st.none(), st.integers(20, 90_000).map(Decimal)),
    since=st.one_of(st.none(), st.dates(datetime.date(2026, 10, 20), DAY)),
    until=st.one_of(st.none(), st.dates(datetime.date(2026, 10, 20), DAY)),
)


def kept(event: Event, which: EventFilter) -> bool:
    """Whether a filter lets an event through, said in Python."""
    day = localtime(event.event_time).date()
    return (
        which.kind in ("", event.kind)
        and which.channel in ("", event.channel)
        and which.direction in ("", event.direction)
        and (which.least is None or event.amount >= which.least)
        and (which.most is None or event.amount <= which.most)
        and (which.since is None or day >= which.since)
        and (which.until is None or day <= which.until)
    )


@given(which=filters, limit=st.integers(1, 60))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_pages_by_key_meet_every_event_once_in_order(cast, which, limit):
    if not Event.objects.filter(event_id="W00000").exists():
        many(cast.person.id, 60)
    events = [event for event in Event.objects.filter(party_id=cast.person.id) if kept(event, which)]
    events.sort(key=lambda event: (event.event_time, event.event_id), reverse=True)
    assert walk(which, cast.person.id, limit) == [event.event_id for event in events]


def test_the_screen_turns_its_pages_by_links(cast, sign_in):
    many(cast.person.id, 120)
    client = sign_in(cast.ai)
    address, seen = reverse("customer-events", args=[cast.person.id]), []
    while True:
        page = client.get(address).context["page"]
        seen += [row.id for row in page.rows]
        if page.next is None:
            break
        address = reverse("customer-events", args=[cast.person.id]) + f"?after={page.next.encode()}"
    assert len(seen) == len(set(seen)) == Event.objects.filter(party_id=cast.person.id).count()


@pytest.mark.parametrize("word", ["x", "%00", "bm90IGEga2V5", "MjAyNi0xMS0yMHx8", ""])
def test_a_key_that_is_none_begins_at_the_newest(cast, sign_in, word):
    client = sign_in(cast.ai)
    page = client.get(reverse("customer-events", args=[cast.person.id]), {"after": word})
    assert page.status_code == 200
    assert page.context["first_page"]


def test_what_a_filter_cannot_read_is_said_and_narrows_nothing(cast, sign_in):
    client = sign_in(cast.ai)
    address = reverse("customer-events", args=[cast.person.id])
    page = client.get(address, {"least": "many", "since": "yesterday", "kind": "salary"})
    assert set(page.context["form"].errors) == {"least", "since"}
    assert {row.kind for row in page.context["page"].rows} <= {"salary"}


def test_the_list_alone_is_a_fragment_of_the_page(cast, sign_in):
    client = sign_in(cast.ai)
    address = reverse("customer-events", args=[cast.person.id])
    part = client.get(address, headers={"HX-Request-Type": "partial", "HX-Target": "div#events"})
    assert part.text.strip().startswith('<div id="events"')
    assert part.text.strip() in client.get(address).text


def test_the_spreadsheet_holds_the_events_that_the_filter_lets_through(cast, sign_in):
    client = sign_in(cast.ai, "en")
    Event.objects.filter(party_id=cast.person.id).update(memo="=1+1")
    book = book_of(taken(client, "events", f"customer={cast.person.id}&direction=D"))
    sheet = book.worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    events = Event.objects.filter(party_id=cast.person.id, direction="D").order_by("-event_time", "-event_id")
    assert [row[12] for row in rows[1:]] == [event.event_id for event in events]
    assert [Decimal(str(row[2])) for row in rows[1:]] == [-event.amount for event in events]
    assert sheet.cell(2, 10).value == "=1+1"
    assert sheet.cell(2, 10).data_type == "s"
