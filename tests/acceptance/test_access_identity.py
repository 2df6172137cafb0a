"""Who may use the site proves who they are: second factor, locks, passwords, sessions, confirming."""

from __future__ import annotations

import datetime
import hashlib
import re
import time
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.org import second_factor, sessions, signing
from guanxi.crm.org.models import AddressLock, SignInLock, Staff, StaffSession
from guanxi.crm.web.signin import confirm

pytestmark = pytest.mark.django_db
NEW = "river stone cloud 42"


@pytest.fixture(autouse=True)
def _pages(pages_files):
    """The pages' files and translations."""


@pytest.fixture
def strict(settings):
    """A bank that asks its administrators and auditors for a second factor."""
    settings.MFA_ROLES = frozenset({"administrator", "auditor"})


def code_of(secret: str, *, steps: int = 0) -> str:
    """What an authenticator app shows for a secret, so many half-minutes from now."""
    return second_factor.code_at(secret, second_factor.current_step() + steps)


def enrol(staff: Staff) -> str:
    """Gives somebody an authenticator app whose first code was used a while ago; returns its secret."""
    secret = second_factor.new_app_secret()
    assert second_factor.turn_on_app(staff=staff, secret=secret, code=code_of(secret))
    row = Authenticator.objects.get(user=staff, type="totp")
    row.data["step"] -= 10
    row.save()
    return secret


def arrive(staff: Staff, password: str, client: Client | None = None, **more: str) -> tuple[Client, object]:
    """Number and password at the sign-in page; the client and its answer."""
    client = client or Client(headers={"accept-language": "en", "user-agent": "Mozilla (Windows NT 10.0) Chrome/140"})
    return client, client.post(reverse("sign-in"), {"username": staff.pk, "password": password, **more})


