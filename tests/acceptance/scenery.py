"""What stands on the stage besides customers: records of the house, of the person, and of somebody else."""

from __future__ import annotations

import datetime
import gzip
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from guanxi.crm.audit.models import Entry
from guanxi.crm.audit.services import record
from guanxi.crm.bulletin.models import AnnouncedFile, Announcement, Material, MaterialVersion
from guanxi.crm.consent import package as packages
from guanxi.crm.consent.models import Package, RightsCase
from guanxi.crm.contact.feed_services import digest_of
from guanxi.crm.contact.models import (
    Activity,
    Appointment,
    Attachment,
    Attendance,
    FeedSecret,
    ReasonSetting,
    Resource,
    Task,
)
from guanxi.crm.handover.models import Handover, Receiver
from guanxi.crm.identity.models import Decision, MergeFile
from guanxi.crm.kernel.storage import files
from guanxi.crm.notices.models import Device, Notice, Unread
from guanxi.crm.org.models import AddressLock, Cover, Staff, StaffSession
from guanxi.crm.org.tokens import make_token
from guanxi.crm.party.models import Party
from guanxi.crm.quality.models import MendingImport, NightRequest, QuarantinedRow, Run
from guanxi.crm.rulings.models import RuleVersion, State
from guanxi.crm.sales.models import (
    Lead,
    LeadImport,
    LeadStep,
    Opportunity,
    OpportunityMember,
    OpportunityProduct,
    Pipeline,
    PriceApproval,
    Referral,
    StageMove,
)
from guanxi.crm.web.exports import services as exports
from guanxi.crm.web.models import Export
from guanxi.crm.workdays.models import Leave
from guanxi.warehouse.rules import BOOKS
from tests.cast import Cast

DAY = datetime.timedelta(days=1)


def things_of_the_house(cast: Cast) -> dict[str, Any]:
    """A run, a row kept aside, an entry of the log and so on, by the name that addresses have for them."""
    record(action="view", subject=cast.person.id, kind="customer")
    entry = Entry.objects.order_by("-id").first()
    assert entry
    NightRequest.objects.create(kind="next", asked_by=cast.shi, asked_at=timezone.now(), finished_at=timezone.now())
    lock = AddressLock.objects.create(address="203.0.113.9", refusals=60, refused_at=timezone.now())
    waiting, dismissed = QuarantinedRow.objects.order_by("id")[:2]
    QuarantinedRow.objects.filter(pk=dismissed.pk).update(status="dismissed")
    ReasonSetting.objects.create(reason="founding", version=1, weight=1, lead_days=7, keep_days=1, half_life=4)
    cover = _cover(cast.lu, cast.zhu, cast)
    lead = Lead.objects.create(
        key=uuid4(), name="池中", name_folded="池中", kind="person", institution_id="T11", source="web"
    )
    Resource.objects.create(kind="room", name_zh="一号会议室", name_en="Room 1", institution_id="B11")
    return {
        "run_id": Run.objects.filter(status="done").order_by("-started_at")[0].pk,
        "row_id": waiting.pk,
        "dismissed_row_id": dismissed.pk,
        "entry_id": entry.id,
        "staff_id": cast.zhu.pk,
        "colleague_id": cast.ai.pk,
        "product_id": "D001",
        "period": "r12",
        "lock": lock.pk,
        "asked_export_id": _asked(cast.ai, "B11").pk,
        "pool_lead_id": lead.pk,
        "cover_id": cover,
        "cover_key": cover,
        "sent_version_id": _rules_of(cast.bo, State.SUBMITTED),
        **_announced(cast.bo),
    }


def _announced(by: Staff) -> dict[str, Any]:
    """What sub-branch B11 announces and shares, each with a file."""
    kept = {"name": "a.png", "kind": "png", "size": 1, "sha256": "0", "by": by}
    one = Announcement.objects.create(key=uuid4(), institution_id="B11", title="周例会", text="周一上午九点", by=by)
    file = default_storage.save(f"bulletin/{one.key.hex}", ContentFile(b"x"))
    attached = AnnouncedFile.objects.create(announcement=one, file=file, **kept)
    material = Material.objects.create(institution_id="B11", title="产品手册", by=by)
    MaterialVersion.objects.create(material=material, number=1, file=file, **kept)
    return {"announcement_id": one.pk, "file_id": attached.pk, "material_id": material.pk}


