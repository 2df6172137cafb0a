"""Consent as it is kept: events that stay, the state beside them, lists that agree with single answers, merges."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.crm.consent.codes import CONTACT_CHANNELS, Channel, Decision, How, LimitKind, Purpose, Why, channels_of
from guanxi.crm.consent.models import ConsentEvent, ConsentState, ConsentText, Limit
from guanxi.crm.consent.queries import contact_ban, contactable, may_contact
from guanxi.crm.consent.services import (
    ConsentError,
    Evidence,
    merge_consents,
    rebuild_states,
    record_consent,
    withdraw_consent,
)
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.models import Party

pytestmark = pytest.mark.django_db
FORM = Evidence(how=How.FORM, reference="F-2026-0001", staff_id="1111")
EVERYTHING = Scope.everything("1002")


def give(party_id: str, purpose: str = Purpose.MARKETING, channels=(Channel.PHONE,), **more):
    return record_consent(party_id=party_id, purpose=purpose, channels=channels, evidence=FORM, **more)


def take(party_id: str, *, purposes=tuple(Purpose), channels=None, **more):
    evidence = Evidence(how=How.BRANCH, staff_id="1111")
    return withdraw_consent(party_id=party_id, purposes=purposes, channels=channels, evidence=evidence, **more)


@contextmanager
def undone():
    """Whatever is written inside is taken back, so that each example begins with nothing."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def days_ago(days: int) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=days)


def test_nothing_said_means_no_and_consent_is_of_one_purpose_and_channel(cast):
    who = cast.person.id
    assert may_contact(who, Purpose.MARKETING, Channel.PHONE).why is Why.NOT_ASKED
    give(who)
    assert may_contact(who, Purpose.MARKETING, Channel.PHONE).allowed
    assert not may_contact(who, Purpose.MARKETING, Channel.SMS).allowed
    assert not may_contact(who, Purpose.SURVEY, Channel.PHONE).allowed
    assert not may_contact(cast.company.id, Purpose.MARKETING, Channel.PHONE).allowed


def test_a_wrong_question_is_no_permission(cast):
    give(cast.person.id, Purpose.PROFILING, channels=())
    assert may_contact(cast.person.id, Purpose.PROFILING).allowed
    for purpose, channel in ((Purpose.PROFILING, Channel.PHONE), (Purpose.MARKETING, Channel.ANY), ("sell", "phone")):
        with pytest.raises(ValueError, match=str(purpose)):
            may_contact(cast.person.id, purpose, channel)


def test_a_withdrawal_wins_everywhere_at_once(cast):
    who = cast.person.id
    give(who, channels=CONTACT_CHANNELS)
    give(who, Purpose.PROFILING, channels=())
    take(who)
    for purpose in Purpose:
        for channel in channels_of(purpose):
            assert may_contact(who, purpose, channel).why is Why.WITHDRAWN
    assert contact_ban(EVERYTHING, who).everywhere


def test_an_older_form_entered_late_does_not_undo_a_withdrawal(cast):
    who = cast.person.id
    take(who, said_on=days_ago(2))
    give(who, said_on=days_ago(9))
    assert may_contact(who, Purpose.MARKETING, Channel.PHONE).why is Why.WITHDRAWN
    give(who, said_on=days_ago(2))
    assert may_contact(who, Purpose.MARKETING, Channel.PHONE).why is Why.WITHDRAWN, "of the same day the withdrawal"
    give(who, said_on=days_ago(1))
    assert may_contact(who, Purpose.MARKETING, Channel.PHONE).allowed
    assert ConsentEvent.objects.filter(party_id=who, decision=Decision.GIVEN).count() == 3


def test_consent_ends_by_itself(cast):
    who, today = cast.person.id, timezone.localdate()
    give(who, valid_until=today)
    assert may_contact(who, Purpose.MARKETING, Channel.PHONE).allowed
    answer = may_contact(who, Purpose.MARKETING, Channel.PHONE, on=today + datetime.timedelta(days=1))
    assert (answer.allowed, answer.why) == (False, Why.EXPIRED)


