"""Signing in and out, the language before it, preferences."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.crm.org.models import Staff

pytestmark = pytest.mark.django_db


def test_a_stranger_is_sent_to_the_sign_in_page_and_comes_back_where_they_wanted(cast):
    client = Client()
    response = client.get("/customers/?tier=core")
    assert response.status_code == 302
    assert response.url == "/sign-in/?next=/customers/%3Ftier%3Dcore"
    response = client.post(response.url, {"username": "1111", "password": cast.password})
    assert response.status_code == 302
    assert response.url == "/customers/?tier=core" or client.get(response.url).status_code == 200


def test_nobody_learns_from_a_refusal_which_staff_numbers_exist(cast):
    Staff.objects.filter(pk=cast.lu.id).update(is_active=False)
    pages = []
    for number, password in (("1111", "wrong"), ("9999", "wrong"), (cast.lu.id, cast.password)):
        response = Client().post(reverse("sign-in"), {"username": number, "password": password})
        assert response.status_code == 422
        pages.append(response.context["form"].non_field_errors())
    assert pages[0] == pages[1] == pages[2]


def test_the_language_can_be_changed_before_signing_in_and_is_kept_with_the_person(cast):
    client = Client(headers={"accept-language": "zh-hans"})
    assert 'lang="zh-Hans"' in client.get(reverse("sign-in")).text
    client.post(reverse("language"), {"language": "en", "next": reverse("sign-in")})
    page = client.get(reverse("sign-in")).text
    assert '<html lang="en"' in page
    assert "Staff number" in page
    client.post(reverse("sign-in"), {"username": "1111", "password": cast.password})
    client.post(reverse("language"), {"language": "zh-hans", "next": "/"})
    assert Staff.objects.get(pk="1111").preferences["language"] == "zh-hans"
    fresh = Client()
    response = fresh.post(reverse("sign-in"), {"username": "1111", "password": cast.password})
    assert response.cookies["django_language"].value == "zh-hans"


def test_a_form_cannot_send_anybody_to_another_site(cast):
    response = Client().post(reverse("language"), {"language": "en", "next": "https://elsewhere.example/"})
    assert response.url == "/"


def test_signing_out_needs_a_post_and_ends_the_session(cast, sign_in):
    client = sign_in(cast.ai)
    assert client.get(reverse("sign-out")).status_code == 405
    assert client.post(reverse("sign-out")).url == reverse("sign-in")
    assert client.get("/").status_code == 302


def test_a_preference_that_was_not_sent_stays_and_nonsense_is_refused(cast, sign_in):
    client = sign_in(cast.ai)
    assert client.post(reverse("preferences"), {"unit": "large", "next": "/"}).status_code == 302
    assert (
        client.post(reverse("preferences"), {"theme": "dark"}, headers={"HX-Request-Type": "partial"}).status_code
        == 204
    )
    assert client.post(reverse("preferences"), {"unit": "cubits"}).status_code == 422
    assert Staff.objects.get(pk="1111").preferences == {"unit": "large", "theme": "dark"}


def test_pages_of_customers_are_never_kept_by_a_cache(cast, sign_in):
    assert "no-store" in sign_in(cast.ai).get("/")["Cache-Control"]
