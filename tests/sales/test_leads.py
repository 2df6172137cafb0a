"""Leads: who sees them, what they are found by, who gets them, and the clock of acceptance."""

from __future__ import annotations

import datetime
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from guanxi.crm.kernel import protection
from guanxi.crm.kernel.calendar import WorkingCalendar
from guanxi.crm.kernel.errors import StaleError
from guanxi.crm.kernel.protection import SYSTEM
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.notices.models import Notice
from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import institution_tree, standing_of
from guanxi.crm.party.models import ContactPoint, PartyIdentifier, SearchToken
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.leads import conversion, folding, giving, services
from guanxi.crm.sales.leads.assigning import WAYS, Asked, Taker, choose
from guanxi.crm.sales.leads.clock import Hours, after_working
from guanxi.crm.sales.leads.duplicates import twins_of
from guanxi.crm.sales.leads.scoring import parts_of
from guanxi.crm.sales.models import AssignmentRule, Lead, LeadEvent, LeadStep, ScoringRule
from guanxi.keyring import keyring
from guanxi.warehouse.publish.search.query import query_tokens
from tests.sales.leads import details, lead_in

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


def scope_of(staff: Staff, verb: Verb = Verb.SEE) -> Scope:
    return standing_of(staff, version=2, today=timezone.localdate()).scopes[verb]


@pytest.fixture
def some(cast):
    """Leads in pools and with managers of several institutions, of both kinds, each changed once."""
    for place, manager in (
        ("B11", None),
        ("B11", "1111"),
        ("B11", "1112"),
        ("B12", "1121"),
        ("B21", "1211"),
        ("B0", None),
    ):
        for kind in ("person", "organisation"):
            lead_in(place, f"{place}{manager}{kind}", manager=manager, kind=kind)
    Lead.objects.update(city="杭州")
    return cast


def test_query_and_database_agree_about_leads_for_everybody(some):
    walls = [Scope("1101", retail=Scope.of_institutions("", ["B1", "B11", "B12"]).retail)]
    walls.append(Scope("1112", managers=("1112", "1121"), supported=(some.outside.id,)))
    counts = set()
    for scope in [*(scope_of(one) for one in some.people.values()), *walls, Scope.nothing()]:
        for model in (Lead, LeadEvent, LeadStep):
            by_engine = set(model.objects.visible_to(scope).values_list("pk", flat=True))
            with protection.entered(scope), connection.cursor() as cursor:
                cursor.execute(f"SELECT {model._meta.pk.column} FROM {model._meta.db_table}")
                assert {row[0] for row in cursor.fetchall()} == by_engine, (model, scope)
            counts.add((model, len(by_engine)))
    assert {many for model, many in counts if model is Lead} >= {0, 2, 4, 8, 12}
    with (
        protection.entered(scope_of(some.zhu)),
        pytest.raises(ProgrammingError, match="row-level"),
        transaction.atomic(),
    ):
        Lead.objects.create(key=uuid4(), name="x", name_folded="x", kind="person", institution_id="B11", source="hand")


def test_a_lead_is_found_by_the_tokens_by_which_customers_are(cast):
    mobile = ContactPoint.objects.get(party_id=cast.person.id, kind="mobile").value
    number = PartyIdentifier.objects.get(party_id=cast.person.id, kind="resident_id").number
    tokens = set(SearchToken.objects.filter(party_id=cast.person.id).values_list("token", flat=True))
    assert folding.phone_token(f"+86 {mobile[:3]}-{mobile[3:7]} {mobile[7:]}") in tokens
    assert folding.identifier_token(number.lower()) in tokens
    exact = {token for one in query_tokens(mobile).lookups for token in one.tokens}
    assert folding.phone_token(mobile) in exact
    assert folding.tokens_for("1")[0].startswith(f"x{keyring().active.id}:")


def test_twins_are_told_within_the_scope_and_not_beyond_it(cast):
    mobile = ContactPoint.objects.get(party_id=cast.person.id, kind="mobile").value
    other = lead_in("B11", "李四", manager="1111", phone=mobile)
    lead_in("B21", "李四", manager="1211", phone=mobile)
    seen = twins_of(scope_of(cast.ai), name=cast.person.name, phone=mobile)
    assert [(one.number, one.by) for one in seen] == [
        (cast.person.id, ("phone", "name")), (str(other.pk), ("phone",)),
    ]  # fmt: skip
    assert [one.is_certain for one in twins_of(scope_of(cast.bo), name=cast.person.name)] == [False]
    outside = twins_of(scope_of(cast.zhu), name=cast.person.name, phone=mobile)
    assert not [one for one in outside if one.is_customer]
    assert len(outside) == 1
    assert len(twins_of(scope_of(cast.he), name="李 四", phone=mobile)) == 3


