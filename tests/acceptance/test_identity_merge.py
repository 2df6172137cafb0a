"""Two customers become one and two again: everything that hangs on them, exactly, also after later changes."""

from __future__ import annotations

import datetime
import random
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.consent.models import ConsentEvent, ConsentState
from guanxi.crm.consent.services import Evidence, rebuild_states, record_consent, withdraw_consent
from guanxi.crm.contact.models import Activity, Mark, Task
from guanxi.crm.holding.models import Agreement
from guanxi.crm.identity.database import OWN_LOCK
from guanxi.crm.identity.merging import BusyError, MergeError
from guanxi.crm.identity.models import Alias, Decision, Merge, MergeStep
from guanxi.crm.identity.previewing import moving_of, parting_of
from guanxi.crm.identity.services import NotThereError, decide, split_record, take_back_merge, withdraw
from guanxi.crm.insight.models import BookDay, CustomerFigure, CustomerMonth
from guanxi.crm.kernel.merging import registered
from guanxi.crm.party.models import ContactPoint, Party, PartyIdentifier
from guanxi.postgres import MOVING
from guanxi.warehouse.marks import MarkRow, read_marks
from guanxi.warehouse.nights import Night
from tests.identity.pairs import SHI, hand_over, hang_everything, pair_of, record_of
from tests.identity.snapshots import differences, naming, taken


@pytest.fixture
def several(cast):
    """Four persons of Ai's with everything that hangs on a customer, and records of theirs."""

    rng = random.Random(7)
    found = [party for party in cast.book(cast.ai) if party.kind == "person"][:4]
    for party in found:
        hang_everything(party, cast.ai, rng)
        record_of(party)
    hand_over(cast.ai, *found[:3])
    pair_of(found[0], found[1])
    return found


def made_one(one: Party, other: Party) -> Merge:
    """The merge of two customers by a steward's verdict."""
    decision = decide(asker=SHI, left=one.id, right=other.id, verdict="same", reason="证件一致")
    return Merge.objects.get(decision=decision.pk)


def marks_read() -> list[MarkRow]:
    """What a night would read of what was said up to tomorrow."""
    connection.ensure_connection()
    night = Night(timezone.localdate() + datetime.timedelta(days=1), None)
    return read_marks(connection.connection, night, time_zone=settings.TIME_ZONE)


def test_every_column_that_names_a_customer_is_in_the_register(db):
    known = {(one.table, one.column) for one in registered()} | {(one.history, one.column) for one in registered()}
    for model in apps.get_models():
        if not model.__module__.startswith(("guanxi.", "pghistory")):
            continue
        for field in model._meta.concrete_fields:
            names = field.related_model is Party or field.column in {"party_id", "related_party_id"}
            if names and model is not Party:
                assert (model._meta.db_table, field.column) in known, f"{model._meta.label}.{field.name}"


def test_what_hangs_on_one_hangs_on_the_other_and_merge_then_unmerge_is_the_identity(several):
    one, other = several[:2]
    before = taken()
    figures = CustomerFigure.objects.filter(party_id__in=[one.id, other.id])
    assets = sum(figure.assets for figure in figures if figure.business_date == max(f.business_date for f in figures))
    agreements = set(Agreement.objects.filter(party_id__in=[one.id, other.id]).values_list("id", flat=True))
    months = CustomerMonth.objects.filter(party_id__in=[one.id, other.id]).order_by("month")
    deposits = {}
    for month in months:
        deposits[month.month] = deposits.get(month.month, 0) + month.deposit_end
    numbers = {row.number for row in PartyIdentifier.objects.filter(party_id__in=[one.id, other.id])}
    phones = {row.value for row in ContactPoint.objects.filter(party_id__in=[one.id, other.id])}

    said = marks_read()
    assert {one.id, other.id} <= {row.party_id for row in said}

    made = made_one(one, other)

    kept, gone = made.kept, made.gone
    assert {kept, gone} == {one.id, other.id}
    # The night counts what was said under the number of that time, so that a parting gives it back to each.
    assert not Mark.objects.filter(party_id=gone).exists()
    assert marks_read() == said
    # Nothing names the number that went but what was said under it and what an earlier day's sight is rebuilt from.
    assert set(naming(gone)) <= {
        "consent_consentevent.party_id", "org_assignmentevent.party_id", "handover_item.party_id"
    }  # fmt: skip
    assert set(Agreement.objects.filter(party_id=kept).values_list("id", flat=True)) == agreements
    newest = CustomerFigure.objects.filter(party_id=kept).order_by("-business_date")[0]
    assert newest.assets == assets
    assert {row.month: row.deposit_end for row in CustomerMonth.objects.filter(party_id=kept)} == deposits
    assert {row.number for row in PartyIdentifier.objects.filter(party_id=kept)} == numbers
    assert {row.value for row in ContactPoint.objects.filter(party_id=kept)} == phones
    assert Alias.objects.get(alias=gone, until__isnull=True).party_id == kept
    total = sum(row.customers for row in BookDay.objects.filter(business_date=newest.business_date))
    assert total == CustomerFigure.objects.filter(business_date=newest.business_date).count()
    assert Entry.objects.filter(kind="identity.decision").exists()

    take_back_merge(asker=SHI, merge_id=made.pk, reason="两个人", different=False)

    assert differences(before, taken()) == []
    assert marks_read() == said
    assert Alias.objects.get(alias=gone).until is not None
    assert Decision.objects.get(pk=made.decision).withdrawn_at is not None
    assert not MergeStep.objects.filter(merge=made, overlay=False).exists()


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_merges_and_unmerges_ends_where_it_began(several, seed):
    rng = random.Random(seed)
    before = taken()
    standing: list[Merge] = []
    for _turn in range(7):
        there = [party for party in several if Party.objects.filter(pk=party.id).exists()]
        if len(there) > 1 and (not standing or rng.random() < 0.6):
            one, other = rng.sample(there, 2)
            standing.append(made_one(one, other))
        else:
            made = standing.pop(rng.randrange(len(standing)))
            take_back_merge(asker=SHI, merge_id=made.pk, reason="误", different=False)
    rng.shuffle(standing)
    for made in standing:
        take_back_merge(asker=SHI, merge_id=made.pk, reason="误", different=False)
    assert differences(before, taken()) == []
    for party in several:
        assert rebuild_states(party_id=party.id) == 0


