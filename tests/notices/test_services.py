"""Who is told, once and never of what they may not see; what is read, unread again, wished for, forgotten."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from guanxi.crm.contact.telling import ABOUT, FOLLOWED, GIVEN
from guanxi.crm.kernel import protection
from guanxi.crm.notices import readers
from guanxi.crm.notices.covers import BEGUN, tell_of_begun_covers, tell_of_cover
from guanxi.crm.notices.kinds import Kind, Way, kind_named, register, registered
from guanxi.crm.notices.models import Mail, Notice, Unread
from guanxi.crm.notices.queries import hidden_unread, newest_unread, notices_of, one_notice, pulse_of
from guanxi.crm.notices.readers import reader_of
from guanxi.crm.notices.services import forget_hidden, forget_old, mark_read, mark_unread_at, notify, set_wishes
from guanxi.crm.org.models import Cover, Staff
from guanxi.crm.party.models import Party
from tests.web.contact.test_tasks import task_for

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def told(staff) -> list[str]:
    return [one.notice.kind for one in notices_of(reader_of(staff)).rows]


def test_only_who_may_see_the_customer_is_told_and_nobody_of_what_they_do_themselves(cast):
    task = task_for(cast.person, cast.ai)
    people = (cast.ai, cast.qian, cast.bo, cast.he, cast.zhu, cast.yu, cast.ai)
    everybody = [*(one.id for one in people), None, "nobody"]
    facts = {"due": "2026-12-01"}
    made = notify(to=everybody, kind=GIVEN, party_id=cast.person.id, about=(ABOUT, task.pk), facts=facts, by=cast.he.id)
    # He does it, so he need not be told; Qian, Zhu and Yu do not look after this customer.
    assert sorted(one.to_id for one in made) == sorted([cast.ai.id, cast.bo.id])
    assert told(cast.zhu) == told(cast.qian) == []
    Staff.objects.filter(pk=cast.bo.id).update(is_active=False)
    assert [one.to_id for one in notify(to=[cast.bo.id, cast.ai.id], kind=FOLLOWED, facts={"number": 1})] == [
        cast.ai.id
    ]


def test_a_record_of_a_kind_without_a_test_is_told_to_nobody(cast):
    assert notify(to=[cast.ai.id], kind=FOLLOWED, about=("unheard_of", 1), facts={"number": 1}) == []
    with pytest.raises(ValueError, match="two tests"):
        readers.register(ABOUT, lambda _reader, numbers: numbers)
    with pytest.raises(ValueError, match="two kinds"):
        register(Kind(name=GIVEN.name, title="", icon="x", words=lambda _facts: "", plain=""))


def test_what_came_with_a_customer_is_not_read_nor_counted_once_the_customer_has_moved_on(cast):
    task = task_for(cast.person, cast.ai)
    one = notify(to=[cast.ai.id], kind=GIVEN, party_id=cast.person.id, about=(ABOUT, task.pk),
                 facts={"due": "2026-12-01"})[0]  # fmt: skip
    other = notify(to=[cast.ai.id], kind=FOLLOWED, facts={"number": 3})[0]
    assert told(cast.ai) == ["tasks_followed", "task_given"]
    assert pulse_of(cast.ai.id).unread == 2
    Party.objects.filter(pk=cast.person.id).update(manager_id=cast.zhu.id, institution_id="B21")
    reader = reader_of(cast.ai)
    assert told(cast.ai) == ["tasks_followed"]
    assert [line.notice.pk for line in newest_unread(reader)] == [other.pk]
    assert hidden_unread(reader) == [one.pk]
    with pytest.raises(Notice.DoesNotExist):
        one_notice(reader, one.pk)
    assert forget_hidden(reader) == 1
    assert pulse_of(cast.ai.id).unread == 1
    # Nor does the one who has the customer now see what another was told.
    assert told(cast.zhu) == []
    with pytest.raises(Notice.DoesNotExist):
        one_notice(reader_of(cast.zhu), one.pk)
    # Row security stands behind it, for a query that forgets to ask whose it is.
    with protection.entered(reader.scope), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM notices_notice")
        assert cursor.fetchall() == [(other.pk,)]
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Notice.objects.create(to=cast.zhu, kind="x")


def test_the_same_key_is_told_once_and_a_page_long_ago_is_turned_to(cast):
    for _round in range(2):
        notify(to=[cast.ai.id], kind=FOLLOWED, facts={"number": 1}, key="one")
    assert len(told(cast.ai)) == 1
    for number in range(65):
        notify(to=[cast.ai.id], kind=FOLLOWED, facts={"number": number})
    reader, seen, before = reader_of(cast.ai), [], None
    while True:
        page = notices_of(reader, before=before)
        seen += [one.notice.pk for one in page.rows]
        if page.before is None:
            break
        before = page.before
    assert len(seen) == len(set(seen)) == 66
    assert seen == sorted(seen, reverse=True)
    assert notices_of(reader, kinds=["task_given"]).rows == ()


def test_reading_is_ones_own_and_can_be_undone(cast):
    own = [notify(to=[cast.ai.id], kind=FOLLOWED, facts={"number": number})[0].pk for number in range(3)]
    foreign = notify(to=[cast.zhu.id], kind=FOLLOWED, facts={"number": 9})[0].pk
    done = mark_read(staff_id=cast.ai.id, notices=[own[0], foreign])
    assert done.notices == (own[0],)
    assert mark_read(staff_id=cast.ai.id).notices == (own[2], own[1])
    assert mark_read(staff_id=cast.ai.id).notices == ()
    assert (pulse_of(cast.ai.id).unread, pulse_of(cast.zhu.id).unread) == (0, 1)
    assert mark_unread_at(staff_id=cast.zhu.id, at=done.at) == 0
    assert mark_unread_at(staff_id=cast.ai.id, at=done.at) == 1
    assert pulse_of(cast.ai.id).newest == own[0]


def test_a_wish_decides_how_one_is_told(cast):
    with pytest.raises(ValueError, match="no kinds"):
        set_wishes(staff_id=cast.ai.id, wishes={"unheard_of": Way()})
    set_wishes(staff_id=cast.ai.id, wishes={FOLLOWED.name: Way(page=False, mail=Mail.NOW), GIVEN.name: GIVEN.way})
    quiet, loud = (notify(to=[who.id], kind=FOLLOWED, facts={"number": 1})[0] for who in (cast.ai, cast.qian))
    assert (quiet.mail, loud.mail) == (Mail.NOW, FOLLOWED.way.mail)
    assert list(Unread.objects.values_list("to_id", flat=True)) == [cast.qian.id]
    assert told(cast.ai) == ["tasks_followed"]  # in the centre it stands in any case
    set_wishes(staff_id=cast.ai.id, wishes={FOLLOWED.name: FOLLOWED.way})
    assert notify(to=[cast.ai.id], kind=FOLLOWED, facts={"number": 1})[0].read_at is None


def test_both_sides_of_a_cover_are_told_when_it_is_arranged_and_when_it_begins(cast):
    today = timezone.localdate()
    later = Cover.objects.create(
        staff=cast.ai, substitute=cast.qian, valid_from=today + 2 * DAY, valid_to=today + 9 * DAY
    )
    tell_of_cover(cover=later, today=today)
    assert told(cast.ai) == told(cast.qian) == ["cover_arranged"]
    assert tell_of_begun_covers(today=today) == 0
    assert tell_of_begun_covers(today=today + 2 * DAY) == 2
    assert tell_of_begun_covers(today=today + 2 * DAY) == 0
    at_once = Cover.objects.create(staff=cast.lu, substitute=cast.qian, valid_from=today, valid_to=today)
    tell_of_cover(cover=at_once, today=today)
    assert tell_of_begun_covers(today=today) == 0
    assert told(cast.lu) == [BEGUN.name]


def test_what_is_old_is_forgotten(cast):
    old, new = (notify(to=[cast.ai.id], kind=FOLLOWED, facts={"number": 1})[0] for _time in range(2))
    Notice.objects.filter(pk=old.pk).update(made_at=timezone.now() - 181 * DAY)
    assert forget_old(days=180) == 1
    assert list(Notice.objects.values_list("pk", flat=True)) == [new.pk]
    assert pulse_of(cast.ai.id).unread == 1


def test_what_leaves_the_house_holds_no_placeholder_and_every_kind_has_words(cast, pages_files):
    from django.utils.translation import override

    facts = {"who": "W", "customer": "C", "number": 2, "first": "1", "last": "2", "due": "3", "side": "substitute",
             "status": "done", "step": "", "approved": True}  # fmt: skip
    for kind in registered():
        for language in ("zh-hans", "en"):
            with override(language):
                told = facts | ({"step": "passed"} if kind.name.startswith("referral") else {})
                assert "%" not in str(kind.plain) + str(kind.title) + kind.words(told), kind.name
    with override("en"):
        assert "no longer used" in kind_named("unheard_of").words({})