def test_what_was_said_cannot_be_changed_or_taken_away_by_anybody(cast):
    event = give(cast.person.id)[0]
    table, texts = ConsentEvent._meta.db_table, ConsentText._meta.db_table
    for statement in (
        f"update {table} set decision = 'withdrawn' where id = {event.pk}",
        f"delete from {table} where id = {event.pk}",
        f"update {texts} set text_en = 'anything'",
        f"delete from {texts} where version = 9 or true",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert ConsentEvent.objects.get(pk=event.pk).decision == Decision.GIVEN


def test_consent_without_evidence_text_or_channel_is_none(cast):
    for fault in (
        lambda: record_consent(
            party_id=cast.person.id, purpose=Purpose.SURVEY, channels=["sms"], evidence=Evidence(how=How.FORM)
        ),
        lambda: give(cast.person.id, channels=()),
        lambda: give(cast.person.id, channels=("sms", "pigeon")),
        lambda: give(cast.person.id, said_on=datetime.date(2019, 1, 1)),
        lambda: give(cast.person.id, said_on=days_ago(-1)),
        lambda: give(cast.person.id, valid_until=days_ago(1)),
    ):
        with pytest.raises(ConsentError):
            fault()
    assert not ConsentEvent.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        ConsentEvent.objects.create(
            party_id=cast.person.id,
            purpose=Purpose.SURVEY,
            channel=Channel.SMS,
            decision=Decision.GIVEN,
            said_at=timezone.now(),
            how=How.FORM,
            batch="00000000-0000-0000-0000-000000000001",
        )


ACTS = st.lists(
    st.tuples(
        st.booleans(),
        st.sampled_from([Purpose.MARKETING, Purpose.PROFILING]),
        st.sampled_from(CONTACT_CHANNELS[:2]),
        st.integers(0, 3),
        st.sampled_from([None, 0, 5]),
    ),
    max_size=6,
)
EXAMPLES = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def play(party_id: str, acts) -> None:
    for giving, purpose, channel, ago, lasts in acts:
        day = days_ago(ago)
        if giving:
            until = None if lasts is None else day + datetime.timedelta(days=lasts)
            give(party_id, purpose, (channel,), said_on=day, valid_until=until)
        else:
            take(party_id, purposes=(purpose,), said_on=day)


def answers(party_id: str) -> dict[tuple[str, str], Why]:
    return {
        (purpose, channel): may_contact(party_id, purpose, channel).why
        for purpose in (Purpose.MARKETING, Purpose.PROFILING)
        for channel in channels_of(purpose)[:2]
    }


@EXAMPLES
@given(acts=ACTS)
def test_the_state_is_what_the_events_say(cast, acts):
    with undone():
        play(cast.person.id, acts)
        assert rebuild_states(party_id=cast.person.id) == 0
        before = answers(cast.person.id)
        ConsentState.objects.filter(party_id=cast.person.id).delete()
        rebuild_states(party_id=cast.person.id)
        assert answers(cast.person.id) == before


@EXAMPLES
@given(ours=ACTS, theirs=ACTS)
def test_on_a_merge_withdrawal_wins_and_nothing_is_permitted_that_was_not(cast, ours, theirs):
    kept, gone = cast.person.id, cast.company.id
    with undone():
        play(kept, ours)
        play(gone, theirs)
        mine, other = answers(kept), answers(gone)
        merge_consents(kept_id=kept, merged_id=gone)
        after = answers(kept)
        for key, why in after.items():
            if Why.WITHDRAWN in (mine[key], other[key]):
                assert why is Why.WITHDRAWN
            if why is Why.GIVEN:
                assert Why.GIVEN in (mine[key], other[key])
        assert answers(gone) == other
        assert rebuild_states(party_id=kept) == 0
        assert merge_consents(kept_id=kept, merged_id=gone) == ()
        assert answers(kept) == after


@EXAMPLES
@given(many=st.lists(ACTS, min_size=4, max_size=4), limited=st.integers(0, 3))
def test_a_list_holds_whom_the_single_answer_permits(cast, many, limited):
    people = sorted(cast.parties)[:4]
    with undone():
        for party_id, acts in zip(people, many, strict=True):
            play(party_id, acts)
        Limit.objects.create(party_id=people[limited], kind=LimitKind.RESTRICTION, reason="asked")
        rows = Party.objects.filter(pk__in=people)
        for purpose in (Purpose.MARKETING, Purpose.PROFILING):
            for channel in channels_of(purpose)[:2]:
                with CaptureQueriesContext(connection) as queries:
                    listed = set(contactable(rows, purpose, channel, party="id").values_list("id", flat=True))
                assert len(queries) == 1
                assert listed == {one for one in people if may_contact(one, purpose, channel).allowed}


def test_a_stop_goes_along_with_a_merge(cast):
    kept, gone = cast.person.id, cast.company.id
    give(kept)
    Limit.objects.create(party_id=gone, kind=LimitKind.RESTRICTION, reason="asked")
    merge_consents(kept_id=kept, merged_id=gone, staff_id="1004")
    merge_consents(kept_id=kept, merged_id=gone, staff_id="1004")
    assert may_contact(kept, Purpose.MARKETING, Channel.PHONE).why is Why.RESTRICTED
    assert Limit.objects.filter(party_id=kept).count() == 1
    with pytest.raises(ConsentError):
        merge_consents(kept_id=kept, merged_id=kept)


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_leave_one_state_and_every_event(transactional_db):
    def write(number: int) -> None:
        try:
            if number % 2:
                take("P-together", purposes=(Purpose.MARKETING,))
            else:
                give("P-together", channels=CONTACT_CHANNELS)
        finally:
            connection.close()

    from guanxi.crm.consent.first_texts import IN_FORCE_FROM

    ConsentText.objects.get_or_create(
        purpose=Purpose.MARKETING,
        version=1,
        defaults={"text_zh": "同意", "text_en": "Agreed", "valid_from": IN_FORCE_FROM},
    )
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(16)))
    assert ConsentEvent.objects.count() == 16 * len(CONTACT_CHANNELS)
    assert ConsentState.objects.count() == len(CONTACT_CHANNELS)
    assert rebuild_states(party_id="P-together") == 0
