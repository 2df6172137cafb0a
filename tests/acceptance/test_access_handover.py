"""Hand-overs: who may arrange and sign them, that they move exactly what was signed, and that they can be undone."""

from __future__ import annotations

import datetime
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from guanxi.crm.contact.models import Task
from guanxi.crm.handover import services
from guanxi.crm.handover.models import Handover, Item, Signature, State
from guanxi.crm.handover.preview import ChangedError, make_preview
from guanxi.crm.handover.services import HandoverError
from guanxi.crm.handover.signing import may_sign
from guanxi.crm.insight.models import Alert, BookDay, CustomerFigure, Maturity
from guanxi.crm.kernel import protection
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.models import Assignment, Cover
from guanxi.crm.org.queries import institution_tree, standing_of
from guanxi.crm.party.models import Party

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """No worker runs in tests: jobs are called by hand."""
    monkeypatch.setattr(services, "_defer", lambda handover_id: None)


def arranged(cast, *, giver="1111", to=("1112",), rule="evenly", by=None, today=None, **changes) -> Handover:
    """A hand-over of Ai's customers as the branch manager previews it."""
    by = by or cast.bo
    today = today or timezone.localdate()
    draft = services.begin_draft(by=by, giver_id=giver)
    draft = services.change_draft(
        handover_id=draft.pk,
        by=by,
        changes={"rule": rule, "effective_on": today, "reason": "岗位调整", **changes},
        receivers=to,
    )
    scope = standing_of(by, version=2, today=today).scopes[Verb.ASSIGN]
    make_preview(handover=draft, scope=scope, day=cast.day, today=today, tree=institution_tree(2))
    return draft


def signed(cast, draft: Handover, *, by=None) -> Handover:
    """Put to signature and signed by giver and receivers."""
    services.put_to_signature(handover_id=draft.pk, by=by or cast.bo, today=timezone.localdate())
    people = {one.id: one for one in cast.people.values()}
    services.sign(handover_id=draft.pk, by=people[draft.giver_id], side="giver", staff_id=draft.giver_id)
    for one in draft.receivers.all():
        services.sign(handover_id=draft.pk, by=people[one.staff_id], side="receiver", staff_id=one.staff_id)
    draft.refresh_from_db()
    return draft


def books(day) -> dict[tuple[str, ...], tuple]:
    """The day's books as published."""
    rows = BookDay.objects.filter(business_date=day).values_list(
        "institution_id", "manager_id", "kind", "tier", "customers", "deposit", "loan", "wealth", "contribution_r12"
    )
    return {row[:4]: row[4:] for row in rows}


def books_of_figures(day) -> dict[tuple[str, ...], tuple]:
    """The same from the customers' own figures."""
    found: dict[tuple[str, ...], list] = {}
    for one in CustomerFigure.objects.filter(business_date=day):
        sums = found.setdefault((one.institution_id, one.manager_id or "", one.kind, one.tier), [0, 0, 0, 0, 0])
        for position, value in enumerate((1, one.deposit, one.loan, one.wealth, one.contribution_r12)):
            sums[position] += value
    return {key: tuple(sums) for key, sums in found.items()}


def test_what_was_signed_moves_everywhere_and_nothing_else(cast):
    others = dict(Party.objects.exclude(manager_id="1111").values_list("id", "manager_id"))
    mine = set(Party.objects.filter(manager_id="1111").values_list("id", flat=True))
    assert books(cast.day) == books_of_figures(cast.day)
    draft = signed(cast, arranged(cast, to=("1112", "1121"), rule="evenly"))
    assert draft.state == State.SCHEDULED
    done = services.carry_out(handover_id=draft.pk)
    assert (done.state, done.moved, done.skipped) == (State.DONE, len(mine), 0)
    now = dict(Party.objects.values_list("id", "manager_id"))
    assert {number: now[number] for number in others} == others
    assert {now[number] for number in mine} == {"1112", "1121"}
    for model in (CustomerFigure, Maturity, Alert):
        assert all(now[number] == manager for number, manager in model.objects.values_list("party_id", "manager_id"))
    assert books(cast.day) == books_of_figures(cast.day)
    # The manager of the day before stays in the books of the day before.
    assert BookDay.objects.filter(business_date=cast.previous, manager_id="1111").exists()
    leads = Assignment.objects.filter(kind="lead", valid_to=None)
    assert {one.party_id: one.staff_id for one in leads} == {number: now[number] for number in mine}
    assert {(one.instead_of, one.handover) for one in leads} == {("1111", draft.pk)}
    # At once, through the scope engine and behind it.
    assert standing_of(cast.ai, version=2, today=timezone.localdate()).scope.managers == ("1111",)
    with protection.entered(standing_of(cast.ai, version=2, today=timezone.localdate()).scope):
        assert not Party.objects.exists()
        assert not CustomerFigure.objects.exists()