def test_asked_for_twice_a_lead_is_made_once_and_another_keeps_its_key(cast):
    key = uuid4()
    first = services.take_in_lead(key=key, by="1111", details=details(), institution_id="B11", manager_id="1111")
    again = services.take_in_lead(key=key, by="1111", details=details("其他"), institution_id="B11")
    assert (first.made, again.made, again.lead.pk) == (True, False, first.lead.pk)
    with pytest.raises(SalesError):
        services.take_in_lead(key=key, by="1112", details=details(), institution_id="B11")
    assert Lead.objects.get().name == "张三"


def test_nobody_overwrites_unawares_and_what_stood_there_is_kept_sealed(cast):
    lead = lead_in("B11", manager="1111", phone="13800001111")
    scope = scope_of(cast.ai, Verb.EDIT)
    services.change_lead(
        scope=scope, by="1111", lead_id=lead.pk, version=1, details=details("张三丰", phone="13800002222")
    )
    with pytest.raises(StaleError) as stale:
        services.change_lead(scope=scope, by="1111", lead_id=lead.pk, version=1, details=details("张无忌"))
    assert stale.value.current.name == "张三丰"
    event = LeadEvent.objects.filter(pgh_obj_id=lead.pk).order_by("pgh_id")[0]
    assert (event.name, event.version, event.phone) == ("张三", 1, "13800001111")
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM sales_lead UNION ALL SELECT phone FROM sales_leadevent")
        assert all(b"1380000" not in bytes(row[0]) for row in cursor.fetchall())
    with pytest.raises(Lead.DoesNotExist):
        services.close_lead(scope=scope_of(cast.zhu), by="1211", lead_id=lead.pk, version=2, closing="unfit")


def test_a_score_is_what_its_rules_add_up_to(cast):
    ScoringRule.objects.update(is_active=False)
    for position, (criterion, value, points) in enumerate(
        (
            ("source", "referral", 30),
            ("amount", "500000", 50),
            ("industry", "39,40", 15),
            ("phone", "", 20),
            ("city", "杭州", -10),
        )
    ):
        rule = ScoringRule(
            criterion=criterion, value=value, points=points, name_zh=criterion, name_en=criterion, position=position
        )
        rule.full_clean()
        rule.save()
    lead = lead_in("B11", source="referral", amount=500_000, industry_code="C3912", phone="13800001111", city="杭州市")
    assert lead.score == 100  # 105, no more than a hundred
    assert sum(part.rule.points for part in parts_of(lead.pk) if part.holds) == 105
    assert lead_in("B11", source="event", industry_code="4012").score == 15
    assert lead_in("B11", source="event", city="杭州").score == 0
    with pytest.raises(Exception, match="39,40"):
        ScoringRule(criterion="industry", value="390", points=1, name_zh="x", name_en="x").full_clean()


def test_rules_give_leads_by_turns_by_product_and_in_their_city(cast):
    tree = institution_tree(2)
    for number in range(4):
        lead_in("B1", f"轮{number}")
    numbers = list(Lead.objects.values_list("pk", flat=True))
    AssignmentRule.objects.exclude(way="round_robin").update(is_active=False)
    given = giving.assign_by_rules(scope=SYSTEM, by=None, lead_ids=numbers, tree=tree)
    assert (given.given, given.left) == (4, 0)
    shared = sorted(Lead.objects.values_list("manager_id", flat=True))
    assert set(shared) == {"1111", "1112", "1121"}
    assert Lead.objects.filter(state="assigned", accept_by__isnull=False).count() == 4
    AssignmentRule.objects.update(is_active=True)
    won = lead_in("B11", product="loan", manager="1112")
    Lead.objects.filter(pk=won.pk).update(state="prospect")
    asks, far = lead_in("B0", product="loan"), lead_in("B0", city="宁波市")
    giving.assign_by_rules(scope=SYSTEM, by=None, lead_ids=[asks.pk, far.pk], tree=tree)
    assert Lead.objects.get(pk=asks.pk).manager_id == "1112"
    assert Lead.objects.get(pk=far.pk).manager_id in ("1211", "1221")
    giving.LeadSetup.objects.update(most_open=0)
    full = lead_in("B11")
    assert giving.assign_by_rules(scope=SYSTEM, by=None, lead_ids=[full.pk], tree=tree).left == 1


def test_nobody_gives_beyond_their_institutions(cast):
    inside, outside = lead_in("B11"), lead_in("B21")
    scope = scope_of(cast.bo, Verb.ASSIGN)
    given = giving.assign_leads(scope=scope, by="1101", lead_ids=[inside.pk, outside.pk], to="1111")
    assert (given.given, given.left) == (1, 1)
    with pytest.raises(SalesError):
        giving.assign_leads(scope=scope, by="1101", lead_ids=[inside.pk], to="1211")
    steps = LeadStep.objects.filter(lead=inside).order_by("id").values_list("kind", "by_id", "taker_id")
    assert list(steps) == [("made", None, None), ("assigned", "1101", "1111")]


