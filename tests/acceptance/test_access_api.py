"""The API under the scope engine: a fuzz of every operation as each role, the matrix of role and relation, tokens.

``GUANXI_FUZZ=50`` asks each operation fifty times as each role instead of three.
"""

from __future__ import annotations

import datetime
import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from guanxi.crm.audit.models import Entry
from guanxi.crm.holding.models import Agreement, Event
from guanxi.crm.insight.models import CustomerFigure
from guanxi.crm.kernel import sensitive
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.grants import GRANTS
from guanxi.crm.org.models import ApiToken, Line, Post, Role, Staff
from guanxi.crm.org.queries import standing_of
from guanxi.crm.org.token_models import Ability
from guanxi.crm.org.tokens import is_whole, make_token, new_secret
from guanxi.crm.party.models import ContactPoint, Party, PartyIdentifier
from tests.acceptance.test_access_scope import PLACE, REACHED, RELATIONS, relate, union  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
MANY = int(os.environ.get("GUANXI_FUZZ", "3"))
ROLES = ("ai", "zhu", "bo", "he", "ann", "shen", "shi", "fu", "guan", "yu", "system")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# As the tests' own settings, but without looking for smaller examples: what fails is shown as it was sent.
ASKING = settings(
    max_examples=MANY, deadline=None, database=None, derandomize=MANY <= 3,
    phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture
def site(cast):
    """The site as a WSGI server calls it, on the test's own connection: requests do not close it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def token_of(staff: Staff, may=Ability.values, **more: Any) -> str:
    return make_token(staff=staff, name="test", abilities=may, days=30, strong=True, **more)[1]


def caller(secret: str, language: str = "en") -> Client:
    return Client(headers={"authorization": f"Bearer {secret}", "accept-language": language})


def somebody(cast, name: str) -> Staff:
    """A member of the cast, or a system of the bank that serves branch B1."""
    if name != "system":
        return cast.people[name]
    system = Staff.objects.create_user("phone-bank", name="电话银行", institution_id="B1", role=Role.SYSTEM)
    Post.objects.create(staff=system, institution_id="B1", role=Role.SYSTEM, valid_from=datetime.date(2026, 1, 1))
    return system


def leaves(value: Any) -> Iterator[str]:
    """Every text in an answer."""
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    elif isinstance(value, str):
        yield value


class Secrets:
    """What no answer to somebody may hold: who is not theirs, and whatever is sensitive of anybody, in the clear."""

    def __init__(self, staff: Staff) -> None:
        scope = standing_of(staff, version=2, today=timezone.localdate()).scope
        self.seen = set(Party.objects.visible_to(scope).values_list("id", flat=True))
        hidden = Party.objects.exclude(id__in=self.seen)
        self.names = set(hidden.values_list("name", flat=True)) - set(
            Party.objects.filter(id__in=self.seen).values_list("name", flat=True)
        )
        self.numbers = set(hidden.values_list("id", flat=True))
        self.clear: set[str] = set()
        for model, field, code in (
            (PartyIdentifier, "number", "kind"),
            (ContactPoint, "value", "kind"),
            (Agreement, "account_number", None),
            (Event, "counterparty_account", None),
        ):
            declared = sensitive.declared(model, field)
            for row in model._base_manager.all():
                value = getattr(row, field)
                if value and declared.kind_of(getattr(row, code) if code else "") is not None:
                    self.clear.add(value)
        assert len(self.clear) > 150

    def check(self, text: str) -> None:
        assert not (found := {one for one in self.clear if one in text}), f"in the clear: {found}"
        assert not (found := {one for one in self.numbers if one in text}), f"not theirs: {found}"
        assert not (found := self.names & set(leaves(json.loads(text)) if text else ())), f"not theirs: {found}"


@pytest.mark.parametrize("role", ROLES)
def test_fuzz(cast, site, settings, role):
    """Every operation with data that fit and data that do not, of own customers and of others': nothing leaks and
    nothing breaks, and every answer is what the document says.
    """
    settings.EXPORT_APPROVAL_ROWS_A_DAY = 10**9
    settings.RATE_LIMITS = False
    staff = somebody(cast, role)
    secrets = Secrets(staff)
    headers = {"Authorization": f"Bearer {token_of(staff)}", "Accept-Language": "en", "Accept-Encoding": "identity"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site, headers=headers)
    parties = [*sorted(secrets.seen)[:12], *sorted(secrets.numbers)[:6], "P99999"]
    asked: dict[str, set[int]] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
        cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))

        @ASKING
        @given(case=cases, party=st.sampled_from(parties), invented=st.integers(0, 3))
        def ask(case, party, invented) -> None:
            if "party_id" in (case.path_parameters or {}) and invented < 3:
                case.path_parameters["party_id"] = party
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS, headers=headers)
            secrets.check(response.text)
            asked.setdefault(case.operation.label, set()).add(response.status_code)
            if party in secrets.numbers and invented < 3 and "party_id" in (case.path_parameters or {}):
                assert response.status_code >= 400

        ask()
    assert len(asked) == 32
    if role in ("ai", "bo", "he", "shi", "fu"):
        assert sum(200 in statuses for statuses in asked.values()) > 8, asked


@pytest.mark.parametrize("role", list(Role))
def test_matrix(union, role):  # noqa: F811
    """Role x relation through one customer, its parts, the list and the search; writing needs the verb besides."""
    staff = union.qian
    Post.objects.filter(staff=staff).delete()
    Post.objects.create(staff=staff, institution_id=PLACE.get(role, "B0"), role=role, line=Line.RETAIL)
    Party.objects.filter(manager_id=staff.id).update(manager_id=None)
    client = caller(token_of(staff))
    for relation in RELATIONS:
        with transaction.atomic():
            number = relate(union, staff, relation)
            reach(client, number, role, reached=relation in REACHED.get(role, set()))
            transaction.set_rollback(True)


def reach(client, number: str, role: str, *, reached: bool) -> None:
    CustomerFigure.objects.filter(party_id=number).update(manager_id=Party.objects.get(pk=number).manager_id)
    refused = 404 if Verb.SEE in GRANTS.get(role, {}) else 403
    for part in ("", "/events", "/relations", "/consents"):
        assert client.get(f"/api/v1/customers/{number}{part}").status_code == (200 if reached else refused), part
    if number != "FAR01":  # without figures it is in no list
        for path in (f"customers?q={number}", f"search?q={number}"):
            assert (f'"{number}"' in client.get(f"/api/v1/{path}").content.decode()) is reached
    body = {"decision": "withdrawn", "how": "branch"}
    written = client.post(f"/api/v1/customers/{number}/consents", body, content_type="application/json").status_code
    writes = Verb.EDIT in GRANTS.get(role, {})
    assert written == (201 if reached and writes else refused if writes or not GRANTS.get(role) else 403)
    support = {"staff": "1121"}
    made = client.post(f"/api/v1/customers/{number}/supports", support, content_type="application/json").status_code
    assert made == (201 if reached and Verb.ASSIGN in GRANTS.get(role, {}) else refused)


def test_every_operation_is_guarded_and_needs_an_ability_or_says_why_not(cast):
    from guanxi.crm.api.callers import Token
    from guanxi.crm.api.interface import api

    free = set()
    for bound in api._get_bound_routers():
        for view in bound.path_operations.values():
            for operation in view.operations:
                (guard,) = operation.auth_callbacks
                assert isinstance(guard, Token)
                if guard.ability is None:
                    free.add(operation.view_func.__name__)
    assert free == {"me", "publication"}


def test_a_token_opens_nothing_beyond_its_abilities(cast):
    number = cast.person.id
    paths = {
        Ability.CUSTOMERS: "customers",
        Ability.EVENTS: f"customers/{number}/events",
        Ability.CONSENTS: f"customers/{number}/consents",
        Ability.ARRANGEMENTS: f"customers/{number}/supports",
        Ability.OPPORTUNITIES: "opportunities",
        Ability.ORGANISATION: "institutions",
        Ability.PRODUCTS: "products",
    }
    for ability in Ability:
        client = caller(token_of(cast.bo, [ability]))
        for wanted, path in paths.items():
            answer = client.get(f"/api/v1/{path}")
            if wanted == ability:
                assert answer.status_code == 200, (ability, path)
            else:
                assert answer.status_code == 403, (ability, path)
                assert answer.json()["code"] in ("token-not-allowed", "no-right")
    # The scope itself is narrowed, so row-level security too knows nothing of customers.
    narrow = caller(token_of(cast.bo, [Ability.PRODUCTS])).get("/api/v1/me").json()
    assert {scope["verb"]: scope["reach"] for scope in narrow["scopes"]} == dict.fromkeys(Verb, "nothing")
    reading = caller(token_of(cast.bo, [Ability.CUSTOMERS])).get("/api/v1/me").json()
    assert {one["verb"] for one in reading["scopes"] if one["reach"] != "nothing"} == {"see"}


def test_a_token_never_outlives_its_time_its_owner_or_its_end(cast):
    client = caller(secret := token_of(cast.ai))
    assert client.get("/api/v1/me").json()["id"] == cast.ai.id
    token = ApiToken.objects.get()
    assert token.used_at is not None
    assert secret.encode() not in bytes(token.digest)
    ApiToken.objects.update(expires_at=timezone.now())
    answer = client.get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "token-refused")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    ApiToken.objects.update(expires_at=timezone.now() + datetime.timedelta(days=1))
    assert client.get("/api/v1/me").status_code == 200
    # Whatever ends the person's right to sign in ends the token: here SQL, as the night's job does.
    Staff.objects.filter(pk=cast.ai.id).update(is_active=False)
    assert not ApiToken.objects.exists()
    Staff.objects.filter(pk=cast.ai.id).update(is_active=True)
    assert client.get("/api/v1/me").status_code == 401


def test_a_persons_change_of_post_reaches_their_token_at_once(cast):
    client = caller(token_of(cast.bo))
    assert client.get(f"/api/v1/customers/{cast.person.id}").status_code == 200
    Post.objects.filter(staff=cast.bo).update(institution_id="B2")
    assert client.get(f"/api/v1/customers/{cast.person.id}").status_code == 404


def test_wrong_tokens_are_counted_refused_and_recorded_without_locking_the_right_one(cast):
    right, wrong = caller(token_of(cast.ai)), caller(new_secret())
    statuses = [wrong.get("/api/v1/me").status_code for _try in range(33)]
    assert statuses == [401] * 30 + [429] * 3
    assert int(wrong.get("/api/v1/me").headers["Retry-After"]) > 0
    assert right.get("/api/v1/me").status_code == 200
    entries = Entry.objects.filter(action="sign_in_refused", kind="api-token")
    assert entries.count() == 30
    assert all(len(entry.detail["begins"]) <= 6 for entry in entries)


def test_what_was_not_made_here_costs_no_query(cast, django_assert_num_queries, settings):
    settings.RATE_LIMITS = False
    from guanxi.crm.org.tokens import find_token

    with django_assert_num_queries(0):
        for secret in ("", "gx_", "gx_" + "A" * 46, "Basic YTpi", "gx_" + "ü" * 46):
            assert find_token(secret) is None
    assert is_whole(new_secret())
    assert re.fullmatch(r"gx_[A-Za-z0-9]{46}", new_secret())


def test_each_token_has_its_own_limit(cast, monkeypatch):
    from guanxi.crm.web import limits

    monkeypatch.setitem(limits.LIMITS, "api-v1", limits.Limit(3, 60, methods=limits.ALL))
    one, other = caller(token_of(cast.ai)), caller(token_of(cast.ai))
    assert [one.get("/api/v1/me").status_code for _time in range(4)] == [200, 200, 200, 429]
    answer = one.get("/api/v1/publication")
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many")
    assert int(answer.headers["Retry-After"]) > 0
    assert other.get("/api/v1/me").status_code == 200


def test_reading_the_book_through_the_api_is_an_export(cast, settings):
    """Portions add up, of whatever operation and token, and with exports; the 403 says what to do instead."""
    settings.EXPORT_APPROVAL_ROWS_A_DAY = 30
    client, another = caller(token_of(cast.he)), caller(token_of(cast.he))
    assert len(client.get("/api/v1/customers?limit=20").json()["items"]) == 20
    answer = another.get("/api/v1/customers?limit=20")
    assert (answer.status_code, answer.json()["code"]) == (403, "export-needed")
    assert "export" in answer.json()["detail"]
    assert len(another.get("/api/v1/customers?limit=9").json()["items"]) == 9
    assert client.get("/api/v1/customers/P00001").status_code == 200
    assert client.get("/api/v1/customers/P00002").status_code == 403
    assert client.get("/api/v1/products").status_code == 200  # no customer's record
    from guanxi.crm.web.exports.services import needs_approval

    assert needs_approval(staff=cast.he, rows=1)
    assert not needs_approval(staff=cast.ann, rows=30)
    # A system may have been given a number of its own, by whoever administers the machine.
    system = caller(token_of(somebody(cast, "system"), rows_a_day=41))
    assert system.get("/api/v1/customers?limit=40").status_code == 200
    assert system.get("/api/v1/customers?limit=40").status_code == 403


def test_a_session_calls_too_with_its_csrf_token(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ai)
    assert client.get("/api/v1/me").json()["token"] is None
    path, body = f"/api/v1/customers/{cast.person.id}/consents", {"decision": "withdrawn", "how": "branch"}
    answer = client.post(path, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    client.get("/security/")
    sent = {"X-CSRFToken": client.cookies["csrftoken"].value}
    assert client.post(path, body, content_type="application/json", headers=sent).status_code == 201


def test_nobody_is_told_as_a_program_and_people_as_people(cast):
    answer = Client().get("/api/v1/customers")
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
    assert Client().get("/api/").status_code == 302
    for path in ("nowhere", "customers/P00001/nowhere"):
        answer = caller(token_of(cast.ai)).get(f"/api/v1/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    answer = caller(token_of(cast.ai)).put("/api/v1/me")
    assert (answer.status_code, answer.json()["code"], answer.headers["Allow"]) == (405, "method-not-allowed", "GET")


def test_a_role_that_needs_a_second_factor_needs_it_for_tokens(cast, settings):
    weak = make_token(staff=cast.he, name="x", abilities=["customers:read"], days=1, strong=False)[1]
    strong = make_token(staff=cast.he, name="y", abilities=["customers:read"], days=1, strong=True)[1]
    settings.MFA_ROLES = frozenset({"head_office"})
    answer = caller(weak).get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (403, "second-factor-needed")
    assert caller(strong).get("/api/v1/me").status_code == 200


def test_every_call_is_in_the_log_with_its_token(cast):
    secret = token_of(cast.ai)
    client, token = caller(secret), ApiToken.objects.get()
    client.get(f"/api/v1/customers/{cast.person.id}")
    client.get(f"/api/v1/customers/{cast.person.id}/events")
    client.get("/api/v1/customers?limit=2")
    client.get(f"/api/v1/search?q={PartyIdentifier.objects.get(party_id=cast.person.id, kind='resident_id').number}")
    client.get(f"/api/v1/customers/{cast.outside.id}")
    body = {"decision": "withdrawn", "how": "branch"}
    client.post(f"/api/v1/customers/{cast.person.id}/consents", body, content_type="application/json")
    entries = list(Entry.objects.filter(actor=cast.ai.id).exclude(kind="api-token").order_by("id"))
    assert [(one.action, one.kind, one.subject) for one in entries] == [
        ("view", "api-v1:customer", cast.person.id),
        ("view", "api-v1:customer-events", cast.person.id),
        ("list", "api-v1:customers", ""),
        ("search", "api-v1:search", ""),
        ("refused", "api-v1:customer", cast.outside.id),
        ("consent", "consent", cast.person.id),
    ]
    assert all(one.detail["token"] == str(token.pk) for one in entries)
    assert "***" in entries[3].detail["words"]


def test_a_system_has_no_session_and_serves_its_institution(cast, capsys):
    from guanxi.commands.api import end_account, make_account, make_account_token
    from guanxi.crm.web.signin.door import enter

    assert make_account("phone-bank", name="电话银行", institution="B1", line="retail") == 0
    assert make_account("phone-bank", name="x", institution="B1", line="retail") == 1
    assert make_account("other", name="x", institution="nowhere", line="retail") == 1
    capsys.readouterr()
    may = ["customers:read", "consents:write"]
    assert make_account_token("phone-bank", name="crm", may=may, days=30, rows_a_day=100_000) == 0
    told = capsys.readouterr()
    client = caller(told.out.strip())
    assert "100000 records a day" in told.err
    seen = {item["id"] for item in client.get("/api/v1/customers?limit=200").json()["items"]}
    wanted = Party.objects.filter(institution_id__in=["B11", "B12"], kind="person").values_list("id", flat=True)
    assert seen == set(wanted)
    assert make_account_token("phone-bank", name="crm", may=["everything"], days=30, rows_a_day=None) == 1
    assert make_account_token(cast.ai.id, name="crm", may=may, days=30, rows_a_day=None) == 1
    account = Staff.objects.get(pk="phone-bank")
    from django.core.exceptions import PermissionDenied
    from django.test import RequestFactory

    with pytest.raises(PermissionDenied):
        enter(RequestFactory().get("/"), account, method="provider", second="", then="/")
    assert end_account("phone-bank") == 0
    assert client.get("/api/v1/me").status_code == 401
    assert end_account("phone-bank") == 1


def test_the_document_is_in_both_languages_and_names_every_error(cast):
    documents = {
        language: caller(token_of(cast.ai), language).get("/api/v1/openapi.json").json()
        for language in ("en", "zh-hans")
    }
    operations = {
        language: [operation for methods in document["paths"].values() for operation in methods.values()]
        for language, document in documents.items()
    }
    for english, chinese in zip(operations["en"], operations["zh-hans"], strict=True):
        assert english["operationId"] == chinese["operationId"]
        for words in ("summary", "description"):
            assert english[words].isascii()
            assert re.search("[一-龥]", chinese[words]), chinese[words]
        for one in chinese["parameters"]:
            assert "description" not in one or re.search("[一-龥]|CNY", one["description"]), one
