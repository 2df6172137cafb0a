"""Signing in with the passwords of the bank's directory: a real slapd on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.crm.org.ldap_signin import directory_accepts
from guanxi.crm.org.models import Staff
from tests.acceptance.directory import BASE, MANAGER, MANAGER_PASSWORD, Directory, running, slapd

pytestmark = pytest.mark.django_db
SECRET = "in the directory alone"
BACKENDS = ["guanxi.crm.org.ldap_signin.DirectoryBackend", "guanxi.crm.org.signing.LockingBackend"]


def entry(number: str, unit: str = "people") -> str:
    return (
        f"dn: cn=staff {number},ou={unit},{BASE}\nobjectClass: inetOrgPerson\ncn: staff {number}\nsn: {number}\n"
        f"uid: {number}\nuserPassword: {SECRET}\n\n"
    )


ENTRIES = (
    f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: bank\no: Bank\n\n"
    + "".join(f"dn: ou={unit},{BASE}\nobjectClass: organizationalUnit\nou: {unit}\n\n" for unit in ("people", "others"))
    + "".join(entry(number) for number in ("1111", "1112", "8888"))
    + entry("1112", "others")
)


@pytest.fixture(scope="module")
def directory() -> Iterator[Directory]:
    program = slapd()
    if program is None:
        pytest.skip("no slapd here, and none can be installed")
    with running(program, ENTRIES) as found:
        yield found


@pytest.fixture
def connected(directory, settings, pages_files) -> Directory:
    settings.AUTHENTICATION_BACKENDS = BACKENDS
    settings.LDAP = {
        "url": directory.url,
        "base": BASE,
        "filter": "(uid={number})",
        "bind_dn": MANAGER,
        "bind_password": MANAGER_PASSWORD,
        "ca_file": str(directory.certificate),
        "starttls": True,
    }
    return directory


def sign_in(number: str, password: str):
    client = Client(headers={"accept-language": "en"})
    return client, client.post(reverse("sign-in"), {"username": number, "password": password})


def test_the_password_of_the_directory_opens_and_no_other_of_it(cast, connected):
    client, answer = sign_in("1111", SECRET)
    assert answer.status_code == 302
    assert client.get("/").status_code == 200
    assert sign_in("1111", "wrong")[1].status_code == 422
    assert sign_in("1111", "")[1].status_code == 422


def test_who_is_in_the_directory_and_in_no_staff_file_does_not_get_in_and_is_not_made(cast, connected):
    assert directory_accepts("8888", SECRET)
    assert sign_in("8888", SECRET)[1].status_code == 422
    assert not Staff.objects.filter(pk="8888").exists()


def test_a_leaver_does_not_get_in_though_the_directory_still_says_yes(cast, connected):
    Staff.objects.filter(pk="1111").update(is_active=False)
    assert sign_in("1111", SECRET)[1].status_code == 422


def test_a_number_with_two_entries_and_a_number_made_of_wildcards_are_nobody(cast, connected):
    assert not directory_accepts("1112", SECRET)
    assert not directory_accepts("111*", SECRET)
    assert not directory_accepts("1111)(uid=*", SECRET)


def test_wrong_passwords_lock_the_number_for_the_directory_too(cast, connected):
    for _attempt in range(5):
        sign_in("1111", "wrong")
    assert "locked until" in sign_in("1111", SECRET)[1].text


def test_a_directory_with_a_strangers_certificate_is_not_told_any_password(cast, connected, settings, caplog):
    settings.LDAP = {**settings.LDAP, "ca_file": ""}
    assert sign_in("1111", SECRET)[1].status_code == 422
    assert "does not answer" in caplog.text
    assert SECRET not in caplog.text


def test_when_the_directory_is_down_a_password_set_here_still_opens(cast, connected, settings):
    settings.LDAP = {**settings.LDAP, "url": "ldap://localhost:1"}
    assert sign_in("1111", cast.password)[1].status_code == 302
    assert sign_in("1112", SECRET)[1].status_code == 422


def test_confirming_asks_the_directory(cast, connected):
    client, _answer = sign_in("1111", SECRET)
    assert client.post("/confirm/", {"password": "wrong", "next": "/customers/"}).status_code == 422
    assert client.post("/confirm/", {"password": SECRET, "next": "/customers/"}).url == "/customers/"
