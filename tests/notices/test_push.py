"""Web push: the standards' own example, a real push service on loopback, and addresses that are never asked."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from guanxi.crm.contact.telling import FOLLOWED
from guanxi.crm.notices import push
from guanxi.crm.notices.devices import MOST, add_device, push_notices
from guanxi.crm.notices.kinds import Way
from guanxi.crm.notices.models import Device
from guanxi.crm.notices.services import mark_read, notify, set_wishes
from guanxi.crm.org.models import Staff

# RFC 8291, section 5 and appendix A.
EXAMPLE = {
    "words": b"When I grow up, I want to be a watermelon",
    "own": "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
    "key": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "secret": "BTBZMqHH6r4Tts7J_aSIgg",
    "salt": "DGv6ra1nlYgDCS1FRnbzlw",
    "message": "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
    "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
}


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_standards_example_comes_out_to_the_byte():
    own = ec.derive_private_key(int.from_bytes(unb64(EXAMPLE["own"])), ec.SECP256R1())
    found = push.encrypted(
        EXAMPLE["words"], key=EXAMPLE["key"], secret=EXAMPLE["secret"], own=own, salt=unb64(EXAMPLE["salt"])
    )
    assert push.b64(found) == EXAMPLE["message"]


class Browser:
    """A browser's side: its key, its secret, and how it opens a message."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.secret = b"0123456789abcdef"
        self.key = self.private.public_key().public_bytes(*push.POINT)

    def open(self, message: bytes) -> dict[str, str]:
        salt, theirs, sealed = message[:16], message[21:86], message[86:]
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        material = push._derived(self.secret, shared, b"WebPush: info\0" + self.key + theirs, 32)
        key = push._derived(salt, material, b"Content-Encoding: aes128gcm\0", 16)
        nonce = push._derived(salt, material, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None)
        assert plain.endswith(b"\x02")
        return json.loads(plain[:-1])


@pytest.fixture
def service(settings) -> Iterator[HTTPServer]:
    """A push service on loopback: keeps what it is sent, answers as ``answer`` says."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.taken.append((self.path, self.headers, body))
            self.send_response(self.server.answer)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.taken, server.answer = [], 201
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.PUSH_CONTACT = "mailto:crm@bank.example"
    settings.PUSH_HOSTS = (f"127.0.0.1:{server.server_port}",)
    yield server
    server.shutdown()
    server.server_close()


def device(staff: Staff, service: HTTPServer, browser: Browser, name: str = "one") -> Device:
    address = f"http://127.0.0.1:{service.server_port}/{name}"
    keys = {"key": push.b64(browser.key), "secret": push.b64(browser.secret)}
    return add_device(staff=staff, endpoint=address, name="Chrome · Windows", **keys)


@pytest.mark.django_db
def test_a_notice_reaches_the_browser_and_says_nothing_of_anybody(cast, service, pages_files):
    browser = Browser()
    device(cast.ai, service, browser)
    set_wishes(staff_id=cast.ai.id, wishes={FOLLOWED.name: Way(push=True)})
    Staff.objects.filter(pk=cast.ai.id).update(preferences={"language": "en"})
    mine, other = (notify(to=[who.id], kind=FOLLOWED, facts={"number": 12})[0] for who in (cast.ai, cast.qian))
    assert push_notices([mine, other]) == 1, "Qian wishes no push"
    path, headers, body = service.taken[0]
    assert (path, headers["Content-Encoding"], headers["TTL"]) == ("/one", "aes128gcm", str(push.KEPT))
    assert browser.open(body) == {
        "title": "Guanxi",
        "body": "Open tasks came to you with their customers.",
        "url": f"/notices/{mine.pk}/",
    }
    # The signature is the site's own, for this service, and of a limited time.
    token, key = headers["Authorization"].removeprefix("vapid t=").split(", k=")
    signed, _dot, signature = token.rpartition(".")
    claims = json.loads(unb64(signed.split(".")[1]))
    assert claims["aud"] == f"http://127.0.0.1:{service.server_port}"
    assert claims["sub"] == "mailto:crm@bank.example"
    assert key == push.public_key()
    r, s = (int.from_bytes(part) for part in (unb64(signature)[:32], unb64(signature)[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(key))
    public.verify(utils.encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256()))
    mark_read(staff_id=cast.ai.id)
    mine.refresh_from_db()
    assert push_notices([mine]) == 0, "what was read meanwhile is not pushed"


@pytest.mark.django_db
def test_a_browser_that_is_gone_is_forgotten_and_a_service_that_fails_is_none_of_our_failures(cast, service):
    browser = Browser()
    one = device(cast.ai, service, browser)
    for answer, stays in ((500, True), (307, True), (410, False)):
        service.answer = answer
        assert push.push([one], b"{}") == 0
        assert Device.objects.filter(staff=cast.ai).exists() is stays, answer
    assert [path for path, _headers, _body in service.taken] == ["/one"] * 3, "a redirection is not followed"
    service.answer = 201
    two = device(cast.ai, service, browser, "two")
    service.shutdown()
    service.server_close()
    assert push.push([two], b"{}") == 0


@pytest.mark.django_db
def test_a_browser_belongs_to_who_uses_it_last_and_nobody_has_too_many(cast, service):
    browser = Browser()
    device(cast.ai, service, browser)
    device(cast.qian, service, browser)
    assert list(Device.objects.values_list("staff_id", flat=True)) == [cast.qian.id]
    for number in range(MOST + 2):
        device(cast.ai, service, browser, f"d{number}")
    assert Device.objects.filter(staff=cast.ai).count() == MOST


@pytest.mark.parametrize(
    "address",
    [
        "http://fcm.googleapis.com/x", "https://fcm.googleapis.com:8443/x", "https://evil.example/x",
        "https://fcm.googleapis.com.evil.example/x", "https://user@fcm.googleapis.com/x", "https://127.0.0.1/x",
        "http://127.0.0.1:5432/", "https://push.services.mozilla.com.evil/x", "file:///etc/passwd", "https://[", "",
    ],
)  # fmt: skip
def test_no_other_address_is_ever_asked(address, settings):
    settings.PUSH_HOSTS = ("fcm.googleapis.com", "*.push.services.mozilla.com")
    with pytest.raises(push.PushError):
        push.check_address(address)
    push.check_address("https://updates.push.services.mozilla.com/wpush/v2/abc")


@pytest.mark.parametrize(("key", "secret"), [("", "AA"), ("BA", "A" * 22), (EXAMPLE["key"], "AA"), ("*", "*")])
def test_keys_that_are_none_are_refused(key, secret):
    with pytest.raises(push.PushError):
        push.check_keys(key, secret)
    push.check_keys(EXAMPLE["key"], EXAMPLE["secret"])