def sha1(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def second(client: Client, code: str):
    return client.post(reverse("sign-in-second"), {"code": code})


# First sign-in of a role that needs a second factor


def test_a_role_that_needs_a_second_factor_reaches_nothing_before_it_is_set_up(cast, strict):
    client, answer = arrive(cast.guan, cast.password)
    assert answer.status_code == 302
    for address in ("/", "/customers/", "/search/", "/administration/", "/security/", "/preferences/"):
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert urlsplit(answer.url).path == reverse("second-factor"), address
    part = client.get("/customers/", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert part["HX-Redirect"] == reverse("second-factor")
    posted = client.post(reverse("preferences"), {"unit": "large"})
    assert posted.url == reverse("second-factor")
    assert Staff.objects.get(pk=cast.guan.pk).preferences == {}


def test_setting_up_the_app_opens_the_site_and_the_next_sign_in_asks_for_a_code(cast, strict):
    client, _answer = arrive(cast.guan, cast.password)
    page = client.get(f"{reverse('second-factor')}?next=/administration/")
    assert 'src="data:image/svg+xml;base64,' in page.text
    secret = client.session["app_secret"]
    assert client.post(reverse("second-factor"), {"code": "000000"}).status_code == 422
    answer = client.post(reverse("second-factor"), {"code": code_of(secret)})
    assert answer.url == reverse("recovery-codes")
    codes = re.findall(r"<li>(\d{4} \d{4})</li>", client.get(answer.url).text)
    assert len(codes) == 10
    assert 'href="/administration/"' in client.get(answer.url).text
    assert codes[0] in client.get(reverse("recovery-codes-file")).text
    assert client.get("/administration/").status_code == 200

    again, answer = arrive(cast.guan, cast.password, next="/preferences/")
    assert answer.url == reverse("sign-in-second")
    assert again.get("/").status_code == 302
    assert "_auth_user_id" not in again.session
    assert second(again, "123456").status_code == 422
    assert second(again, codes[3]).url == "/preferences/"
    assert again.get("/preferences/").status_code == 200
    third, _answer = arrive(cast.guan, cast.password)
    assert second(third, codes[3]).status_code == 422, "a recovery code is good once"


def test_a_code_is_good_once_and_for_a_minute(cast):
    secret = enrol(cast.ai)
    for steps in (-2, 2, 10):
        client, _answer = arrive(cast.ai, cast.password)
        assert second(client, code_of(secret, steps=steps)).status_code == 422
    code = code_of(secret)
    client, _answer = arrive(cast.ai, cast.password)
    assert second(client, f"{code[:3]} {code[3:]}").status_code == 302
    client, _answer = arrive(cast.ai, cast.password)
    assert second(client, code).status_code == 422
    assert second(client, code_of(secret, steps=1)).status_code == 302


def test_who_has_no_role_that_needs_it_signs_in_with_the_password(cast, strict):
    client, answer = arrive(cast.ai, cast.password)
    assert answer.url == "/"
    assert client.get("/").status_code == 200


def test_the_second_step_opens_for_nobody_who_has_not_given_the_first(cast):
    enrol(cast.ai)
    client = Client()
    assert client.get(reverse("sign-in-second")).url == reverse("sign-in")
    assert second(client, "123456").url == reverse("sign-in")
    client, _answer = arrive(cast.ai, cast.password)
    session = client.session
    session["door"] = {**session["door"], "at": time.time() - 700}
    session.save()
    assert client.get(reverse("sign-in-second")).url == reverse("sign-in")


def test_whoever_leaves_between_the_two_steps_stays_outside(cast):
    secret = enrol(cast.ai)
    client, _answer = arrive(cast.ai, cast.password)
    Staff.objects.filter(pk=cast.ai.pk).update(is_active=False)
    assert second(client, code_of(secret)).url == reverse("sign-in")


def test_secrets_lie_encrypted_in_the_database_and_open_with_an_earlier_key(cast, settings):
    secret = enrol(cast.ai)
    with connection.cursor() as cursor:
        cursor.execute("select data::text from mfa_authenticator")
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert secret not in stored
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key altogether"
    assert second_factor.check_code(staff=cast.ai, code=code_of(secret)) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert second_factor.check_code(staff=cast.ai, code=code_of(secret)) == "app"


def test_an_administrator_takes_away_a_lost_second_factor_and_with_it_the_sessions(cast):
    secret = enrol(cast.ai)
    lost, _answer = arrive(cast.ai, cast.password)
    second(lost, code_of(secret))
    assert lost.get("/").status_code == 200
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.guan)
    address = reverse("admin:org_staff_change", args=[cast.ai.pk])
    page = client.get(address).text
    assert 'name="remove_factors"' in page
    assert 'name="end_sessions"' in page
    form = {"is_active": "on", "remove_factors": "on", "posts-TOTAL_FORMS": "0", "posts-INITIAL_FORMS": "0"}
    assert client.post(address, form).status_code == 302
    assert lost.get("/").status_code == 302
    assert not Authenticator.objects.filter(user=cast.ai).exists()
    assert arrive(cast.ai, cast.password)[1].url == "/"


def test_a_role_that_needs_the_app_cannot_remove_it(cast, strict):
    client = Client()
    client.force_login(cast.shen)
    session = client.session
    session["second"] = "app"
    session.save()
    enrol(cast.shen)
    client.post(reverse("second-factor-remove"))
    assert second_factor.factors_of(cast.shen).app
    client.force_login(cast.ai)
    enrol(cast.ai)
    client.post(reverse("second-factor-remove"))
    assert not Authenticator.objects.filter(user=cast.ai).exists(), "recovery codes alone are no factor"


# Locks


def test_guessing_codes_locks_the_number_even_when_the_password_is_right_each_time(cast):
    secret = enrol(cast.ai)
    for _attempt in range(signing.REFUSALS):
        client, answer = arrive(cast.ai, cast.password)
        assert answer.url == reverse("sign-in-second")
        assert second(client, "000000").status_code == 422
    assert second(client, code_of(secret)).status_code == 422
    client, answer = arrive(cast.ai, cast.password)
    assert answer.status_code == 422
    assert "locked until" in answer.text


def test_each_further_lock_lasts_longer(cast):
    lengths = []
    for _round in range(5):
        for _attempt in range(signing.REFUSALS):
            signing.note_refusal("1111")
        lock = SignInLock.objects.get(pk="1111")
        lengths.append(round((lock.locked_until - timezone.now()).total_seconds() / 60))
        SignInLock.objects.update(locked_until=timezone.now())
    assert lengths == [1, 5, 15, 60, 60]


def test_an_address_that_tries_many_numbers_is_locked_and_others_are_not(cast):
    for attempt in range(signing.ADDRESS_REFUSALS):
        signing.note_refusal(f"7{attempt:05d}", "10.9.8.7")
    assert AddressLock.objects.get(pk="10.9.8.7").locked_until > timezone.now()
    data = {"username": cast.ai.pk, "password": cast.password}
    answer = Client(headers={"accept-language": "en"}).post(reverse("sign-in"), data, REMOTE_ADDR="10.9.8.7")
    assert answer.status_code == 422
    assert "locked until" in answer.text
    assert Client().post(reverse("sign-in"), data, REMOTE_ADDR="10.9.8.6").status_code == 302
    client = Client()
    client.force_login(cast.guan)
    client.post(reverse("admin:org_addresslock_delete", args=["10.9.8.7"]), {"post": "yes"})
    assert Client().post(reverse("sign-in"), data, REMOTE_ADDR="10.9.8.7").status_code == 302


# Passwords


def test_a_stolen_password_is_refused_where_one_changes_ones_own(cast, settings, tmp_path):
    file = tmp_path / "sums"
    file.write_text(sha1(NEW) + ":9\n")
    settings.BREACHED_PASSWORDS = str(file)
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.ai)
    form = {"current": cast.password, "new_password1": NEW, "new_password2": NEW}
    answer = client.post(reverse("password"), form)
    assert answer.status_code == 422
    assert "stolen" in answer.text
    settings.BREACHED_PASSWORDS = ""
    other = Client()
    other.force_login(cast.ai)
    assert client.post(reverse("password"), {**form, "current": "wrong"}).status_code == 422
    assert client.post(reverse("password"), form).status_code == 302
    assert client.get("/").status_code == 200
    assert other.get("/").status_code == 302
    assert arrive(cast.ai, NEW)[1].url == "/"


