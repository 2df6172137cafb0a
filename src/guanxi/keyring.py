"""The data keys: what encrypts personal data at rest, in fields, blind indexes and files.

A file (``GUANXI_DATA_KEYS_FILE``) holds one key a line: its id, 32 bytes as base64, the day it was made, and
``active`` on the line of the key that encrypts from now on; where no line says so, the last is it. Older keys still
decrypt. No key encrypts anything itself: each use has its own, derived from it (:func:`derive`). A running process
learns of a new key without being started again.

Knows neither Django nor the warehouse; both use it.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VARIABLE = "GUANXI_DATA_KEYS_FILE"
KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16
ACTIVE = "active"
HEAD = "# Keys of personal data: without this file nobody can read it, with it anybody. Keep a copy in another place.\n"
_ID = re.compile(r"[a-z0-9]{1,16}")
# Without look-alikes: an id is read out on the telephone.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class KeyringError(Exception):
    """Data keys cannot be used; the message says why and what to do."""


class MissingKeyError(KeyringError):
    """Something was encrypted with a key that the file does not hold."""

    def __init__(self, key_id: str) -> None:
        self.key_id = key_id
        super().__init__(
            f"The data key {key_id} is missing: put its line back into {keys_file()} from the copy that was kept. "
            "Without it nobody can read what it encrypted."
        )


class SealBrokenError(KeyringError):
    """What was encrypted does not open: it was changed, stands where it does not belong, or the key is another one."""


class Cipher(StrEnum):
    """Both encrypt and prove that nothing was changed. SM4 is China's national standard (GB/T 32907)."""

    AES_256_GCM = "aes-256-gcm"
    SM4_GCM = "sm4-gcm"

    @property
    def key_bytes(self) -> int:
        """How long its keys are."""
        return 16 if self is Cipher.SM4_GCM else 32


