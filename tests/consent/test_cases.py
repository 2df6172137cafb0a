"""Requests of persons: the deadline, the life of a case, corrections, restriction, erasure and what is gathered."""

from __future__ import annotations

import csv
import datetime
import io
import json
import zipfile
from typing import IO, cast

import pytest
from django.apps import apps
from django.conf import settings as site_settings
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from guanxi.crm.consent import corrections, erasure, package
from guanxi.crm.consent.case_services import (
    CaseError,
    close_case,
    extend_case,
    lift_restriction,
    note_case,
    open_case,
    restrict_use,
    take_case,
    wait_for_customer,
)
from guanxi.crm.consent.codes import Channel, How, LimitKind, Purpose, Why
from guanxi.crm.consent.models import CaseStep, Limit, Package, RightsCase
from guanxi.crm.consent.queries import contactable, may_contact, unlimited
from guanxi.crm.consent.services import Evidence, record_consent
from guanxi.crm.holding.models import Agreement
from guanxi.crm.kernel.personal import registered
from guanxi.crm.kernel.storage import files
from guanxi.crm.party.models import ContactPoint, Party
from guanxi.crm.workdays.queries import working_calendar

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def case_of(cast, kind: str, party=None, **more) -> RightsCase:
    return open_case(
        **{
            "party_id": (party or cast.person).id,
            "kind": kind,
            "requester": "self",
            "requester_name": "王秀英",
            "proof": "document",
            "proof_reference": "33**********21",
            "way": "branch",
            "details": "",
            "staff_id": "1111",
            **more,
        }
    )


def gathered(case: RightsCase) -> zipfile.ZipFile:
    made = Package.objects.create(case=case, staff_id="1004")
    package.write_package(package_id=made.pk)
    made.refresh_from_db()
    return zipfile.ZipFile(cast("IO[bytes]", package.open_package(made)))