def test_the_clock_tells_once_then_takes_back(cast):
    lead = lead_in("B11")
    giving.assign_leads(scope=scope_of(cast.bo, Verb.ASSIGN), by="1101", lead_ids=[lead.pk], to="1111")
    lead.refresh_from_db()
    first, how = lead.accept_by, giving.setup()
    second = giving.deadline(first, how, how.recycle_hours)
    assert giving.tend(first - datetime.timedelta(minutes=1)) == giving.Tended(0, 0)
    assert giving.tend(first) == giving.Tended(1, 0)
    assert giving.tend(first) == giving.Tended(0, 0)
    told = Notice.objects.order_by("id").values_list("to", "kind", "facts")
    assert list(told) == [("1111", "leads_given", {"number": 1}), ("1101", "leads_overdue", {"number": 1})]
    assert giving.accept_leads(scope=scope_of(cast.qian), by="1112", lead_ids=[lead.pk]) == 0
    assert giving.tend(second) == giving.Tended(0, 1)
    lead.refresh_from_db()
    assert (lead.state, lead.manager_id, lead.recycled) == ("pool", None, 1)
    kinds = list(LeadStep.objects.filter(lead=lead).order_by("id").values_list("kind", flat=True))
    assert kinds == ["made", "assigned", "escalated", "recycled"]
    mine = lead_in("B11", manager="1112")
    Staff.objects.filter(pk="1112").update(left_on=timezone.localdate())
    assert giving.tend().recycled == 1
    assert Lead.objects.get(pk=mine.pk).state == "pool"


def test_a_prospect_becomes_the_customer_who_has_its_number(cast):
    number = PartyIdentifier.objects.get(party_id=cast.person.id, kind="resident_id").number
    mobile = ContactPoint.objects.get(party_id=cast.outside.id, kind="mobile").value
    by_number = lead_in("B11", "别名", manager="1111", identifier=number)
    by_both = lead_in("B21", cast.outside.name, manager="1211", phone=mobile)
    by_phone = lead_in("B21", "同机异名", manager="1211", phone=mobile)
    for lead, staff in ((by_number, cast.ai), (by_both, cast.zhu), (by_phone, cast.zhu)):
        conversion.convert_lead(scope=scope_of(staff, Verb.EDIT), by=staff.id, lead_id=lead.pk, version=1)
    assert conversion.link_prospects() == 2
    found = dict(Lead.objects.values_list("pk", "party_id"))
    assert found == {by_number.pk: cast.person.id, by_both.pk: cast.outside.id, by_phone.pk: None}
    assert conversion.link_prospects() == 0


# The clock


def _calendar(days: set[datetime.date]) -> WorkingCalendar:
    return WorkingCalendar(holidays=frozenset(days))


FIRST, LAST = datetime.date(2026, 1, 1), datetime.date(2026, 12, 1)


@given(
    day=st.dates(FIRST, LAST),
    minute=st.integers(0, 1_439),
    minutes=st.integers(0, 3_000),
    free=st.sets(st.dates(FIRST, LAST), max_size=12),
    zone=st.sampled_from(("Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo")),
)
def test_the_working_clock_agrees_with_counting_minutes(day, minute, minutes, free, zone):
    hours = Hours(datetime.time(9), datetime.time(17, 30))
    with timezone.override(zone):
        begin = timezone.make_aware(datetime.datetime.combine(day, datetime.time(minute // 60, minute % 60)))
        end = after_working(begin, datetime.timedelta(minutes=minutes), calendar=_calendar(free), hours=hours)
        at, left = begin.astimezone(datetime.UTC), minutes
        step = datetime.timedelta(minutes=1)
        while left or not _is_open(at, free, hours):
            left -= _is_open(at, free, hours)
            at += step
            if left == 0 and minutes:
                break
        assert end == at, (end, at)


def _is_open(at: datetime.datetime, free: set[datetime.date], hours: Hours) -> bool:
    local = timezone.localtime(at)
    return _calendar(free).is_working_day(local.date()) and hours.opens <= local.time() < hours.closes


WANTS = st.tuples(
    st.sampled_from(("person", "organisation")), st.sampled_from(("", "杭州", "宁波")), st.sampled_from(("", "loan"))
)
HAS = st.tuples(
    st.sampled_from(("杭州", "宁波市")), st.integers(0, 5), st.one_of(st.none(), st.integers(0, 5)), st.booleans()
)


@given(leads=st.lists(WANTS, max_size=30), people=st.lists(HAS, max_size=5), way=st.sampled_from(sorted(WAYS)))
def test_no_way_gives_beyond_room_or_line(leads, people, way):
    takers = [
        Taker(
            f"{number}",
            "B",
            frozenset({"person", "organisation"} if both else {"person"}),
            city=city,
            open=has,
            most=most,
        )
        for number, (city, has, most, both) in enumerate(people)
    ]
    for number, (kind, city, product) in enumerate(leads):
        fitting = [one.staff_id for one in takers if kind in one.kinds and one.room != 0]
        taker = choose(Asked(number, kind, "B", city, product), takers, WAYS[way])
        assert taker is None or taker.staff_id in fitting
        assert taker is not None or not fitting or way in ("territory", "product")
    assert all(
        one.most is None or one.open <= max(one.most, has)
        for one, (_c, has, _m, _b) in zip(takers, people, strict=True)
    )