class Aead(Protocol):
    """Encrypts ``data`` and proves ``context`` with it. ``decrypt`` raises ``InvalidTag`` where either differs."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class DataKey:
    """One data key. ``made`` is None where its line does not say."""

    id: str
    secret: bytes = field(repr=False)
    made: date | None = None


@dataclass(frozen=True, slots=True)
class Keyring:
    """All data keys, in the order of the file."""

    keys: tuple[DataKey, ...]
    active: DataKey

    def by_id(self, key_id: str) -> DataKey:
        """The key of this id; raises :class:`MissingKeyError`."""
        for key in self.keys:
            if key.id == key_id:
                return key
        raise MissingKeyError(key_id)


def keys_file() -> Path:
    """Where the data keys lie."""
    return _file(*(os.environ.get(name, "") for name in (VARIABLE, "GUANXI_VAR", "GUANXI_ROOT")))


def keyring() -> Keyring:
    """The data keys as the file holds them now; makes the file with a first key where there is none.

    Costs a look at the file's date; it is read again only when it has changed. Raises :class:`KeyringError`.
    """
    file = keys_file()
    try:
        found = file.stat()
    except FileNotFoundError:
        _make(file)
        found = file.stat()
    except OSError as error:
        raise KeyringError(f"The data keys in {file} cannot be read: {error.strerror}.") from error
    return _read(file, (found.st_mtime_ns, found.st_size, found.st_ino))


def data_key(key_id: str) -> DataKey:
    """The key of this id; raises :class:`MissingKeyError`."""
    return keyring().by_id(key_id)


def cipher() -> Cipher:
    """The cipher that encrypts from now on (``GUANXI_CIPHER``); each ciphertext names its own."""
    named = os.environ.get("GUANXI_CIPHER") or Cipher.AES_256_GCM
    try:
        return Cipher(named)
    except ValueError:
        known = " or ".join(Cipher)
        raise KeyringError(f"GUANXI_CIPHER is {named!r}: it must be {known}.") from None


@lru_cache(maxsize=512)
def derive(key: DataKey, purpose: str, length: int = KEY_BYTES) -> bytes:
    """The key of one use, ``length`` bytes, by HKDF-SHA256: who learns one of them learns no other."""
    return HKDF(SHA256(), length, salt=b"guanxi data key", info=purpose.encode()).derive(key.secret)


@lru_cache(maxsize=512)
def aead(key: DataKey, purpose: str, kind: Cipher) -> Aead:
    """The cipher of one use, keyed; made once. Nonces have 12 bytes and must never repeat with another text."""
    secret = derive(key, f"{purpose} {kind}", kind.key_bytes)
    return AESGCM(secret) if kind is Cipher.AES_256_GCM else Sm4Gcm(secret)


class Sm4Gcm:
    """SM4 in Galois/Counter Mode, in the form of the library's ``AESGCM``: the tag follows the ciphertext."""

    def __init__(self, secret: bytes) -> None:
        self._algorithm = algorithms.SM4(secret)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """The ciphertext, 16 bytes longer than ``data``."""
        machine = BlockCipher(self._algorithm, modes.GCM(nonce)).encryptor()
        machine.authenticate_additional_data(associated_data or b"")
        return machine.update(data) + machine.finalize() + machine.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """What was encrypted; raises ``InvalidTag``."""
        if len(data) < TAG_BYTES:
            raise InvalidTag
        machine = BlockCipher(self._algorithm, modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        machine.authenticate_additional_data(associated_data or b"")
        return machine.update(data[:-TAG_BYTES]) + machine.finalize()


def add_key(*, activate: bool = True) -> DataKey:
    """Adds a new key to the file and returns it; it encrypts from now on unless ``activate`` is off."""
    with _edited() as (file, ring):
        key = _new_key(taken={one.id for one in ring.keys})
        _write(file, (*ring.keys, key), key if activate else ring.active)
    return key


def activate_key(key_id: str) -> None:
    """Lets the key of this id encrypt from now on; raises :class:`MissingKeyError`."""
    with _edited() as (file, ring):
        _write(file, ring.keys, ring.by_id(key_id))


def remove_key(key_id: str) -> None:
    """Takes a key out of the file: for keys with which nothing is encrypted any more.

    Raises :class:`KeyringError` for the active one, :class:`MissingKeyError` for one that is not there.
    """
    with _edited() as (file, ring):
        key = ring.by_id(key_id)
        if key == ring.active:
            raise KeyringError(f"The data key {key_id} is the active one: activate another first.")
        _write(file, [one for one in ring.keys if one != key], ring.active)


def keep_retired(key: DataKey) -> Path:
    """Writes a key that was taken out beside the file, for backups that still need it; returns where."""
    file = keys_file().with_name(f"{keys_file().name}.retired")
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as out:
        out.write(_line(key) + "\n")
    return file


def parse(text: str, file: Path) -> Keyring:
    """The keys in a file's text; raises :class:`KeyringError`, which names the line but never what it holds."""
    keys: list[DataKey] = []
    marked: list[DataKey] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        key = _parse_line(words, f"Line {number} of {file}")
        if any(one.id == key.id for one in keys):
            raise KeyringError(f"Line {number} of {file} holds a second key {key.id}: each id stands for one key.")
        keys.append(key)
        if words[-1] == ACTIVE:
            marked.append(key)
    if not keys:
        raise KeyringError(f"{file} holds no key: put the copy that was kept in its place.")
    if len(marked) > 1:
        raise KeyringError(f"{file} marks {len(marked)} keys as active: only one may be.")
    return Keyring(tuple(keys), marked[0] if marked else keys[-1])


def _parse_line(words: Sequence[str], where: str) -> DataKey:
    if len(words) < 2 or not _ID.fullmatch(words[0]):
        raise KeyringError(f"{where} is not an id (small letters and digits) and a key.")
    try:
        secret = base64.b64decode(words[1], validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise KeyringError(f"{where}: the key {words[0]} is not {KEY_BYTES} bytes as base64.")
    made = None
    for word in words[2:]:
        if word == ACTIVE:
            continue
        try:
            made = date.fromisoformat(word)
        except ValueError:
            raise KeyringError(f"{where}: after the key only a day and the word {ACTIVE} may stand.") from None
    return DataKey(words[0], secret, made)


@lru_cache(maxsize=8)
def _file(named: str, var: str, root: str) -> Path:
    if named:
        return Path(named)
    return Path(var or Path(root or Path(__file__).resolve().parents[2]) / "var").resolve() / "data-keys"


@lru_cache(maxsize=8)
def _read(file: Path, _state: tuple[int, int, int]) -> Keyring:
    try:
        return parse(file.read_text(encoding="utf-8"), file)
    except (OSError, UnicodeDecodeError) as error:
        raise KeyringError(f"The data keys in {file} cannot be read: {error}.") from error


def _new_key(taken: set[str]) -> DataKey:
    # Drawn, not counted: a file that was lost and made anew must not give an old id to another key.
    while True:
        key_id = "".join(secrets.choice(_LETTERS) for _ in range(5))
        if key_id not in taken:
            return DataKey(key_id, secrets.token_bytes(KEY_BYTES), datetime.now(UTC).date())


def _make(file: Path) -> None:
    """The file with a first key, for its owner alone; of several who begin at once, the first decides."""
    file.parent.mkdir(parents=True, exist_ok=True)
    key = _new_key(set())
    aside = _aside(file, (key,), key)
    with contextlib.suppress(FileExistsError):
        os.link(aside, file)
    aside.unlink()


@contextmanager
def _edited() -> Iterator[tuple[Path, Keyring]]:
    """The file and what it holds, while nobody else edits it."""
    import fcntl

    ring, file = keyring(), keys_file()
    with file.with_name(f"{file.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ring = parse(file.read_text(encoding="utf-8"), file)
        yield file, ring


def _write(file: Path, keys: Sequence[DataKey], active: DataKey) -> None:
    """Replaces the file as a whole: a reader finds the old one or the new one."""
    _aside(file, keys, active).replace(file)


def _line(key: DataKey) -> str:
    made = f" {key.made.isoformat()}" if key.made else ""
    return f"{key.id} {base64.b64encode(key.secret).decode()}{made}"


def _aside(file: Path, keys: Sequence[DataKey], active: DataKey) -> Path:
    aside = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    lines = [_line(key) + (f" {ACTIVE}" if key == active else "") for key in keys]
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(HEAD + "".join(f"{line}\n" for line in lines))
        out.flush()
        os.fsync(out.fileno())
    return aside