def _rules_of(staff: Staff, state: str) -> int:
    """A version of the tiers' rules that somebody drafted and simulated."""
    row = RuleVersion.objects.create(
        book="tier", content=BOOKS["tier"].shipped, made_by=staff, simulation={"many": 0, "moves": []}
    )
    if state == State.SUBMITTED:
        RuleVersion.objects.filter(pk=row.pk).update(state=state, submitted_at=timezone.now(), reason="调整")
    return row.pk


def _cover(staff: Staff, substitute: Staff, cast: Cast) -> int:
    """A cover in sub-branch B12 that has lasted a while; nobody on the stage sees more by it."""
    today = timezone.localdate()
    made = Cover.objects.create(
        staff=staff, substitute=substitute, valid_from=today - DAY, valid_to=today + DAY, made_by=cast.bo
    )
    Cover.objects.filter(pk=made.pk).update(reason="休假")  # it has a history
    return made.pk


def things_of(staff: Staff, *, institution: str) -> dict[str, Any]:
    """What one person has: requests for files (asked, and one written with its file), an upload, a session, a passkey.

    ``institution`` is whose rows the files hold.
    """
    from allauth.mfa.models import Authenticator

    asked = _asked(staff, institution)
    written = Export.objects.create(
        status="done", expected=0, expires_at=timezone.now() + DAY, finished_at=timezone.now(),
        **_about(staff, institution),
    )  # fmt: skip
    written.file = f"{written.pk}.xlsx"
    written.save(update_fields=["file"])
    files().save(f"{exports.FOLDER}/{written.file}", ContentFile(b"PK"))
    files().save(f"{exports.FOLDER}/{written.pk}.customers", ContentFile(gzip.compress(b"")))  # about no customer
    upload = MendingImport.objects.create(
        uploaded_by=staff, uploaded_at=timezone.now(), file_name="mended.csv", sha256="0" * 64, rows=[]
    )
    session = StaffSession.objects.create(
        session_key=f"elsewhere{staff.pk}", session_data="", expire_date=timezone.now() + DAY, staff=staff
    )
    passkey = Authenticator.objects.create(
        user=staff, type="webauthn", data={"name": "key", "credential": _credential(staff)}
    )
    batch = LeadImport(
        staff=staff, file_name="leads.csv", kind="csv", encoding="utf-8-sig", delimiter=",", counts={"wrong": 1},
        preview=[["姓名"], ["张三"]],
    )  # fmt: skip
    batch.file = f"lead-imports/{batch.pk}.csv"
    batch.save(force_insert=True)
    files().save(batch.file, ContentFile("姓名\n张三\n".encode()))
    return {
        "version_id": _rules_of(staff, State.DRAFT),
        "lead_import_id": batch.pk,
        "asked_decision_id": Decision.objects.create(
            left_record=f"A{staff.pk}",
            right_record=f"B{staff.pk}",
            party_id="P00001",
            other_id="P00001",
            verdict="ask",
            asked_whom=staff,
        ).pk,
        **{
            name: MergeFile.objects.create(
                uploaded_by=staff, file_name="v.csv", sha256="0" * 64, encoding="utf-8-sig", state=state
            ).pk
            for name, state in (("merge_file_id", "checked"), ("applied_merge_file_id", "applied"))
        },
        "export_id": asked.pk,
        "written_export_id": written.pk,
        "import_id": upload.pk,
        "own_task_id": own_task(staff),
        "notice_id": _notice(staff),
        "read_notice_id": _notice(staff, read_at=timezone.now()),
        "device_id": Device.objects.create(staff=staff, endpoint="https://push.example/x", digest=staff.pk).pk,
        "invited_appointment_id": invitation_to(staff),
        "leave_id": Leave.objects.create(
            staff=staff, first_day=timezone.localdate() + 60 * DAY, last_day=timezone.localdate() + 61 * DAY
        ).pk,
        "feed": FeedSecret.objects.create(staff=staff, digest=digest_of(staff.pk)).pk,
        "session_id": session.public_id,
        "passkey": passkey.pk,
        "handover_id": _handover(staff, institution, "waiting", giver=staff),
        "draft_handover_id": _handover(staff, institution, "draft"),
        "done_handover_id": _handover(staff, institution, "done", moved_at=timezone.now(), undo_hours=72),
        "token_id": make_token(staff=staff, name="报表程序", abilities=["products:read"], days=30, strong=False)[0].pk,
    }


