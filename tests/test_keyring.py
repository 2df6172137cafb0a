"""The file of data keys: made once, read again when it changes, and never a word of a key in an error."""

import base64
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from guanxi import keyring as keys
from guanxi.keyring import Cipher, KeyringError, MissingKeyError

SECRET = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv(keys.VARIABLE, str(tmp_path / "keys" / "data-keys"))
    return tmp_path / "keys" / "data-keys"


def test_the_first_start_makes_a_key_that_only_its_owner_reads(file):
    ring = keys.keyring()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(ring.active.secret) == 32
    assert ring.active.made is not None
    assert keys.keyring() is ring
    assert ring.active.secret.hex() not in repr(ring)


def test_of_many_first_starts_at_once_one_decides(file):
    code = "from guanxi.keyring import keyring; print(keyring().active.id)"
    with ThreadPoolExecutor(4) as pool:
        runs = pool.map(
            lambda _: subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True), range(4)
        )
    assert len({run.stdout for run in runs}) == 1
    assert [one.name for one in file.parent.iterdir()] == ["data-keys"]


def test_a_running_process_learns_of_a_new_key(file):
    first = keys.keyring().active
    code = "from guanxi.keyring import add_key; print(add_key().id)"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    ring = keys.keyring()
    assert ring.active.id == made
    assert ring.by_id(first.id) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    later = keys.add_key(activate=False)
    assert keys.keyring().active.id == made
    keys.activate_key(later.id)
    assert keys.keyring().active == later
    keys.remove_key(first.id)
    with pytest.raises(MissingKeyError, match=first.id):
        keys.data_key(first.id)
    with pytest.raises(KeyringError, match="active"):
        keys.remove_key(later.id)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no key"),
        (f"A-1 {SECRET}", "Line 1"),
        ("a1 c2hvcnQ=", "a1 is not 32 bytes"),
        (f"a1 {SECRET[:-4]}?!==", "a1 is not 32 bytes"),
        (f"a1 {SECRET}\na1 {SECRET}", "second key a1"),
        (f"a1 {SECRET} active\nb2 {SECRET} active", "2 keys as active"),
        (f"a1 {SECRET} yesterday", "only a day"),
    ],
)
def test_a_file_that_is_wrong_says_where_and_tells_no_key(file, text, says):
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(KeyringError, match=says) as caught:
        keys.keyring()
    assert SECRET[:12] not in str(caught.value)


def test_the_last_line_is_active_unless_another_says_so(file):
    file.parent.mkdir()
    file.write_text(f"# kept by the bank\na1 {SECRET}\n\nb2 {SECRET}\n")
    assert keys.keyring().active.id == "b2"
    file.write_text(f"a1 {SECRET} 2026-01-31 active\nb2 {SECRET}\n")
    assert keys.keyring().active.id == "a1"


def test_each_use_has_a_key_of_its_own():
    one, other = keys.keyring().active, keys.add_key()
    made = {keys.derive(key, use, size) for key in (one, other) for use in ("fields", "files") for size in (16, 32)}
    assert len(made) == 8
    assert keys.derive(one, "fields") == keys.derive(one, "fields")
    assert one.secret not in made


@pytest.mark.parametrize("kind", Cipher)
def test_both_ciphers_open_what_they_closed_and_nothing_else(kind, monkeypatch):
    monkeypatch.setenv("GUANXI_CIPHER", kind)
    assert keys.cipher() is kind
    box, nonce = keys.aead(keys.keyring().active, "fields", kind), os.urandom(12)
    closed = box.encrypt(nonce, b"13800138000", b"here")
    assert len(closed) == 11 + 16
    assert box.decrypt(nonce, closed, b"here") == b"13800138000"
    for wrong in (closed[:-1] + bytes([closed[-1] ^ 1]), bytes([closed[0] ^ 1]) + closed[1:], closed[:10]):
        with pytest.raises(InvalidTag):
            box.decrypt(nonce, wrong, b"here")
    with pytest.raises(InvalidTag):
        box.decrypt(nonce, closed, b"elsewhere")


def test_a_cipher_that_is_not_known_is_refused(monkeypatch):
    monkeypatch.setenv("GUANXI_CIPHER", "rot13")
    with pytest.raises(KeyringError, match="rot13"):
        keys.cipher()


def test_sm4_is_the_standards_own():
    """RFC 8998, appendix A.1: SM4-GCM's test vector."""
    box = keys.Sm4Gcm(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    text = bytes.fromhex("AA" * 8 + "BB" * 8 + "CC" * 8 + "DD" * 8 + "EE" * 8 + "FF" * 8 + "EE" * 8 + "AA" * 8)
    context = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    closed = box.encrypt(bytes.fromhex("00001234567800000000ABCD"), text, context)
    assert closed[-16:].hex().upper() == "83DE3541E4C2B58177E065A9BF7B62EC"
    assert closed[:16].hex().upper() == "17F399F08C67D5EE19D0DC9969C4BB7D"