def test_undo_moves_back_who_still_stands_there_and_says_who_does_not(cast, settings):
    before = books(cast.day)
    draft = signed(cast, arranged(cast, to=("1112",)))
    services.carry_out(handover_id=draft.pk)
    onward = signed(cast, arranged(cast, giver="1112", to=("1121",), what={"named": True}, numbers="P00001, P00002"))
    services.carry_out(handover_id=onward.pk)
    services.undo(handover_id=draft.pk, by=cast.bo, said="误操作")
    undone = services.carry_out(handover_id=draft.pk)
    assert (undone.state, undone.back, undone.kept) == (State.UNDONE, draft.total - 2, 2)
    assert set(Party.objects.filter(manager_id="1121", id__in=["P00001", "P00002"]).values_list("id", flat=True)) == {
        "P00001",
        "P00002",
    }
    services.undo(handover_id=onward.pk, by=cast.bo, said="")
    services.carry_out(handover_id=onward.pk)
    assert Party.objects.filter(manager_id="1112").count() == 8 + 2
    assert books(cast.day) == books_of_figures(cast.day)
    assert sum(row[0] for row in books(cast.day).values()) == sum(row[0] for row in before.values())
    with pytest.raises(HandoverError):
        services.undo(handover_id=draft.pk, by=cast.bo, said="")
    settings.HANDOVER_UNDO_HOURS = 0
    late = signed(cast, arranged(cast, giver="1121", to=("1112",)))
    services.carry_out(handover_id=late.pk)
    with pytest.raises(HandoverError):
        services.undo(handover_id=late.pk, by=cast.bo, said="")


def test_nothing_moves_that_is_not_signed_by_all_sides(cast):
    draft = arranged(cast, to=("1112", "1121"))
    services.put_to_signature(handover_id=draft.pk, by=cast.bo, today=timezone.localdate())
    draft.refresh_from_db()
    assigns = {one: standing_of(one, version=2, today=timezone.localdate()).scopes[Verb.ASSIGN] for one in
               (cast.ai, cast.qian, cast.lu, cast.bo, cast.zhu, cast.he)}  # fmt: skip
    today = timezone.localdate()
    may = {one.id: may_sign(draft, one, assigns=scope, today=today) for one, scope in assigns.items()}
    assert may == {
        "1111": ("giver", "1111"), "1112": ("receiver", "1112"), "1121": ("receiver", "1121"),
        "1101": None, "1211": None, "1002": None,
    }  # fmt: skip
    # Where the giver is away, somebody above signs; nobody else.
    Cover.objects.create(staff=cast.ai, substitute=cast.lu, valid_from=today, valid_to=today)
    assert may_sign(draft, cast.bo, assigns=assigns[cast.bo], today=today) == ("giver", "1111")
    assert may_sign(draft, cast.zhu, assigns=assigns[cast.zhu], today=today) is None
    services.sign(handover_id=draft.pk, by=cast.bo, side="giver", staff_id="1111")
    services.sign(handover_id=draft.pk, by=cast.qian, side="receiver", staff_id="1112")
    with pytest.raises(HandoverError):
        services.sign(handover_id=draft.pk, by=cast.qian, side="receiver", staff_id="1112")
    with pytest.raises(HandoverError):  # nobody signs for another receiver
        services.sign(handover_id=draft.pk, by=cast.bo, side="receiver", staff_id="1121")
    Handover.objects.filter(pk=draft.pk).update(state=State.MOVING)
    with pytest.raises(Exception, match="not signed"), transaction.atomic():
        services.carry_out(handover_id=draft.pk)
    assert Party.objects.filter(manager_id="1111").count() == draft.total
    # A customer slipped in after the signatures, or another receiver, is not what was signed.
    Handover.objects.filter(pk=draft.pk).update(state=State.WAITING)
    services.sign(handover_id=draft.pk, by=cast.lu, side="receiver", staff_id="1121")
    Item.objects.create(handover=draft, party_id=cast.outside.id, giver="1211", receiver="1112")
    with pytest.raises(Exception, match="not signed"), transaction.atomic():
        services.carry_out(handover_id=draft.pk)


def test_the_sites_role_can_do_nothing_but_carry_out(cast):
    with protection.entered(protection.SYSTEM), connection.cursor() as cursor:
        for statement in (
            "SELECT lead_set(ARRAY['P00001']::varchar[], ARRAY['1211']::varchar[])",
            "SELECT lead_reapply()",
            "UPDATE party_party SET manager_id = '1211'",
            "UPDATE handover_signature SET signed_by_id = '1001'",
            "DELETE FROM handover_signature",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), transaction.atomic():
                connection.connection.execute(statement)
        cursor.execute("SELECT handover_due(%s, 100)", [timezone.localdate()])
        assert cursor.fetchone() == (0,)


