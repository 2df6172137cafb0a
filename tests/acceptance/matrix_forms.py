"""What is sent to each address that takes POST, such that it would change something if it were let through.

**An address that takes POST needs a form here**; it gets the stage and the records of the turn, by the name that
addresses have for them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from guanxi.crm.org.models import Cover, Line, Post
from guanxi.crm.party.models import Party
from guanxi.crm.sales.models import Pipeline
from tests.acceptance.stage import Stage
from tests.cast import PASSWORD
from tests.taking import WHY
from tests.web.contact.test_files import png

Form = Callable[[Stage, Mapping[str, Any]], Mapping[str, Any]]
CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20990101T010000Z\r\nSUMMARY:x\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)
NEW_PASSWORD = "北京 river 2026 lantern"


def nothing(_stage: Stage, _records: Mapping[str, Any]) -> Mapping[str, Any]:
    """An address whose button is all there is to send."""
    return {}


def always(**fields: Any) -> Form:
    """The same whatever the record."""
    return lambda _stage, _records: fields


def _day(days: int = 0) -> str:
    return (timezone.localdate() + datetime.timedelta(days=days)).isoformat()


def _moment() -> str:
    return timezone.localtime().strftime("%Y-%m-%dT%H:%M")


def _appointment(**fields: str) -> Mapping[str, Any]:
    return {
        "title": "部门例会", "kind": "meeting", "day": _day(5), "starts": "09:00", "ends": "10:00", "despite": "1",
        **fields,
    }  # fmt: skip


def _upload(_stage: Stage, _records: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"file": SimpleUploadedFile("mended.csv", b"id,version,mended\n")}


def _verdicts(_stage: Stage, _records: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"file": SimpleUploadedFile("verdicts.csv", b"left,right,verdict\nA,B,same\n")}


def _restore(_stage: Stage, records: Mapping[str, Any]) -> Mapping[str, Any]:
    events = Cover.history.rel.related_model.objects.filter(pgh_obj_id=records["cover_id"], pgh_label="update")
    return {"field": "reason", "event": events.order_by("-pgh_id")[0].pgh_id, "reason": "误改"}


def _rows(prefix: str, **fields: Any) -> Mapping[str, Any]:
    """One row of a part of an opportunity."""
    sent = {f"{prefix}-0-{name}": value for name, value in fields.items()}
    return {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "0", "version": "1", **sent}


def _next_stage() -> int:
    """A stage that an opportunity of the stage's may enter."""
    return Pipeline.objects.get(line="loan").stages.get(code="file").pk


