"""Records and pairs as a night publishes them, made by hand; and customers with everything that hangs on one."""

from __future__ import annotations

import datetime
import json
import random
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from guanxi.crm.consent.models import Limit, RightsCase
from guanxi.crm.consent.services import Evidence, record_consent, withdraw_consent
from guanxi.crm.contact.models import Activity, Mark, Task
from guanxi.crm.handover.models import Handover, Item
from guanxi.crm.identity.models import Alias, Decision, FieldKept, FieldSource, Mend, Merge, Pair, Record
from guanxi.crm.identity.services import Asker
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.notices.models import Notice
from guanxi.crm.org.models import Assignment, Staff
from guanxi.crm.party.models import Party
from tests.acceptance.scenery import appointment_of, deal_with, lead_like, work_with

DAY = datetime.timedelta(days=1)
SHI = Asker(staff_id="0005", scope=Scope.everything("0005"))
WEIGHTS = [
    {"field": "prior", "level": "", "left_validity": "", "right_validity": "", "bits": -18.0},
    {"field": "name", "level": "exact", "left_validity": "valid", "right_validity": "valid", "bits": 9.5},
    {"field": "birth_date", "level": "exact", "left_validity": "valid", "right_validity": "valid", "bits": 12.2},
    {"field": "mobile", "level": "else", "left_validity": "valid", "right_validity": "invalid", "bits": -1.4},
]


def record_of(party: Party, *, number: str = "", source: str = "core", **more: Any) -> Record:
    """A record of a customer; its own one unless another number is given."""
    content = [
        {"field": "party_name", "value": party.name, "source": source, "date": "2026-05-01", "valid": True},
        {"field": "birth_date", "value": str(party.birth_date or ""), "source": source, "date": "2026-05-01",
         "valid": True},
        {"field": "identifier:resident_id", "value": "110101199003074578", "source": source, "date": "2026-05-01",
         "valid": True},
        {"field": "contact:mobile", "value": "13811112222", "source": source, "date": "2026-04-01", "valid": False},
    ]  # fmt: skip
    made = Record(
        id=number or party.id, party_id=party.id, kind=party.kind, institution_id=party.institution_id,
        manager_id=party.manager_id, source=source, changed_on=datetime.date(2026, 5, 1), content=content, **more,
    )  # fmt: skip
    made.save(force_insert=True)
    return made


def pair_of(one: Party, other: Party, *, impact: int = 1_000, probability: str = "0.93", **more: Any) -> Pair:
    """A pair for the steward of two customers, with their records where there are none yet."""
    for party in (one, other):
        if not Record.objects.filter(pk=party.id).exists():
            record_of(party)
    left, right = sorted((one, other), key=lambda party: party.id)
    fields: dict[str, Any] = {
        "zone": "steward", "reason": "", "weights": json.dumps(WEIGHTS), "model_version": "1",
        "first_seen": datetime.date(2026, 5, 1),
    }  # fmt: skip
    return Pair.objects.create(
        left_id=left.id, right_id=right.id, kind=left.kind, probability=Decimal(probability), impact=Decimal(impact),
        institution_id=left.institution_id, manager_id=left.manager_id, **(fields | more),
    )  # fmt: skip


def hang_everything(party: Party, staff: Staff, rng: random.Random) -> None:
    """Rows in every table of the site that names a customer, some changed since, so that they have a history."""
    for _number in range(rng.randint(1, 3)):
        made = work_with(party.id, staff)
        Activity.objects.filter(pk=made["activity_id"]).update(text=f"改 {rng.random()}")
        Task.objects.filter(pk=made["task_id"]).update(title=f"回访 {rng.random()}", activity_id=made["activity_id"])
    appointment_of(staff, party_id=party.id, kind="visit", title="上门")
    deal_with(party.id, staff)
    lead_like(party)
    Mark.objects.create(
        batch=uuid4(), party=party, reason="maturity", day=timezone.localdate(), verdict="done", staff=staff
    )
    Notice.objects.create(to=staff, kind="tasks_followed", party=party, facts={"number": 1})
    Assignment.objects.create(party_id=party.id, staff_id="1112", kind="support", valid_from=timezone.localdate() - DAY)
    if rng.random() < 0.5:
        Assignment.objects.create(party_id=party.id, staff=staff, kind="lead", valid_from=timezone.localdate() - DAY)
    Limit.objects.create(party=party, kind="restriction", reason="本人要求")
    RightsCase.objects.create(
        number=f"R{rng.randrange(10**9)}", kind="access", party=party, requester_name=party.name, proof="id_card",
        proof_reference="1", way="branch", due_on=timezone.localdate() + DAY,
    )  # fmt: skip
    for purpose in ("marketing", "survey", "profiling"):
        channels = ["any"] if purpose == "profiling" else ["phone", "sms"]
        evidence = Evidence(how="form", reference=f"F-{rng.randrange(999)}", staff_id=staff.pk)
        day = timezone.localdate() - rng.randint(1, 300) * DAY
        if rng.random() < 0.7:
            record_consent(party_id=party.id, purpose=purpose, channels=channels, evidence=evidence, said_on=day)
        if rng.random() < 0.4:
            withdraw_consent(
                party_id=party.id, purposes=[purpose], channels=channels, evidence=evidence, said_on=day + DAY
            )
    FieldSource.objects.create(party=party, field="party_name", source_record=party.id, rule="source")
    FieldKept.objects.create(party=party, field="party_name", record_id=party.id)
    Mend.objects.create(
        record_id=party.id, field="contact:mobile", party=party, problem="invalid", source="core",
        institution_id=party.institution_id,
    )  # fmt: skip
    Alias.objects.create(alias=f"OLD{party.id}", party=party, cause="night")


def records_of(party: Party) -> dict[str, Any]:
    """What the screens of one customer, one number know of a customer: two records that are a pair, a verdict on two
    others, a merge.
    """
    left, right = (record_of(party, number=f"{party.id}{letter}") for letter in "XY")
    Pair.objects.create(
        left=left, right=right, kind=party.kind, probability=Decimal("0.9"), zone="steward", impact=1,
        first_seen=timezone.localdate(), weights=json.dumps(WEIGHTS), institution_id=party.institution_id,
    )  # fmt: skip
    said = Decision.objects.create(
        left_record=f"{party.id}U", right_record=f"{party.id}V", party=party, other=party, verdict="different"
    )
    made = Merge.objects.create(party=party, kept=party.id, gone=f"{party.id}G", cause="steward")
    return {"left_record": left.pk, "right_record": right.pk, "decision_id": said.pk, "merge_id": made.pk}


def hand_over(staff: Staff, *parties: Party) -> Handover:
    """A hand-over in which some customers stand."""
    made = Handover.objects.create(made_by=staff, state="draft", rule="evenly", reason="调整", total=len(parties))
    Item.objects.bulk_create(Item(handover=made, party=party, giver="1111", receiver="1112") for party in parties)
    return made