def test_what_came_since_is_previewed_shared_out_and_withdrawals_hold_for_both(several):
    one, other = several[:2]
    made = made_one(one, other)
    kept, gone = made.kept, made.gone
    before = Task.objects.filter(party_id=kept).count()
    moved = Activity.objects.filter(party_id=kept, pk__in=keys_of(made, "contact_activity"))[0]
    now = timezone.localdate()
    follow_up, own, other_task = (
        Task.objects.create(
            key=uuid4(), party_id=kept, title=title, staff_id="1111", made_by_id="1111", due_on=now, activity=activity
        )
        for title, activity in (("跟进", moved), ("留下", None), ("带走", None))
    )
    Task.objects.filter(pk__in=keys_of(made, "contact_task")).update(state="done", done_at=timezone.now())
    paper = Evidence(how="form", reference="F-9", staff_id="1111")
    withdraw_consent(party_id=kept, purposes=["marketing"], channels=["phone"], evidence=paper)
    record_consent(party_id=kept, purpose="credit_enquiry", channels=["any"], evidence=paper)

    shown = parting_of(made)
    later = {row.key: row for row in shown.later if row.table == "contact_task"}
    assert {row.label for row in later.values()} == {"跟进", "留下", "带走"}
    assert later[str(follow_up.pk)].back  # it goes with what it came from
    assert not later[str(own.pk)].back
    assert {row.table for row in shown.moving} >= {"contact_activity", "contact_task", "sales_opportunity"}

    back = {"contact_task": [str(follow_up.pk), str(other_task.pk)]}
    take_back_merge(asker=SHI, merge_id=made.pk, reason="两个人", different=True, back=back)

    of_gone = Task.objects.filter(party_id=gone)
    assert set(of_gone.values_list("pk", flat=True)) == {
        *keys_of_tasks(before, made, gone),
        follow_up.pk,
        other_task.pk,
    }
    assert of_gone.filter(state="done").exists()  # a row that changed since goes back as it is now
    assert Task.objects.get(pk=own.pk).party_id == kept
    for number in (kept, gone):
        assert ConsentState.objects.get(party_id=number, purpose="marketing", channel="phone").decision == "withdrawn"
        assert rebuild_states(party_id=number) == 0
    assert not ConsentState.objects.filter(party_id=gone, purpose="credit_enquiry", decision="given").exists()
    assert Decision.objects.get(party_id__in=[kept, gone], verdict="different").withdrawn_at is None


def keys_of(made: Merge, table: str) -> list[int]:
    """The rows of a table that a merge moved."""
    return [
        row["id"] for step in MergeStep.objects.filter(merge=made, table=table, action="moved") for row in step.keys
    ]


def keys_of_tasks(_before: int, made: Merge, gone: str) -> set[int]:
    """Tasks that were the customer's before."""
    return set(Task.objects.filter(party_id=gone, made_at__lt=made.at).values_list("pk", flat=True))


def test_a_withdrawal_of_either_wins(several):
    one, other = several[2:4]
    paper = Evidence(how="form", reference="F-1", staff_id="1111")
    for party, says in ((one, record_consent), (other, withdraw_consent)):
        more = {"purpose": "survey"} if says is record_consent else {"purposes": ["survey"]}
        says(party_id=party.id, channels=["email"], evidence=paper, **more)
    made = made_one(one, other)
    state = ConsentState.objects.get(party_id=made.kept, purpose="survey", channel="email")
    assert state.decision == "withdrawn"
    assert not ConsentState.objects.filter(party_id=made.gone).exists()
    assert ConsentEvent.objects.filter(party_id=made.gone).exists()