def test_a_case_has_a_number_a_deadline_and_steps_that_stay(cast):
    case = case_of(cast, "access", received_on=timezone.localdate())
    assert case.number.startswith(f"R{timezone.localdate():%Y%m%d}-")
    calendar = working_calendar()
    assert case.due_on == calendar.after(timezone.localdate(), 15)
    take_case(case_id=case.pk, staff_id="1004")
    wait_for_customer(case_id=case.pk, staff_id="1004", note="power of attorney")
    note_case(case_id=case.pk, staff_id="1004", note="came")
    extend_case(case_id=case.pk, staff_id="1004", days=5, reason="many papers")
    close_case(case_id=case.pk, staff_id="1004", status="done", outcome="handed over")
    case.refresh_from_db()
    assert (case.status, case.owner_id, case.is_open) == ("done", "1004", False)
    assert case.due_on == calendar.after(calendar.after(timezone.localdate(), 15), 5)
    steps = list(case.steps.order_by("id").values_list("what", flat=True))
    assert steps == ["received", "taken", "waiting", "note", "extended", "done"]
    table = CaseStep._meta.db_table
    for statement in (f"update {table} set note = ''", f"delete from {table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_what_a_case_does_not_allow(cast):
    case = case_of(cast, "access")
    for wrong in (
        lambda: case_of(cast, "access", proof_reference=" "),
        lambda: case_of(cast, "access", received_on=timezone.localdate() + datetime.timedelta(days=1)),
        lambda: close_case(case_id=case.pk, staff_id="1004", status="done", outcome=" "),
        lambda: close_case(case_id=case.pk, staff_id="1004", status="working", outcome="x"),
        lambda: extend_case(case_id=case.pk, staff_id="1004", days=99, reason="x"),
        lambda: extend_case(case_id=case.pk, staff_id="1004", days=3, reason=""),
        lambda: corrections.propose_correction(case_id=case.pk, staff_id="1004", field="name", new_value="王芳"),
        lambda: erasure.erase(case_id=case.pk, staff_id="1004"),
    ):
        with pytest.raises(CaseError):
            wrong()
    extend_case(case_id=case.pk, staff_id="1004", days=3, reason="x")
    with pytest.raises(CaseError):
        extend_case(case_id=case.pk, staff_id="1004", days=3, reason="again")
    close_case(case_id=case.pk, staff_id="1004", status="refused", outcome="not proved")
    with pytest.raises(CaseError):
        take_case(case_id=case.pk, staff_id="1004")


def test_a_correction_arrives_when_the_banks_files_bring_it(cast):
    case = case_of(cast, "correction")
    old = corrections.values_on_file(cast.person.id, "contact:mobile")[0]
    made = corrections.propose_correction(
        case_id=case.pk, staff_id="1004", field="contact:mobile", new_value="13900001111"
    )
    assert made.old_value == old
    assert corrections.pass_on(case_id=case.pk, staff_id="1004") == 1
    assert corrections.notice_arrivals(today=timezone.localdate()) == 0
    contact = ContactPoint.objects.get(party_id=cast.person.id, kind="mobile")
    contact.value = "13900001111"
    contact.save()
    assert corrections.notice_arrivals(today=timezone.localdate()) == 1
    assert corrections.notice_arrivals(today=timezone.localdate()) == 0
    made.refresh_from_db()
    assert (made.state, made.arrived_on) == ("arrived", timezone.localdate())
    assert case.steps.filter(what="arrived", staff_id=None).count() == 1


@pytest.mark.parametrize("field", corrections.Correctable.values)
def test_every_field_that_can_be_corrected_is_one_the_files_have(cast, field):
    case = case_of(cast, "correction")
    before = corrections.values_on_file(cast.person.id, field)
    if before:
        with pytest.raises(CaseError, match=r"already|已是"):
            corrections.propose_correction(case_id=case.pk, staff_id="1004", field=field, new_value=before[0])
    corrections.propose_correction(case_id=case.pk, staff_id="1004", field=field, new_value="1990-01-01")


def test_a_restriction_stops_use_and_lists_until_it_is_lifted(cast):
    who = cast.person.id
    evidence = Evidence(how=How.FORM, reference="F-1")
    record_consent(party_id=who, purpose=Purpose.MARKETING, channels=[Channel.SMS], evidence=evidence)
    case = case_of(cast, "restriction")
    restrict_use(case_id=case.pk, staff_id="1004", reason="disputes the data")
    with pytest.raises(CaseError):
        restrict_use(case_id=case.pk, staff_id="1004", reason="again")
    assert may_contact(who, Purpose.MARKETING, Channel.SMS).why is Why.RESTRICTED
    everybody = Party.objects.all()
    assert not contactable(everybody, Purpose.MARKETING, Channel.SMS, party="id").exists()
    assert not unlimited(everybody, party="id").filter(pk=who).exists()
    lift_restriction(case_id=case.pk, staff_id="1004", reason="settled")
    assert may_contact(who, Purpose.MARKETING, Channel.SMS).allowed
    assert Limit.objects.get().lifted_reason == "settled"
    with pytest.raises(CaseError):
        lift_restriction(case_id=case.pk, staff_id="1004", reason="again")


def test_every_model_with_a_persons_key_is_registered():
    """A model that is missing here would be missing from the answer to a person."""
    known = {held.model for held in registered()}
    missing = set()
    for model in apps.get_models():
        if not model.__module__.startswith("guanxi."):
            continue
        fields = model._meta.get_fields()
        to_party = any(isinstance(one, models.ForeignKey) and one.related_model is Party for one in fields)
        named = {one.name for one in fields} & {"party_id", "customer_id"}
        through_case = any(isinstance(one, models.ForeignKey) and one.related_model is RightsCase for one in fields)
        if (to_party or named or through_case) and model not in known:
            missing.add(model._meta.label)
    assert missing == set()


def test_a_package_holds_every_row_of_the_person_and_nobody_elses(cast):
    case = case_of(cast, "access")
    archive = gathered(case)
    data = json.loads(archive.read("data.json"))
    for held in registered():
        if held.copy_of:
            assert held.model._meta.label not in data
            continue
        rows = data[held.model._meta.label]
        later = held.model is CaseStep  # that the package was made is a step, too
        assert len(rows) == held.rows_of(cast.person.id).count() - later, held.model
        table = archive.read(f"csv/{held.model._meta.db_table}.csv").decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(table)))) == len(rows) + 1
        for field in held.left_out:
            assert all(field not in row for row in rows)
    assert data["party.Party"][0]["name"] == cast.person.name
    assert len(data["holding.Agreement"]) > 3
    assert len(data["holding.Event"]) > 3
    everything = archive.read("data.json").decode()
    others = {one.id for one in cast.parties.values()} - {cast.person.id}
    related = {row["party"] for row in data["party.PartyRelation"]} | {
        row["related_party"] for row in data["party.PartyRelation"]
    }
    for label in ("party.PartyIdentifier", "party.ContactPoint", "holding.Agreement", "insight.CustomerFigure"):
        assert {row["party"] for row in data[label]} <= {cast.person.id}
    assert all(f'"{other}"' not in everything for other in others - related)
    assert "aml_risk" not in everything