def _notice(staff: Staff, **more: Any) -> int:
    """Something that somebody was told, about no customer; unread unless said otherwise."""
    made = Notice.objects.create(to=staff, kind="tasks_followed", facts={"number": 2}, **more)
    if made.read_at is None:
        Unread.objects.create(notice=made, to=staff)
    return made.pk


def _handover(staff: Staff, institution: str, state: str, **more: Any) -> int:
    """A hand-over that somebody arranged: one customer, previewed, of nobody's unless a giver is named."""
    receiver = {"staff": "1111", "institution": "B11", "customers": 1, "leads": 0, "then": 1, "most": None}
    receiver |= {"tiers": {}, "elsewhere": 0, "assets": "0", "loan": "0", "contribution": "0"}
    made = Handover.objects.create(
        made_by=staff, state=state, rule="evenly", reason="岗位调整", effective_on=timezone.localdate(), previewed=0,
        total=1, moved=1, spread=[[institution, "person"]], summary={"customers": 1, "receivers": [receiver]}, **more,
    )  # fmt: skip
    Receiver.objects.create(handover=made, staff_id="1111")
    return made.pk


def package_of(case: RightsCase, staff: Staff) -> Any:
    """A gathering of a person's data with its file."""
    package = Package.objects.create(case=case, staff=staff, status="done", finished_at=timezone.now())
    package.file = f"{package.pk}.zip"
    package.save(update_fields=["file"])
    files().save(f"{packages.FOLDER}/{package.file}", ContentFile(b"PK"))
    return package.pk


def work_with(party_id: str, staff: Staff) -> dict[str, Any]:
    """An activity with a customer, its file, and a task."""
    key = uuid4()
    activity = Activity.objects.create(
        key=key, party_id=party_id, kind="call", at=timezone.now(), staff=staff, text="x"
    )
    file = default_storage.save(f"attachments/{key.hex}", ContentFile(b"x"))
    attachment = Attachment.objects.create(
        activity=activity, name="photo.png", kind="png", size=1, sha256="0" * 64, file=file, staff=staff
    )
    task = Task.objects.create(
        key=key, party_id=party_id, title="回访", staff=staff, made_by=staff, due_on=timezone.localdate()
    )
    appointment = appointment_of(staff, party_id=party_id, kind="visit", title="上门拜访")
    return {
        "activity_id": activity.pk,
        "attachment_id": attachment.pk,
        "task_id": task.pk,
        "appointment_id": appointment.pk,
        "referral_id": _referral(party_id),
        "accepted_referral_id": _referral(party_id, state="accepted"),
    }


def work_with_prospect(lead_id: int, staff: Staff) -> dict[str, Any]:
    """An activity with a prospect, and its file."""
    key = uuid4()
    done = Activity.objects.create(key=key, lead_id=lead_id, kind="call", at=timezone.now(), staff=staff, text="x")
    file = default_storage.save(f"attachments/{key.hex}", ContentFile(b"x"))
    kept = {"name": "photo.png", "kind": "png", "size": 1, "sha256": "0" * 64, "file": file, "staff": staff}
    return {
        "lead_activity_id": done.pk,
        "lead_attachment_id": Attachment.objects.create(activity=done, **kept).pk,
    }


def appointment_of(staff: Staff, **fields: Any) -> Appointment:
    """An appointment of somebody, in five days."""
    begin = timezone.now().replace(microsecond=0) + 5 * DAY
    span = {"starts_at": begin, "ends_at": begin + datetime.timedelta(hours=1)}
    fields = {"kind": "meeting", "title": "例会", **fields}
    made = Appointment.objects.create(key=uuid4(), uid=uuid4().hex, zone="Asia/Shanghai", staff=staff, **span, **fields)
    Attendance.objects.create(appointment=made, staff=staff, answer="own", **span)
    return made


