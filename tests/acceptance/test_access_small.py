"""What the standards ask for in passing: passwords as they are typed, nothing served that is no page, quiet errors."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from guanxi.crm.org.models import Staff
from guanxi.crm.web.home import views as home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(pages_files) -> None:
    """The pages' files as they stand in the sources."""


def enter(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def test_a_password_counts_as_it_is_typed_and_may_be_long(cast):
    word = "正确的马 电池 Staple " + "é" * 60
    cast.ai.set_password(word)
    cast.ai.save()
    for typed, status in ((word, 302), (word.lower(), 422), (word[:72], 422), (word.replace(" ", ""), 422)):
        answer = Client().post(reverse("sign-in"), {"username": cast.ai.pk, "password": typed})
        assert answer.status_code == status, typed
    assert len(word) > 64


def test_the_field_is_hidden_and_password_managers_may_fill_it(cast):
    page = Client().get(reverse("sign-in")).text
    (field,) = re.findall(r'<input[^>]*name="password"[^>]*>', page)
    assert 'type="password"' in field
    assert 'autocomplete="current-password' in field
    assert not re.search(r"onpaste|oncopy|maxlength", field)


def test_passwords_are_kept_by_a_slow_function():
    """The tests use a fast one; what an installation uses is Django's first, with its rounds."""
    from django.conf import global_settings
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    assert global_settings.PASSWORD_HASHERS[0].endswith("PBKDF2PasswordHasher")
    assert PBKDF2PasswordHasher.iterations >= 1_000_000


def test_nothing_is_served_that_is_no_page(cast):
    client = enter(cast.guan)
    for path in (
        "/.git/config",
        "/static/",
        "/static/web/",
        "/.env",
        "/pyproject.toml",
        "/media/",
        "/var/sbom.cdx.json",
    ):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "Index of" not in answer.text
    assert settings.DEBUG is False


def test_no_other_site_is_let_in_and_every_answer_says_its_encoding(cast):
    client = Client(headers={"origin": "https://elsewhere.example"})
    client.force_login(cast.ai)
    for path in ("/", "/customers/", "/search/?q=王", "/nowhere/", "/watermark.svg"):
        answer = client.get(path)
        assert "Access-Control-Allow-Origin" not in answer.headers
        kind = answer["Content-Type"]
        assert "charset=utf-8" in kind or kind.startswith("image/"), path
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.ai)
    assert strict.post(reverse("language"), {"language": "en"}).status_code == 403


def test_an_error_tells_a_number_and_nothing_of_the_house(cast, monkeypatch, caplog):
    def broken(*_arguments, **_more):
        raise RuntimeError("relation party_party at 10.1.2.3 with secret hunter2")

    monkeypatch.setattr(home, "home_page", broken)
    client = enter(cast.ai)
    client.raise_request_exception = False
    with caplog.at_level(logging.ERROR):
        answer = client.get("/")
    assert answer.status_code == 500
    for word in ("hunter2", "party_party", "Traceback", "10.1.2.3", "RuntimeError"):
        assert word not in answer.text
    assert "error page" in caplog.text


def test_a_line_break_cannot_forge_a_line_of_the_log(cast, capsys):
    from guanxi.crm.kernel.logs import without_secrets

    client = enter(cast.ai)
    client.get("/nowhere/%0A2026-01-01 00:00:00,000 INFO signed in 1005")
    printed = capsys.readouterr()
    for line in (printed.out + printed.err).splitlines():
        assert not line.startswith("2026-01-01 00:00:00,000 INFO signed in")
    assert without_secrets("plain") == "plain"


def test_names_of_files_taken_out_are_made_by_the_site(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    answer = enter(cast.ai).get("/exports/00000000-0000-0000-0000-000000000000/file/?name=../../etc/passwd")
    assert answer.status_code == 404


def test_a_session_that_was_planted_before_signing_in_is_not_taken(cast):
    client = Client()
    planted = "a" * 32
    client.cookies[settings.SESSION_COOKIE_NAME] = planted
    answer = client.post(reverse("sign-in"), {"username": cast.ai.pk, "password": cast.password})
    assert answer.status_code == 302
    assert client.cookies[settings.SESSION_COOKIE_NAME].value not in ("", planted)
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert stolen.get("/").status_code == 302


def test_over_https_cookies_belong_to_this_host_alone_and_the_browser_is_told_to_stay_there():
    """In a process of its own, since the settings are read once."""
    code = (
        "import django; django.setup(); from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME, s.SESSION_COOKIE_SECURE,"
        " s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE, s.SECURE_HSTS_SECONDS >= 31536000,"
        " s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_SSL_REDIRECT, s.DEBUG)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"GUANXI_HTTPS": "1"}, capture_output=True, text=True, check=True
    )
    names, rest = done.stdout.split()[:3], done.stdout.split()[3:]
    assert names == ["__Host-sessionid", "__Host-csrftoken", "__Host-language"]
    assert rest == ["True"] * 6 + ["False"]


def test_methods_that_nobody_needs_are_refused(cast):
    for method in ("TRACE", "TRACK", "CONNECT", "PROPFIND"):
        response = enter(cast.ai).generic(method, "/customers/")
        assert response.status_code == 405
        assert "camera=()" in response["Permissions-Policy"]


def test_signing_out_leaves_nothing_in_the_browser(cast):
    client = enter(cast.ai)
    response = client.post(reverse("sign-out"))
    assert response["Clear-Site-Data"] == '"storage"'
    assert client.get("/").status_code == 302


def test_the_administration_is_marked_too(cast):
    assert "web/watermark.css" in enter(cast.guan).get("/administration/").text