def test_the_package_reads_well_in_both_languages(cast):
    archive = gathered(case_of(cast, "access"))
    chinese, english = archive.read("index.html").decode(), archive.read("index.en.html").decode()
    assert "银行保存的您的个人信息" in chinese
    assert "What the bank holds about you" in english
    for page in (chinese, english):
        assert cast.person.name in page
        assert "<script" not in page
    assert "Home loan" not in chinese
    assert "居民身份证" in chinese
    assert "Resident identity card" in english


def test_a_cell_that_looks_like_a_formula_stays_text(cast):
    Party.objects.filter(pk=cast.person.id).update(occupation="=HYPERLINK(1)")
    archive = gathered(case_of(cast, "access"))
    assert "'=HYPERLINK(1)" in archive.read("csv/party_party.csv").decode("utf-8-sig")
    assert json.loads(archive.read("data.json"))["party.Party"][0]["occupation"] == "=HYPERLINK(1)"


def test_a_package_that_fails_says_so_and_leaves_no_half_file(cast, monkeypatch, tmp_path):
    made = Package.objects.create(case=case_of(cast, "access"), staff_id="1004")
    monkeypatch.setattr(package, "_page", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        package.write_package(package_id=made.pk)
    made.refresh_from_db()
    assert made.status == "failed"
    assert not [one for one in tmp_path.rglob("*") if one.is_file()]


def test_packages_go_after_a_month(cast):
    gathered(case_of(cast, "access"))
    assert package.throw_away() == 0
    Package.objects.update(finished_at=timezone.now() - package.KEPT * 2)
    assert package.throw_away() == 1
    assert not files().listdir(package.FOLDER)[1]


def test_while_the_relationship_lasts_erasure_ends_uses_and_says_what_stays(cast):
    who = cast.person.id
    case = case_of(cast, "erasure")
    plan = erasure.erasure_plan(who)
    assert plan.ended is None
    assert plan.keep_until is None
    kept = {part.kind: part.kept for part in plan.parts}
    assert {kind for kind, stays in kept.items() if not stays} == {"analysis", "operation"}
    assert len(kept) == 6
    assert all(part.rule.basis_zh and part.rule.basis_en for part in plan.parts)
    limit = erasure.erase(case_id=case.pk, staff_id="1004")
    assert limit.kind == LimitKind.RESTRICTION
    assert may_contact(who, Purpose.MARKETING, Channel.PHONE).why is Why.RESTRICTED


def test_after_the_relationship_the_register_keeps_the_rest_until_the_law_lets_go(
    cast, django_capture_on_commit_callbacks
):
    who = cast.person.id
    gathered(case_of(cast, "access"))
    Agreement.objects.filter(party_id=who, closed_on__isnull=True).update(closed_on=datetime.date(2024, 2, 29))
    Agreement.objects.filter(party_id=who).update(closed_on=datetime.date(2024, 2, 29))
    plan = erasure.erasure_plan(who)
    until = {part.kind: part.until for part in plan.parts}
    assert plan.ended == datetime.date(2024, 2, 29)
    assert until["identity"] == datetime.date(2034, 3, 1)
    assert plan.keep_until == max(day for day in until.values() if day)
    case = case_of(cast, "erasure")
    with django_capture_on_commit_callbacks(execute=True):
        limit = erasure.erase(case_id=case.pk, staff_id="1004")
    assert (limit.kind, limit.keep_until) == (LimitKind.ERASURE, plan.keep_until)
    assert may_contact(who, Purpose.MARKETING, Channel.PHONE).why is Why.ERASED
    assert not files().listdir(package.FOLDER)[1]
    with pytest.raises(CaseError):
        erasure.erase(case_id=case.pk, staff_id="1004")


def test_the_setting_is_the_laws_fifteen_days():
    assert site_settings.RIGHTS_WORKING_DAYS == 15