# Sessions


def test_one_sees_ones_sessions_and_ends_one_of_them(cast):
    mine, _answer = arrive(cast.ai, cast.password)
    phone = Client(headers={"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Safari/604.1"})
    arrive(cast.ai, cast.password, phone, REMOTE_ADDR="10.2.3.4")
    stranger, _answer = arrive(cast.zhu, cast.password)
    page = mine.get(reverse("security")).text
    assert "Chrome · Windows" in page
    assert "Safari · iPhone" in page
    assert mine.session.session_key not in page
    row = StaffSession.objects.get(pk=phone.session.session_key)
    assert stranger.post(reverse("session-end", args=[row.public_id])).status_code == 404
    assert phone.get("/").status_code == 200
    assert mine.post(reverse("session-end", args=[row.public_id])).status_code == 302
    assert phone.get("/").status_code == 302
    assert mine.get("/").status_code == 200


def test_one_ends_all_other_sessions(cast):
    clients = [arrive(cast.ai, cast.password)[0] for _number in range(3)]
    stranger, _answer = arrive(cast.zhu, cast.password)
    clients[0].post(reverse("sessions-end"))
    assert [client.get("/").status_code for client in clients] == [200, 302, 302]
    assert stranger.get("/").status_code == 200


def test_a_session_that_is_not_used_ends_and_one_that_is_used_lasts(cast, settings):
    client, _answer = arrive(cast.ai, cast.password)
    long_ago = timezone.now() - settings.SESSION_IDLE + datetime.timedelta(minutes=1)
    StaffSession.objects.update(used_at=long_ago)
    assert client.get("/").status_code == 200
    assert StaffSession.objects.get().used_at > long_ago, "using it was noted"
    StaffSession.objects.update(used_at=timezone.now() - settings.SESSION_IDLE)
    assert client.get("/").status_code == 302


def test_a_session_ends_after_its_longest_time_however_much_it_is_used(cast, settings):
    client, _answer = arrive(cast.ai, cast.password)
    StaffSession.objects.update(began_at=timezone.now() - settings.SESSION_ABSOLUTE)
    assert client.get("/").status_code == 302


def test_using_a_session_writes_at_most_once_a_minute(cast, django_assert_num_queries):
    client, _answer = arrive(cast.ai, cast.password)
    client.get(reverse("preferences"))
    with django_assert_num_queries(3):
        client.get(reverse("preferences"))
    StaffSession.objects.update(used_at=timezone.now() - datetime.timedelta(minutes=2))
    with django_assert_num_queries(4):
        client.get(reverse("preferences"))


def test_a_leavers_sessions_end_and_stay_ended_when_the_account_opens_again(cast):
    client, _answer = arrive(cast.ai, cast.password)
    assert client.get("/").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("update org_staff set is_active = false, left_on = current_date where id = %s", [cast.ai.pk])
    assert client.get("/").status_code == 302
    Staff.objects.filter(pk=cast.ai.pk).update(is_active=True)
    assert client.get("/").status_code == 302
    assert not sessions.sessions_of(cast.ai, this=None)


def test_an_administrator_ends_all_sessions_of_a_person(cast):
    client, _answer = arrive(cast.ai, cast.password)
    administrator = Client()
    administrator.force_login(cast.guan)
    address = reverse("admin:org_staff_change", args=[cast.ai.pk])
    form = {"is_active": "on", "end_sessions": "on", "posts-TOTAL_FORMS": "0", "posts-INITIAL_FORMS": "0"}
    administrator.post(address, form)
    assert client.get("/").status_code == 302
    assert administrator.get("/").status_code == 200


