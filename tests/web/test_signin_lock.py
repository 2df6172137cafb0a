"""Who guesses passwords is slowed down; who forgot theirs is helped."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.org.models import SignInLock
from guanxi.crm.org.signing import REFUSALS

pytestmark = pytest.mark.django_db


def sign_in(number: str, password: str):
    client = Client(headers={"accept-language": "en"})
    return client.post(reverse("sign-in"), {"username": number, "password": password})


@pytest.mark.parametrize("number", ["1111", "9999"])
def test_a_number_is_locked_after_five_refusals_whether_anybody_has_it_or_not(cast, number):
    for _attempt in range(REFUSALS):
        assert "locked until" not in sign_in(number, "wrong").text or _attempt == REFUSALS - 1
    answer = sign_in(number, cast.password)
    assert answer.status_code == 422
    assert "locked until" in answer.text
    assert sign_in("1112", cast.password).status_code == 302


def test_the_lock_ends_by_itself(cast):
    for _attempt in range(REFUSALS):
        sign_in("1111", "wrong")
    SignInLock.objects.update(locked_until=timezone.now() - datetime.timedelta(seconds=1))
    assert sign_in("1111", cast.password).status_code == 302
    assert not SignInLock.objects.exists()


def test_refusals_far_apart_do_not_add_up(cast):
    for _attempt in range(REFUSALS + 2):
        sign_in("1111", "wrong")
        SignInLock.objects.update(refused_at=timezone.now() - datetime.timedelta(minutes=16))
    assert sign_in("1111", cast.password).status_code == 302


def test_signing_in_forgets_earlier_refusals(cast):
    for _round in range(2):
        for _attempt in range(REFUSALS - 1):
            sign_in("1111", "wrong")
        assert sign_in("1111", cast.password).status_code == 302


def test_numbers_of_yesterday_are_forgotten(cast):
    sign_in("9998", "wrong")
    SignInLock.objects.update(refused_at=timezone.now() - datetime.timedelta(days=2))
    sign_in("9999", "wrong")
    assert list(SignInLock.objects.values_list("pk", flat=True)) == ["9999"]


@pytest.mark.parametrize(("number", "status"), [("\x00", 400), ("x" * 400, 422), ("", 422)])
def test_junk_for_a_number_is_refused_calmly(cast, number, status):
    assert sign_in(number, "wrong").status_code == status


def test_an_administrator_unlocks(cast):
    for _attempt in range(REFUSALS):
        sign_in("1111", "wrong")
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.guan)
    address = reverse("admin:org_staff_change", args=["1111"])
    assert 'name="unlock"' in client.get(address).text
    client.post(address, {"is_active": "on", "unlock": "on", "posts-TOTAL_FORMS": "0", "posts-INITIAL_FORMS": "0"})
    assert sign_in("1111", cast.password).status_code == 302
    assert 'name="unlock"' not in client.get(address).text


def test_a_new_password_unlocks(cast):
    for _attempt in range(REFUSALS):
        sign_in("1111", "wrong")
    client = Client()
    client.force_login(cast.guan)
    new = "river-stone-cloud-42"
    client.post(reverse("admin:auth_user_password_change", args=["1111"]), {"password1": new, "password2": new})
    assert sign_in("1111", new).status_code == 302