def invitation_to(staff: Staff) -> int:
    """An appointment of the branch manager, to which somebody is invited."""
    made = appointment_of(Staff.objects.get(pk="1101"))
    span = {"starts_at": made.starts_at, "ends_at": made.ends_at}
    Attendance.objects.create(appointment=made, staff=staff, answer="waiting", **span)
    return made.pk


def deal_with(party_id: str, staff: Staff) -> dict[str, Any]:
    """An opportunity with a product at a price beyond its floor, and the price asked for."""
    pipeline = Pipeline.objects.get(line="loan")
    stage = pipeline.stages.get(code="need")
    one = Opportunity.objects.create(
        key=uuid4(), party_id=party_id, pipeline=pipeline, stage=stage, title="流贷", need="备货", decider="财务",
        amount=1_000, amount_cny=1_000, expected_on=timezone.localdate() + DAY, owner=staff, opened_by=staff,
        institution_id=Party.objects.values_list("institution_id", flat=True).get(pk=party_id),
    )  # fmt: skip
    OpportunityMember.objects.create(opportunity=one, staff=staff, part="lead", share=100)
    price = {"product_id": "L002", "amount": 1_000, "price": Decimal("0.03"), "floor": Decimal("0.0405")}
    OpportunityProduct.objects.create(opportunity=one, reference=Decimal("0.0435"), below_floor=True, **price)
    asked = PriceApproval.objects.create(opportunity=one, why="存款多", asked_by=staff, **price)
    move = StageMove.objects.create(
        opportunity=one, to_stage=stage, staff=staff, version=1, pipeline_version=1, probability=10
    )
    return {"opportunity_id": one.pk, "approval_id": asked.pk, "move_id": move.pk}


def lead_like(party: Any) -> int:
    """A lead with the institution, manager and kind of a customer, whom it was found to be."""
    state = "accepted" if party.manager_id else "pool"
    lead = Lead.objects.create(
        key=uuid4(), name=party.name, name_folded=party.name, kind=party.kind, institution_id=party.institution_id,
        manager_id=party.manager_id, party_id=party.pk, phone="13811112222", source="hand", state=state,
    )  # fmt: skip
    LeadStep.objects.create(lead=lead, kind="made")
    return lead.pk


def _referral(party_id: str, **more: Any) -> int:
    """A referral about a customer to whoever looks after them, of somebody who is nobody here."""
    party = Party.objects.get(pk=party_id)
    made = Referral.objects.create(
        key=uuid4(), way="branch", kind=party.kind, party=party, name=party.name, product="wealth", share=30,
        referrer_id="1007", from_institution_id="B22", institution_id=party.institution_id,
        taker_id=party.manager_id or "0001", answer_by=timezone.now() + DAY, **more,
    )  # fmt: skip
    return made.pk


def own_task(staff: Staff) -> int:
    """A task of one's own, about no customer."""
    return Task.objects.create(
        key=uuid4(), title="整理台账", staff=staff, made_by=staff, due_on=timezone.localdate()
    ).pk


def _credential(staff: Staff) -> dict[str, Any]:
    """What a device would have answered when the passkey was made."""
    from fido2.cose import ES256
    from fido2.utils import websafe_encode
    from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

    key = ES256({1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: b"y" * 32})
    made = AttestedCredentialData.create(Aaguid.NONE, staff.pk.encode(), key)
    data = AuthenticatorData.create(b"r" * 32, AuthenticatorData.FLAG.AT | AuthenticatorData.FLAG.UP, 0, made)
    attested = AttestationObject.create("none", data, {})
    client = b'{"type":"webauthn.create","challenge":"AA","origin":"http://testserver"}'
    return {
        "id": websafe_encode(staff.pk.encode()),
        "rawId": websafe_encode(staff.pk.encode()),
        "type": "public-key",
        "response": {"clientDataJSON": websafe_encode(client), "attestationObject": websafe_encode(attested)},
        "clientExtensionResults": {},
    }


def _about(staff: Staff, institution: str) -> dict[str, Any]:
    facts = {"listing": "customers", "title": "客户", "purpose": "analysis", "reason": "季度分析"}
    return {"staff": staff, "language": "zh-hans", "reach": [[institution, "person"]], **facts}


def _asked(staff: Staff, institution: str) -> Export:
    return Export.objects.create(status="asked", needs_approval=True, expected=600, **_about(staff, institution))