def test_whoever_has_been_handed_on_meanwhile_is_left_where_they_are(cast):
    draft = signed(cast, arranged(cast, to=("1112",)))
    Party.objects.filter(id="P00003").update(manager_id="1221")
    done = services.carry_out(handover_id=draft.pk)
    assert (done.moved, done.skipped) == (draft.total - 1, 1)
    assert Party.objects.get(id="P00003").manager_id == "1221"
    assert Item.objects.get(handover=draft, party_id="P00003").state == "skipped"


def test_one_that_was_killed_goes_on_where_it_stood(cast, monkeypatch):
    draft = signed(cast, arranged(cast, to=("1112",)))
    monkeypatch.setattr(services, "BATCH", 5)
    calls = []

    def killed(number, **options):
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(number)
        return real(number, **options)

    real = services.move_next
    monkeypatch.setattr(services, "move_next", killed)
    with pytest.raises(KeyboardInterrupt):
        services.carry_out(handover_id=draft.pk)
    draft.refresh_from_db()
    assert (draft.state, draft.moved) == (State.MOVING, 10)
    monkeypatch.setattr(services, "move_next", real)
    services.carry_on()
    draft.refresh_from_db()
    assert (draft.state, draft.moved) == (State.DONE, draft.total)
    assert books(cast.day) == books_of_figures(cast.day)


def test_for_a_time_it_goes_back_by_itself_and_later_days_wait(cast):
    today = timezone.localdate()
    draft = signed(
        cast, arranged(cast, to=("1112",), kind="temporary", effective_on=today + DAY, last_day=today + 3 * DAY)
    )
    assert services.carry_on(today=today) == 0
    assert services.carry_on(today=today + DAY) == draft.total
    assert services.carry_on(today=today + 3 * DAY) == 0
    assert Party.objects.filter(manager_id="1111").count() == 0
    assert services.carry_on(today=today + 4 * DAY) == draft.total
    draft.refresh_from_db()
    assert (draft.state, draft.back) == (State.RETURNED, draft.total)
    assert Party.objects.filter(manager_id="1111").count() == draft.total
    history = (
        Assignment.objects.filter(party_id="P00001").order_by("id").values_list("staff_id", "valid_from", "valid_to")
    )
    assert list(history) == [("1112", today + DAY, today + 3 * DAY), ("1111", today + 4 * DAY, None)]


def test_the_draft_is_ones_own_and_a_preview_belongs_to_what_was_chosen(cast):
    draft = arranged(cast)
    with pytest.raises(ChangedError):
        services.change_draft(handover_id=draft.pk, by=cast.he, changes={"reason": "x"})
    services.change_draft(handover_id=draft.pk, by=cast.bo, changes={"what": {"line": "retail"}})
    with pytest.raises(HandoverError):
        services.put_to_signature(handover_id=draft.pk, by=cast.bo, today=timezone.localdate())
    services.change_draft(handover_id=draft.pk, by=cast.bo, changes={"reason": "only a word"})
    for follows in (True, False):
        Task.objects.create(key=uuid4(), party_id="P00001", title="回访", staff=cast.ai, follows=follows,
                            due_on=timezone.localdate(), made_by=cast.ai)  # fmt: skip
    fresh = Handover.objects.get(pk=draft.pk)
    scope = standing_of(cast.bo, version=2, today=timezone.localdate()).scopes[Verb.ASSIGN]
    summary = make_preview(
        handover=fresh, scope=scope, day=cast.day, today=timezone.localdate(), tree=institution_tree(2)
    )
    persons = Party.objects.filter(manager_id="1111", kind="person")
    assert summary["customers"] == persons.count() == fresh.items.count()
    sums = CustomerFigure.objects.filter(business_date=cast.day, party_id__in=persons.values("id")).aggregate(
        assets=Sum("assets"), loan=Sum("loan")
    )
    assert (summary["assets"], summary["loan"]) == (str(sums["assets"]), str(sums["loan"]))
    hanging = {one["name"]: one for one in summary["hanging"]}
    assert hanging.keys() >= {"agreements", "tasks", "own_tasks"}
    assert (hanging["tasks"]["many"], hanging["tasks"]["moves"]) == (1, True)
    assert hanging["own_tasks"]["counts"] == {"1111": 1}
    services.put_to_signature(handover_id=draft.pk, by=cast.bo, today=timezone.localdate())
    services.refuse(handover_id=draft.pk, by=cast.qian, said="太多")
    with pytest.raises(HandoverError):
        services.sign(handover_id=draft.pk, by=cast.ai, side="giver", staff_id="1111")
    assert not Signature.objects.exists()