def _pipeline(_stage: Stage, _records: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first pipeline with another probability of its first stage, as its page sends it."""
    pipeline = Pipeline.objects.order_by("pk")[0]
    stages = list(pipeline.stages.order_by("position", "id"))
    sent: dict[str, Any] = {
        "name_zh": pipeline.name_zh, "name_en": pipeline.name_en, "tolerance": "0.002", "position": "1",
        "is_active": "on", "seen": pipeline.version, "stages-TOTAL_FORMS": len(stages),
        "stages-INITIAL_FORMS": len(stages),
    }  # fmt: skip
    for place, one in enumerate(stages):
        fields = ("id", "code", "name_zh", "name_en", "process", "state", "probability", "required", "position")
        sent |= {f"stages-{place}-{name}": getattr(one, name) for name in fields}
        sent |= {f"stages-{place}-pipeline": pipeline.pk, f"stages-{place}-days": one.days or ""}
        sent |= {f"stages-{place}-is_active": "on"}
    return sent


def _support(_stage: Stage, records: Mapping[str, Any]) -> Mapping[str, Any]:
    """Somebody of the customer's own bank."""
    other = Party.objects.filter(pk=records.get("party_id"), institution_id="C0").exists()
    return {"staff": "3001" if other else "1001", "reason": "共同拜访"}


def _pool_rules(stage: Stage, _records: Mapping[str, Any]) -> Mapping[str, Any]:
    """The pool of the person's own post, where there is one."""
    post = Post.objects.filter(staff=stage.me).first()
    return {
        "institution": post.institution_id if post else "B1",
        "line": post.line if post and post.line != Line.BOTH else Line.RETAIL,
        "capacity": "300",
        "pause_days": "30",
    }


FORMS: dict[str, Form] = {
    "sign-in": always(username="1111", password=PASSWORD),
    "sign-in-second": always(code="123456"),
    "sign-in-passkey": always(credential="{}"),
    "passkey-options": nothing,
    "sign-out": nothing,
    "confirm": always(password=PASSWORD),
    "confirm-passkey": always(credential="{}"),
    "language": always(language="en"),
    "preferences": always(unit="one"),
    "list-columns": always(column="assets"),
    "second-factor": always(code="123456"),
    "second-factor-remove": nothing,
    "recovery-codes": nothing,
    "passkey-add-options": nothing,
    "passkey-add": always(credential="{}"),
    "passkey-remove": nothing,
    "token-new": always(name="报表程序", abilities=["products:read"], days="30"),
    "token-end": nothing,
    "password": always(current=PASSWORD, new_password1=NEW_PASSWORD, new_password2=NEW_PASSWORD),
    "sessions-end": nothing,
    "session-end": nothing,
    "customer-consents": lambda _stage, _records: {
        "decision": "withdrawn", "purpose": "everything", "how": "branch", "said_on": _day(),
    },
    "customer-activity-new": lambda _stage, _records: {"key": str(uuid4()), "at": _moment(), "text": "已沟通"},
    "customer-activity": lambda _stage, _records: {"version": "1", "at": _moment(), "text": "补充说明"},
    "customer-attach": lambda _stage, _records: {"file": SimpleUploadedFile("photo.png", png(5))},
    "customer-task-new": lambda _stage, _records: {
        "key": str(uuid4()), "title": "回访", "due_on": _day(3), "priority": "2",
    },
    "task": lambda _stage, _records: {"version": "1", "title": "再次回访", "due_on": _day(4), "priority": "1"},
    "task-new": lambda _stage, _records: {"key": str(uuid4()), "title": "整理台账", "due_on": _day(3), "priority": "2"},
    "task-done": lambda stage, _records: {"only": stage.mine["own_task_id"]},
    "task-snooze": lambda stage, _records: {"only": stage.mine["own_task_id"], "until": _day(3)},
    "task-reassign": lambda stage, _records: {"only": stage.mine["own_task_id"], "staff": "1111"},
    "task-undo": always(token="none"),
    "calendar-new": lambda _stage, _records: _appointment(key=str(uuid4())),
    "customer-appointment-new": lambda _stage, _records: _appointment(key=str(uuid4()), kind="visit"),
    "appointment": lambda _stage, _records: _appointment(version="1", title="改期拜访", kind="visit"),
    "appointment-move": lambda _stage, _records: {
        "version": "1", "starts": f"{_day(6)}T10:00", "minutes": "45", "all_day": "0",
    },
    "appointment-cancel": always(version="1", which="this"),
    "appointment-answer": always(answer="accepted"),
    "calendar-undo": always(token="none"),
    "calendar-hours": always(works0="1", begins0="09:15", ends0="17:00"),
    "calendar-leave": lambda _stage, _records: {
        "first_day": _day(40), "last_day": _day(41), "kind": "annual", "note": "",
    },
    "calendar-leave-end": nothing,
    "calendar-feed-make": nothing,
    "calendar-feed-revoke": nothing,
    "calendar-import": lambda _stage, _records: {"file": SimpleUploadedFile("plan.ics", CALENDAR)},
    "calendar-import-take": always(token="none"),
    "plan-route": lambda _stage, _records: {"day": _day(5)},
    "plan-goal": lambda _stage, _records: {"day": _day(), "visits": "20", "version": "0"},
    "plan-visit": lambda _stage, _records: {"key": str(uuid4()), "at": _moment(), "text": "已拜访"},
    "morning-said": lambda _stage, _records: {"key": str(uuid4()), "occasion": f"birthday~{_day()}"},
    "morning-undo": always(token="none"),
    "customer-linkage-leads": nothing,
    "referral-new": lambda _stage, _records: {
        "key": str(uuid4()), "name": "周远", "kind": "person", "way": "to_retail", "to": "B12", "product": "card",
        "share": "30", "text": "柜面咨询信用卡",
    },
    "referral-answer": always(version="1", answer="decline", text="不在本辖区"),
    "referral-pass": always(version="1", to="B22", text="请跟进"),
    "referral-end": always(version="1", end="won", amount="50000"),
    "referral-opportunity": lambda _stage, _records: {
        "version": "1", "title": "理财配置", "expected_on": _day(20),
    },
    "work-log": lambda _stage, _records: {"day": _day(), "version": "0", "text": "走访三户"},
    "work-log-add": lambda _stage, _records: {
        "day": _day(), "key": str(uuid4()), "clock": "00:00", "minutes": "30", "text": "部门例会",
    },
    "bulletin-new": lambda _stage, _records: {
        "key": str(uuid4()), "institution": "T11", "title": "周例会", "text": "周一上午九点",
    },
    "material-new": lambda _stage, _records: {
        "institution": "T11", "title": "产品手册", "file": SimpleUploadedFile("p.png", png(7)),
    },
    "notices-read": always(all="1"),
    "notices-unread": lambda stage, _records: {"notice": stage.mine["read_notice_id"]},
    "notices-wishes": nothing,
    "device-add": always(endpoint="https://fcm.googleapis.com/x", key="BA", secret="AA"),
    "device-remove": nothing,
    "customer-support": _support,
    "customer-opportunity-new": lambda _stage, _records: {
        "key": str(uuid4()), "shift": "0", "line": "loan", "title": "流动资金贷款", "expected_on": _day(30),
    },
    "opportunity-put-off": lambda _stage, records: {"chosen": "0", "day": _day(20)},
    "opportunity-give": always(chosen="0", staff="1111"),
    "opportunity-edit": lambda _stage, _records: {
        "version": "1", "shift": "0", "title": "改名", "expected_on": _day(30), "amount": "5",
    },
    "opportunity-move": lambda _stage, _records: {"version": "1", "stage": _next_stage()},
    "opportunity-undo": nothing,
    "opportunity-products": lambda _stage, _records: _rows("p", product="L002", amount="10", price="4.35"),
    "opportunity-team": lambda _stage, _records: _rows("t", staff="1111", part="lead", share="100"),
    "opportunity-competitors": lambda _stage, _records: _rows("c", name="某银行"),
    "opportunity-activity": lambda _stage, _records: {
        "key": str(uuid4()), "kind": "note", "at": _moment(), "text": "已沟通",
    },
    "opportunity-price": always(version="1", product="L002", why="结算量大"),
    "opportunity-price-decide": always(approve="1"),
    "lead-new": lambda _stage, _records: {
        "key": str(uuid4()), "kind": "person", "name": "新线索", "source": "hand", "phone": "13900002222",
    },
    "lead": lambda _stage, _records: {"version": "1", "kind": "person", "name": "改名", "source": "hand"},
    "lead-accept": always(chosen="1"),
    "lead-assign": lambda stage, _records: {"chosen": stage.house["pool_lead_id"], "to": "1111"},
    "lead-act": always(version="1", closing="no_interest"),
    "lead-activity-new": lambda _stage, _records: {"key": str(uuid4()), "at": _moment(), "text": "已沟通"},
    "lead-activity": lambda _stage, _records: {"version": "1", "at": _moment(), "text": "补充说明"},
    "lead-attach": lambda _stage, _records: {"file": SimpleUploadedFile("photo.png", png(5))},
    "lead-task-new": lambda _stage, _records: {
        "key": str(uuid4()), "title": "回访", "due_on": _day(3), "priority": "2",
    },
    "lead-appointment-new": lambda _stage, _records: _appointment(key=str(uuid4()), kind="visit"),
    "lead-convert": always(version="1", party=""),
    "lead-reveal": always(why="contact", reason="回访线索"),
    "lead-imports": lambda _stage, _records: {"file": SimpleUploadedFile("leads.csv", "姓名\n张三\n".encode())},
    "lead-import-check": always(**{"column-0": "name"}),
    "lead-import-take": nothing,
    "lead-import-take-back": nothing,
    "apply": lambda _stage, _records: {
        "key": str(uuid4()), "kind": "person", "name": "网客", "phone": "13900003333", "agreed": "on",
    },
    "customer-support-end": nothing,
    "reveal": always(why="contact", reason="到期回访"),
    "unusual-note": always(days="30", outcome="explained", note="已核实，属工作需要"),
    "rights-act": nothing,
    "rights-receive": lambda _stage, _records: {
        "kind": "access", "requester": "self", "requester_name": "本人", "proof": "document",
        "proof_reference": "0001", "way": "branch", "received_on": _day(),
    },
    "board-hand-over": nothing,
    "team-cover": lambda _stage, _records: {
        "staff": "1111", "substitute": "1121", "first": _day(), "last": _day(3), "reason": "休假",
    },
    "team-cover-end": nothing,
    "handover-new": always(giver="-"),
    "handover-who": always(giver="1111"),
    "handover-what": always(mode="all"),
    "handover-to": lambda _stage, _records: {
        "receiver": ["1111"], "rule": "evenly", "kind": "final", "effective_on": _day(), "reason": "岗位调整",
    },
    "handover-preview": nothing,
    "handover-sign": nothing,
    "handover-refuse": always(said="不合适"),
    "handover-take-back": nothing,
    "handover-undo": always(said="误操作"),
    "pool-claim": always(customer="NOBODY"),
    "pool-give-back": always(customer="NOBODY", reason="无法联系"),
    "pool-rules": _pool_rules,
    "export-ask": always(**WHY),
    "export-decide": always(approve="1", said=""),
    "export-take-back": nothing,
    "run-start": nothing,
    "identity": nothing,
    "identity-pair": always(verdict="different", reason="不同证件"),
    "identity-verdict-take-back": nothing,
    "identity-merge": always(reason="误并", different="1"),
    "identity-files": _verdicts,
    "identity-answer": always(answer="是同一人"),
    "customer-records": lambda _stage, records: {
        "what": "keep", "field": "party_name", "record": records.get("left_record", "-")
    },
    "identity-file-take": nothing,
    "identity-file-take-back": nothing,
    "identity-thresholds": always(kind="person", merge_from="0.999", review_from="0.9", reason="减少人工"),
    "rules-book": nothing,
    "rules-version": always(**{"c:c4:contribution_i0": ">= 40000"}),
    "rules-test": always(
        cases="restricted,risk_grade,days_overdue,contribution_r12,assets_adb_ytd,assets_adb_mtd\nfalse,,0,1,1,1"
    ),
    "rules-simulate": nothing,
    "rules-submit": always(reason="提高门槛"),
    "rules-decide": always(verdict="approve"),
    "rules-withdraw": nothing,
    "quarantined-row": always(f1="x", version="y"),
    "quarantine-dismiss": lambda stage, _records: {"row": stage.house["row_id"]},
    "quarantine-restore": lambda stage, _records: {"row": stage.house["dismissed_row_id"]},
    "quarantine-import": _upload,
    "quarantine-apply": nothing,
    "proof-verify": nothing,
    "history-restore": _restore,
    "admin:logout": nothing,
    "admin:auth_user_password_change": always(password1=NEW_PASSWORD, password2=NEW_PASSWORD, usable_password="true"),
    "admin:org_staff_change": always(is_active="on", is_staff="on", **{
        f"posts-{part}_FORMS": "0" for part in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")
    }),
    "admin:consent_retentionrule_change": always(years="7", kept_from="record", basis_zh="测试", basis_en="A test"),
    "admin:consent_consenttext_add": lambda _stage, _records: {
        "purpose": "marketing", "version": "9", "valid_from": _day(9), "text_zh": "新文本", "text_en": "A new text",
    },
    "admin:contact_reasonsetting_add": always(
        reason="birthday", weight="2", lead_days="5", keep_days="1", half_life="2", is_shown="on",
    ),
    "admin:contact_outcome_add": always(
        kind="call", code="busy", name_zh="占线", name_en="Engaged", result="not_reached", position="9", is_active="on",
    ),
    "admin:contact_outcome_change": always(name_zh="占线", name_en="Engaged", result="not_reached", position="9"),
    "admin:contact_resource_add": always(
        kind="room", name_zh="二号会议室", name_en="Room 2", institution="B11", seats="8", position="2", is_active="on"
    ),
    "admin:contact_resource_change": always(
        kind="room", name_zh="一号会议室（大）", name_en="Room 1", institution="B11", position="1", is_active="on"
    ),
    "admin:contact_activitytemplate_add": always(
        kind="call", name_zh="问候", name_en="Greeting", text_zh="近况", text_en="How are you", position="9",
    ),
    "admin:contact_activitytemplate_change": always(
        kind="call", name_zh="问候", name_en="Greeting", text_zh="近况", text_en="How are you", position="9",
    ),
    "admin:sales_pipeline_change": _pipeline,
    "admin:sales_closereason_add": always(
        state="lost", code="moved", name_zh="客户迁出", name_en="Customer moved away", position="9",
    ),
    "admin:sales_closereason_change": always(name_zh="价格", name_en="Price", position="9"),
    "admin:sales_scoringrule_add": always(
        criterion="phone", points="5", name_zh="有电话", name_en="Has a phone", position="9", is_active="on",
    ),
    "admin:sales_scoringrule_change": always(
        criterion="phone", points="7", name_zh="有电话", name_en="Has a phone", position="9",
    ),
    "admin:sales_assignmentrule_add": always(way="capacity", name_zh="余量", name_en="Room", position="9"),
    "admin:sales_assignmentrule_change": always(way="capacity", name_zh="余量", name_en="Room", position="9"),
    "admin:sales_leadsetup_change": always(
        opens="08:30", closes="17:00", accept_hours="4", recycle_hours="4", most_open="50", consent_zh="同意",
        consent_en="Yes",
    ),
    "admin:workdays_specialday_add": always(
        day="2027-01-01", kind="holiday", name_zh="元旦", name_en="New Year's Day",
    ),
    "admin:workdays_specialday_change": always(kind="holiday", name_zh="元旦假期", name_en="New Year's break"),
    "admin:workdays_specialday_delete": always(post="yes"),
    "admin:org_addresslock_delete": always(post="yes"),
    "admin:org_apitoken_delete": always(post="yes"),
}  # fmt: skip