def test_who_does_not_see_both_merges_nothing_and_nobody_merges_twice(several, cast):
    from guanxi.crm.identity.services import Asker
    from guanxi.crm.kernel.scope import Scope

    one, other = several[:2]
    record_of(cast.outside)
    half = Asker(staff_id="1111", scope=Scope.own("1111"))
    with pytest.raises(NotThereError):
        decide(asker=half, left=one.id, right=cast.outside.id, verdict="same")
    assert moving_of(one.id)
    made = made_one(one, other)
    with pytest.raises(MergeError):
        decide(asker=SHI, left=one.id, right=other.id, verdict="same")
    with pytest.raises(NotThereError):
        take_back_merge(
            asker=Asker(staff_id="1211", scope=Scope.own("1211")), merge_id=made.pk, reason="x", different=False
        )
    withdraw(asker=SHI, decision_id=made.decision)
    assert Party.objects.filter(pk=made.gone).exists()
    decide(asker=SHI, left=one.id, right=other.id, verdict="different")
    with pytest.raises(MergeError):
        decide(asker=SHI, left=one.id, right=other.id, verdict="same")


def test_nobody_is_merged_while_a_night_publishes(several):
    with psycopg.connect(**connection.get_connection_params()) as night:
        night.execute("SELECT pg_advisory_lock(%s), pg_advisory_lock(%s)", [MOVING, OWN_LOCK])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")  # whoever waited for the night would hang for its length
        with pytest.raises(BusyError):
            made_one(*several[:2])
        assert not Decision.objects.exists()  # nothing half done
        night.execute("SELECT pg_advisory_unlock_all()")
    assert made_one(*several[:2]).kept


def test_a_record_that_is_split_off_is_a_customer_of_its_own_and_different_for_ever(several):
    one, other = several[:2]
    made = made_one(one, other)
    said = split_record(asker=SHI, record_id=made.gone, reason="不是本人")
    assert [row.verdict for row in said] == ["different"]
    assert Party.objects.filter(pk=made.gone).exists()
    with pytest.raises(MergeError):
        split_record(asker=SHI, record_id=made.gone, reason="再拆")


def test_a_night_takes_the_days_view_off_moves_its_own_merges_and_lays_the_rest_again(several):
    """What the night's publication calls: before and after it writes the snapshots."""
    one, other, third, fourth = several
    before = taken()
    made = made_one(one, other)
    by_hand = taken()
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_before_night(%s::varchar[], %s::varchar[])", [[fourth.id], [third.id]])
        assert cursor.fetchone() == (1,)
        # The snapshots are what was published last, so that the night's differences fit.
        cursor.execute("SELECT to_jsonb(t)::text FROM party_party t ORDER BY 1")
        assert [row[0] for row in cursor.fetchall()] == before["party_party"]
        cursor.execute("SELECT to_jsonb(t)::text FROM insight_customerfigure t ORDER BY 1")
        assert [row[0] for row in cursor.fetchall()] == before["insight_customerfigure"]
        assert naming(fourth.id).keys() <= {
            "consent_consentevent.party_id", "org_assignmentevent.party_id", "handover_item.party_id",
            *(f"{row.table}.{row.column}" for row in registered() if row.layer == "overlay"),
        }  # fmt: skip
        # Tonight's snapshots know of the merge of the third and the fourth, not of the day's.
        for table, column in (
            ("party_party", "id"), ("party_partyidentifier", "party_id"), ("party_contactpoint", "party_id"),
            ("party_searchtoken", "party_id"), ("insight_customerfigure", "party_id"),
        ):  # fmt: skip
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [fourth.id])
        cursor.execute("UPDATE holding_agreement SET party_id = %s WHERE party_id = %s", [third.id, fourth.id])
        cursor.execute("SELECT identity_after_night(%s::varchar[])", [[]])
        assert cursor.fetchone() == (0,)
    assert not Party.objects.filter(pk__in=[made.gone, fourth.id]).exists()
    assert taken()["contact_activity"] != by_hand["contact_activity"]  # the fourth's are the third's
    nights = Merge.objects.get(gone=fourth.id)
    assert (nights.cause, nights.kept) == ("night", third.id)
    # Somebody takes the night's merge back: the customer stands again at once, from what was kept.
    take_back_merge(asker=SHI, merge_id=nights.pk, reason="父子同名", different=True)
    assert Party.objects.get(pk=fourth.id).name == fourth.name
    assert Agreement.objects.filter(party_id=fourth.id).exists()
    assert CustomerFigure.objects.filter(party_id=fourth.id).count() >= 1
    assert Activity.objects.filter(party_id=fourth.id).exists()
    # The next night has the customer by itself: the day's view of it is taken off first.
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_before_night('{}', '{}')")
    assert not Party.objects.filter(pk=fourth.id).exists()
