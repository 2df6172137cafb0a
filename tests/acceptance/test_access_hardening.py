"""Headers, limits, uploads, redirects, the log, and the mark over every page."""

from __future__ import annotations

import io
import logging
import re
import threading
import zipfile
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from guanxi.crm.audit.models import Action, Entry
from guanxi.crm.kernel.logs import Private, without_secrets
from guanxi.crm.kernel.uploads import Bounds, Kind, RefusedUploadError, judge, safe_name
from guanxi.crm.org.models import Staff
from guanxi.crm.quality.models import MendingImport
from guanxi.crm.web import limits
from guanxi.crm.web.limits import Limit, attempt, forget_old
from guanxi.crm.web.models import Attempts
from guanxi.crm.web.redirects import own_path
from guanxi.crm.web.tracing import client_address

pytestmark = pytest.mark.django_db
BOTH = frozenset({Kind.XLSX, Kind.CSV})


@pytest.fixture(autouse=True)
def files(pages_files, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def enter(staff: Staff, language: str = "zh-hans") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(staff)
    return client


# Headers


@pytest.mark.parametrize(
    "path",
    ["/", "/customers/", "/sign-in/", "/nowhere/", "/static/web/shell.css", "/watermark.svg", "/administration/"],
)
def test_every_answer_carries_the_headers(cast, path):
    client = Client() if "sign-in" in path else enter(cast.guan)
    response = client.get(path)
    assert "camera=()" in response["Permissions-Policy"]
    assert "geolocation=()" in response["Permissions-Policy"]
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    if "static" not in path:
        assert response["X-Frame-Options"] in ("DENY", "SAMEORIGIN")
        assert "default-src 'self'" in response["Content-Security-Policy"]
        assert "base-uri 'none'" in response["Content-Security-Policy"]
        assert "object-src 'none'" in response["Content-Security-Policy"]
    kept = response["Cache-Control"]
    assert ("public" in kept) if "static" in path else ("private" in kept)


def test_cookies_are_out_of_reach_of_scripts_and_of_plain_http(cast, settings):
    response = Client().post(reverse("sign-in"), {"username": "1111", "password": cast.password})
    session = response.cookies[settings.SESSION_COOKIE_NAME]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert settings.SESSION_COOKIE_SECURE is settings.HTTPS
    form = Client().get(reverse("sign-in")).cookies[settings.CSRF_COOKIE_NAME]
    assert form["httponly"]


def test_what_is_too_large_is_refused_unread_in_both_languages(cast, settings):
    for language, words in (("zh-hans", "文件过大"), ("en", "That is too large")):
        client = enter(cast.shi, language)
        settings.LARGEST_REQUEST = 1_000
        response = client.post(reverse("quarantine-import"), {"file": SimpleUploadedFile("m.csv", b"x" * 2_000)})
        assert response.status_code == 413
        assert words in response.text
        assert "camera=()" in response["Permissions-Policy"]


# Limits


@pytest.fixture
def three(monkeypatch):
    """Everything limited is limited to three."""
    few = {
        name: Limit(3, one.seconds, by_address=5 if one.by_address else 0, field=one.field, methods=one.methods)
        for name, one in limits.LIMITS.items()
    }
    monkeypatch.setattr(limits, "LIMITS", few)


def test_every_limited_address_exists():
    for name in set(limits.LIMITS) - {"api-v1"}:  # of a whole namespace
        arguments = {"export-ask": ["x"], "export-file": [str(UUID(int=0))], "calendar-ics": ["x"]}
        assert reverse(name, args=arguments.get(name, []))
    assert {"sign-in", "search", "export-ask", "export-file", "quarantine-import"} <= set(limits.LIMITS)


def test_searching_too_often_is_told_to_wait_in_both_languages(cast, three):
    for language, words in (("zh-hans", "操作过于频繁"), ("en", "Too often")):
        person = cast.ai if language == "en" else cast.bo
        client = Client(headers={"accept-language": language}, REMOTE_ADDR=f"10.0.0.{len(language)}")
        client.force_login(person)
        answers = [client.get("/search/?q=王") for _turn in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert words in answers[-1].text
        assert 0 < int(answers[-1]["Retry-After"]) <= 60
        part = client.get("/search/?q=王", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
        assert part.status_code == 429
        assert "<html" not in part.text
        assert client.get("/customers/").status_code == 200, "nothing else is slowed down"
        refused = Entry.objects.filter(actor=person.pk, action=Action.REFUSED, kind="search")
        assert refused.count() == 2, "whoever is told to wait is in the log"


def test_one_person_does_not_use_up_anothers_and_an_address_has_its_own(cast, three):
    for _turn in range(4):
        enter(cast.ai).get("/search/?q=x")
    assert enter(cast.ai).get("/search/?q=x").status_code == 429
    # By address five were allowed, and refused attempts count as well.
    assert enter(cast.lu).get("/search/?q=x").status_code == 429
    other = Client(REMOTE_ADDR="10.1.2.3")
    other.force_login(cast.lu)
    assert other.get("/search/?q=x").status_code == 200


def test_guessing_passwords_is_slowed_by_number_and_by_address(cast, three):
    def try_it(number: str, address: str) -> int:
        return Client(REMOTE_ADDR=address).post(reverse("sign-in"), {"username": number, "password": "x"}).status_code

    assert [try_it("1111", f"10.0.0.{turn}") for turn in range(4)] == [422, 422, 422, 429]
    assert try_it(" 1111 ", "10.0.9.9") == 429, "one number from many addresses"
    assert [try_it(f"9{turn}", "10.7.7.7") for turn in range(6)] == [422] * 5 + [429], "many numbers from one address"


def test_exports_and_uploads_are_limited(cast, three):
    client = enter(cast.shi)
    url = reverse("quarantine-import")
    codes = [client.post(url, {"file": SimpleUploadedFile("m.csv", b"id")}).status_code for _turn in range(4)]
    assert codes == [400, 400, 400, 429]
    assert client.get(url).status_code == 200
    asked = [client.post(reverse("export-ask", args=["customers"]), {}).status_code for _turn in range(4)]
    assert asked == [422, 422, 422, 429]


def test_limits_can_be_lifted_for_a_benchmark(cast, three, settings):
    settings.RATE_LIMITS = False
    client = enter(cast.ai)
    assert {client.get("/search/?q=x").status_code for _turn in range(5)} == {200}
    assert not Attempts.objects.exists()


def test_a_window_ends_and_old_counts_go():
    assert [attempt([("k", 2), ("other", 9)], 60) for _turn in range(2)] == [0, 0]
    assert 0 < attempt([("k", 2), ("other", 9)], 60) <= 60
    assert attempt([("other", 9)], 60) == 0
    Attempts.objects.update(ends_at="2020-01-01T00:00:00Z")
    assert attempt([("k", 2)], 60) == 0
    Attempts.objects.update(ends_at="2020-01-01T00:00:00Z")
    assert forget_old() == 2


@pytest.mark.django_db(transaction=True)
def test_attempts_at_the_same_moment_are_all_counted():
    from django.db import connection

    waits: list[int] = []

    def many(number: int) -> None:
        try:
            waits.extend(attempt([("together", 20), (f"own {number % 3}", 99)], 60) for _turn in range(10))
        finally:
            connection.close()

    threads = [threading.Thread(target=many, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waits.count(0) == 20
    assert sorted(Attempts.objects.values_list("count", flat=True)) == [20, 20, 20, 60]


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, "1.1.1.1", "9.9.9.9"),
        (1, "", "9.9.9.9"),
        (1, "1.1.1.1", "1.1.1.1"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 10.0.0.1", "1.1.1.1"),
        (2, "10.0.0.1", "9.9.9.9"),
    ],
)
def test_an_address_is_believed_only_from_the_banks_own_proxies(settings, proxies, header, expected):
    settings.PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="9.9.9.9", headers={"X-Forwarded-For": header} if header else {})
    assert client_address(request) == expected


# Uploads


def workbook(**parts: bytes) -> bytes:
    book = Workbook()
    book.active.append(["id", "version", "mended"])
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def archive(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            made.writestr(name, content)
    return out.getvalue()


def lying(content: bytes, real: int, said: int) -> bytes:
    """The archive with every record of a part's unpacked size changed."""
    return content.replace(real.to_bytes(4, "little"), said.to_bytes(4, "little"))


def test_a_workbook_and_a_csv_are_known_by_their_bytes():
    assert judge(workbook(), allowed=BOTH) is Kind.XLSX
    assert judge("id,version,mended\n1,x,王\n".encode("gb18030"), allowed=BOTH) is Kind.CSV


BOMB = archive(("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"\x00" * 30_000_000))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"MZ\x90\x00", "neither"),
        (b"%PDF-1.7", "neither"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "neither"),
        (b"\x1f\x8b\x08", "neither"),
        (archive(("a.txt", b"x")), "not an Excel workbook"),
        (workbook(**{"../../evil.xml": b"x"}), "not an Excel workbook"),
        (workbook(**{"/etc/passwd": b"x"}), "not an Excel workbook"),
        (workbook(**{"C:\\evil.xml": b"x"}), "not an Excel workbook"),
        (workbook(xl__vbaProject_bin=b"x").replace(b"vbaProject_bin", b"vbaProject.bin"), "macros"),
        (workbook(**{"xl/more.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'}), "not an Excel"),
        (BOMB, "too large when unpacked"),
        (lying(BOMB, 30_000_000, 100), "not an Excel workbook"),
        (archive(*((f"xl/{number}.xml", b"") for number in range(2_001))), "too large when unpacked"),
        (workbook()[:-40], "not an Excel workbook"),
        (b"x" * 10_000_001, "larger than 10 MB"),
    ],
)
def test_what_is_something_else_or_too_much_is_refused(settings, content, says):
    from django.utils import translation

    with translation.override("en"), pytest.raises(RefusedUploadError, match=says):
        judge(content, allowed=BOTH)


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_break_the_judge(content, packed):
    try:
        kind = judge(b"PK\x03\x04" + content if packed else content, allowed=BOTH, bounds=Bounds(bytes=300))
    except RefusedUploadError:
        return
    assert kind in BOTH


@given(st.text(max_size=300))
def test_a_name_is_a_label_without_a_path(name):
    safe = safe_name(name)
    assert safe
    assert len(safe) <= 100
    assert not re.search(r"[/\\\x00-\x1f\x7f:]", safe)
    assert safe.strip(".") == safe
    assert ".." not in safe.split("/")


def test_the_uploads_name_is_kept_without_its_path(cast):
    client = enter(cast.shi)
    client.post(
        reverse("quarantine-import"),
        {"file": SimpleUploadedFile("..\\..\\etc\\x\x07y.csv", b"id,version,mended\n")},
    )
    assert MendingImport.objects.get().file_name == "xy.csv"


# Redirects

ELSEWHERE = [
    "https://evil.example/",
    "http://evil.example",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " //evil.example",
    "http:evil.example",
    "https:///evil.example",
    "/path\\..\\evil",
    "%2f%2fevil.example",
    "evil.example",
    "http://[::1",
    "",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_form_sends_anybody_elsewhere(cast, address):
    assert own_path(address, "/home") == "/home"
    client = enter(cast.ai)
    answers = [
        client.post(reverse("language"), {"language": "en", "next": address}),
        client.post(reverse("preferences"), {"unit": "one", "next": address}),
        client.post(reverse("list-columns", args=["customers"]), {"column": ["assets"], "next": address}),
        Client().post(
            f"{reverse('sign-in')}?next={address}",
            {"username": "1111", "password": cast.password, "next": address},
        ),
        client.get(reverse("sign-in"), {"next": address}),
    ]
    for answer in answers:
        assert answer.status_code == 302
        assert re.fullmatch(r"/([^/\\].*)?", answer.url), answer.url
    part = Client().get(
        "/customers/", headers={"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": address}
    )
    assert re.match(r"/sign-in/\?next=%2F(?!%2F|%5C)", part["HX-Redirect"])


@given(st.text(max_size=60))
def test_a_path_that_is_let_through_stays_on_this_site(address):
    from urllib.parse import urljoin, urlsplit

    found = own_path(address, "/home")
    for base in ("https://crm.bank.internal/a/b/", "http://crm.bank.internal/"):
        assert urlsplit(urljoin(base, found)).netloc == "crm.bank.internal"


@pytest.mark.parametrize("path", ["/", "/customers/?tier=vip&sort=-loan", "/customers/P00001/?a=//b", "/search/?q=王"])
def test_own_paths_pass(path):
    assert own_path(path) == path


# The log

SECRETS = [
    ("connect postgresql://guanxi:s3cret-pw@db:5432/guanxi failed", "s3cret-pw"),
    ("password=hunter22 for 1111", "hunter22"),
    ("{'password': 'hunter22', 'id': 1}", "hunter22"),
    ('{"api_key": "abcDEF123"}', "abcDEF123"),
    ("Cookie: sessionid=qwertyuiop; csrftoken=zzz", "qwertyuiop"),
    ("sessionid=qwertyuiop", "qwertyuiop"),
    ("Authorization: Bearer eyJhbGciOi.J9.x", "eyJhbGciOi"),
    ("customer 330106198805121234 called", "330106198805121234"),
    ("customer 33010619880512123X called", "33010619880512123X"),
    ("company 91330106MA00000012 asked", "91330106MA00000012"),
    ("call 13857100000 now", "13857100000"),
    ("call +86 138 5710 0000 now", "5710 0000"),
    ("card 6222021234567890123 blocked", "6222021234567890123"),
    ("card 6222 0212 3456 7890 123 blocked", "3456 7890"),
    ("mail wang.xiuying@mail.example.cn bounced", "wang.xiuying"),
    ("DETAIL:  Failing row contains (1, 王秀英, 13857100000, null).", "王秀英"),
    ("DETAIL:  Key (number)=(E00012345) already exists.", "E00012345"),
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_no_secret_and_no_personal_data_reach_the_log(text, secret):
    assert secret not in without_secrets(text)
    stream = io.StringIO()
    logger = logging.getLogger(f"test.private.{abs(hash(text))}")
    logger.propagate = False
    handler = logging.StreamHandler(stream)
    handler.addFilter(Private())
    logger.addHandler(handler)
    logger.error("%s", text)
    logger.error(text)
    logger.error("said %(what)s", {"what": text})
    try:
        raise ValueError(text)
    except ValueError:
        logger.exception("broken")
    written = stream.getvalue()
    assert written.count("\n") > 5
    assert secret not in written


def test_what_the_log_is_for_stays():
    for line in (
        "error page 3fa9c1d2 shown for GET /customers/P00001/",
        "Not Found: /customers/0012345678/value/2026-11/",
        "run-20261120 published 2500000 rows in 123.456 s",
        "X261122-A1B2C3 written",
        "Not Found: /exports/00000000-0000-4000-8000-000000000000/file/",
        "2026-11-22 03:15:00,123 WARNING django.request",
    ):
        assert without_secrets(line) == line


def test_the_sites_own_handlers_all_have_the_filter(settings):
    for name, handler in settings.LOGGING["handlers"].items():
        assert "private" in handler["filters"], name
    assert settings.LOGGING["filters"]["private"]["()"] == "guanxi.crm.kernel.logs.Private"


# The mark over every page


def test_every_page_is_marked_with_who_looks_at_it(cast, settings):
    client = enter(cast.ai)
    for path in ("/", "/customers/", f"/customers/{cast.person.id}/", "/exports/"):
        assert "web/watermark.css" in client.get(path).text
    picture = client.get("/watermark.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert "艾琳 1111" in picture.text
    assert "style" not in picture.text
    assert "private" in picture["Cache-Control"]
    assert "Cookie" in picture["Vary"]
    assert "朱敏 1211" in enter(cast.zhu).get("/watermark.svg").text
    assert Client().get("/watermark.svg").status_code == 302
    settings.WATERMARK = False
    assert "watermark" not in client.get("/").text
    assert client.get("/watermark.svg").status_code == 404


def test_a_name_cannot_break_out_of_the_picture(cast):
    Staff.objects.filter(pk="1111").update(name='<script>&"')
    text = enter(Staff.objects.get(pk="1111")).get("/watermark.svg").text
    assert "<script" not in text
    assert "&lt;script&gt;&amp;&quot;" in text
