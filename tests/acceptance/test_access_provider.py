"""Signing in with the bank's own provider: a real OpenID Connect provider on loopback."""

from __future__ import annotations

import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
from django.test import Client
from django.urls import reverse

from guanxi.crm.org import second_factor
from guanxi.crm.org.models import Staff

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    users = [
        oidc_provider_mock.User(sub=f"subject-{number}", claims={"preferred_username": number, "name": number})
        for number in ("1111", "8888")
    ]
    with oidc_provider_mock.run_server_in_thread(user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def provider(issuer, settings, pages_files) -> str:
    settings.OIDC = {"url": issuer, "name": "Bank's own", "claim": "preferred_username", "second_factor": False}
    app = {
        "provider_id": "bank",
        "name": "Bank's own",
        "client_id": "guanxi",
        "secret": "kept in a file",
        "settings": {"server_url": issuer},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    return issuer


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the test reads where it leads."""

    def redirect_request(self, *args: object) -> None:
        return None


def agree(address: str, subject: str) -> str:
    """Presses the button on the provider's page; where it sends the browser."""
    body = urllib.parse.urlencode({"sub": subject, "action": "authorize"}).encode()
    try:
        urllib.request.build_opener(Stay).open(address, body, timeout=10)
    except urllib.error.HTTPError as answer:
        return answer.headers["Location"]
    raise AssertionError("the provider sent the browser nowhere")


def through(client: Client, subject: str, then: str = "/customers/", more: str = ""):
    """Signs in with the provider; the site's last answer."""
    answer = client.get(f"/sign-in/oidc/bank/login/?next={then}{more}")
    assert answer.status_code == 302
    back = urlsplit(agree(answer.url, subject))
    return client.get(f"{back.path}?{back.query}")


def test_the_sign_in_page_offers_the_provider_where_there_is_one(cast, provider, settings):
    page = Client().get(reverse("sign-in")).text
    assert "Bank&#x27;s own" in page
    settings.OIDC = {**settings.OIDC, "url": ""}
    assert "/sign-in/oidc/" not in Client().get(reverse("sign-in")).text


def test_whoever_the_provider_names_by_staff_number_gets_in_and_goes_where_they_wanted(cast, provider):
    client = Client()
    asked = parse_qs(urlsplit(client.get("/sign-in/oidc/bank/login/").url).query)
    assert asked["code_challenge_method"] == ["S256"]
    answer = through(client, "subject-1111")
    assert answer.url == "/customers/"
    assert client.get("/customers/").status_code == 200
    assert client.session["_auth_user_id"] == "1111"


def test_who_is_in_no_staff_file_does_not_get_in_and_is_not_made(cast, provider):
    client = Client(headers={"accept-language": "en"})
    answer = through(client, "subject-8888")
    assert answer.url == reverse("sign-in")
    assert "not as a member of staff here" in client.get(answer.url).text
    assert not Staff.objects.filter(pk="8888").exists()
    assert client.get("/").status_code == 302


def test_a_leaver_does_not_get_in(cast, provider):
    Staff.objects.filter(pk="1111").update(is_active=False)
    assert through(Client(), "subject-1111").url == reverse("sign-in")


def test_a_second_factor_set_up_here_is_asked_for_unless_the_provider_does(cast, provider, settings):
    secret = second_factor.new_app_secret()
    second_factor.turn_on_app(
        staff=cast.ai, secret=secret, code=second_factor.code_at(secret, second_factor.current_step())
    )
    client = Client()
    assert through(client, "subject-1111").url == reverse("sign-in-second")
    assert client.get("/").status_code == 302
    settings.OIDC = {**settings.OIDC, "second_factor": True}
    settings.MFA_ROLES = frozenset({"rm"})
    client = Client()
    assert through(client, "subject-1111").url == "/customers/"
    assert client.get("/customers/").status_code == 200


def test_a_callback_that_nobody_asked_for_lets_nobody_in(cast, provider):
    mine = Client()
    address = mine.get("/sign-in/oidc/bank/login/").url
    back = urlsplit(agree(address, "subject-1111"))
    stranger = Client()
    assert stranger.get(f"{back.path}?{back.query}").url == reverse("sign-in")
    assert stranger.get("/").status_code == 302
    assert mine.get(f"{back.path}?code=made-up&state={parse_qs(back.query)['state'][0]}").url == reverse("sign-in")
    assert mine.get("/").status_code == 302


def test_an_address_of_another_site_is_not_where_one_ends(cast, provider):
    assert through(Client(), "subject-1111", then="https://elsewhere.example/").url == "/"


def test_confirming_sends_who_has_no_password_here_to_the_provider_which_must_ask_anew(cast, provider):
    cast.ai.set_unusable_password()
    cast.ai.save()
    client = Client()
    through(client, "subject-1111")
    session = client.session
    session["confirmed_at"] = 0
    session.save()
    answer = client.get("/confirm/?next=/customers/")
    assert urlsplit(answer.url).path == "/sign-in/oidc/bank/login/"
    asked = client.get(answer.url)
    assert parse_qs(urlsplit(asked.url).query)["prompt"] == ["login"]
    back = urlsplit(agree(asked.url, "subject-1111"))
    assert client.get(f"{back.path}?{back.query}").url == "/customers/"
    assert time.time() - client.session["confirmed_at"] < 60


def test_without_a_provider_there_is_no_such_address(cast):
    assert Client().get("/sign-in/oidc/bank/login/").status_code == 404