def test_a_session_that_was_ended_while_a_request_ran_does_not_come_back(cast):
    client, _answer = arrive(cast.ai, cast.password)
    session = client.session
    assert session["_auth_user_id"] == cast.ai.pk
    StaffSession.objects.all().delete()
    session["something"] = 1
    with pytest.raises(UpdateError):
        session.save()
    assert client.get("/").status_code == 302


def test_a_password_set_by_an_administrator_ends_what_was_begun_with_the_old_one(cast):
    client, _answer = arrive(cast.ai, cast.password)
    administrator = Client()
    administrator.force_login(cast.guan)
    address = reverse("admin:auth_user_password_change", args=[cast.ai.pk])
    administrator.post(address, {"password1": NEW, "password2": NEW})
    assert client.get("/").status_code == 302
    assert not StaffSession.objects.filter(staff=cast.ai).exists()


# Confirming


def guarded(request):
    from django.http import HttpResponse

    return HttpResponse("shown")


def asked(client: Client, method: str = "get", **headers: str):
    """What a guarded view answers to somebody's request."""
    request = getattr(RequestFactory(), method)("/customers/P1/?tab=2", headers=headers)
    request.session = client.session
    request.session.get("anything")
    request.user = Staff.objects.get(pk=request.session["_auth_user_id"])
    return confirm.required(guarded)(request)


def test_what_cannot_be_taken_back_asks_again_after_a_while_and_brings_back(cast, settings):
    client, _answer = arrive(cast.ai, cast.password)
    assert asked(client).content == b"shown"
    session = client.session
    session["confirmed_at"] = time.time() - settings.CONFIRM_WITHIN.total_seconds()
    session.save()
    answer = asked(client)
    assert answer.status_code == 302
    assert answer.url == "/confirm/?next=%2Fcustomers%2FP1%2F%3Ftab%3D2"
    part = asked(client, "post", **{"HX-Request": "true", "HX-Current-URL": "http://testserver/customers/P1/?tab=3"})
    assert part.status_code == 204
    assert part["HX-Redirect"] == "/confirm/?next=%2Fcustomers%2FP1%2F%3Ftab%3D3"
    posted = asked(client, "post", Referer="https://elsewhere.example/customers/?q=1")
    assert posted.url == "/confirm/?next=%2Fcustomers%2F%3Fq%3D1"
    page = client.get(answer.url).text
    assert 'name="password"' in page
    assert client.post("/confirm/", {"password": "wrong", "next": "/customers/"}).status_code == 422
    answer = client.post("/confirm/", {"password": cast.password, "next": "/customers/P1/?tab=2"})
    assert answer.url == "/customers/P1/?tab=2"
    assert asked(client).content == b"shown"


def test_who_has_a_second_factor_confirms_with_it(cast):
    secret = enrol(cast.ai)
    client = Client()
    client.force_login(cast.ai)
    page = client.get("/confirm/?next=https://elsewhere.example/").text
    assert 'name="code"' in page
    assert 'name="password"' not in page
    assert "elsewhere" not in page.split("<h1>")[1]
    answer = client.post("/confirm/", {"code": code_of(secret), "next": "https://elsewhere.example/"})
    assert answer.url == "/"


def test_guessing_at_the_confirm_page_locks_too(cast):
    client = Client()
    client.force_login(cast.ai)
    for _attempt in range(signing.REFUSALS):
        client.post("/confirm/", {"password": "wrong"})
    assert client.post("/confirm/", {"password": cast.password}).status_code == 422


def test_the_command_line_helps_the_only_administrator_who_lost_the_phone(cast, capsys):
    from guanxi.commands.staff import forget_second_factor

    enrol(cast.guan)
    client = Client()
    client.force_login(cast.guan)
    assert forget_second_factor(cast.guan.pk) == 0
    assert client.get("/").status_code == 302
    assert arrive(cast.guan, cast.password)[1].url == "/"
    assert forget_second_factor(cast.guan.pk) == forget_second_factor("no-such") == 1


def test_what_is_done_to_factors_and_sessions_is_in_the_log(cast):
    from guanxi.crm.audit.models import Entry

    enrol(cast.ai)
    client, _answer = arrive(cast.ai, cast.password)
    second(client, "000000")
    second_factor.remove_all(staff=cast.ai)
    sessions.end_sessions(staff_id=cast.ai.pk)
    found = list(Entry.objects.order_by("id").values_list("action", "kind", "object_id"))
    assert ("permission", "second_factor", cast.ai.pk) in found
    assert ("sign_in_refused", "second_factor", cast.ai.pk) in found
