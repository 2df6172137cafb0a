"""Files encrypted in chunks, written and read as streams: what the site keeps for people, and the night's scratch.

A file is a header (mark, cipher, id of the data key, salt, size of a chunk) and chunks, each encrypted and proved by
itself under a key that is the file's own. Each chunk proves the header, its place and whether it is the last one, so a
file that was cut, lengthened, shuffled or changed anywhere does not open. Any place can be read without what is
before it.
"""

from __future__ import annotations

import io
import secrets
import struct
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from guanxi.keyring import (
    TAG_BYTES,
    Aead,
    Cipher,
    DataKey,
    KeyringError,
    MissingKeyError,
    SealBrokenError,
    Sm4Gcm,
    data_key,
    derive,
    keys_file,
)

MARK = b"GXSEALED"
VERSION = 1
CHUNK = 256 * 1024
SALT_BYTES = 16
CIPHERS = {1: Cipher.AES_256_GCM, 2: Cipher.SM4_GCM}
# Mark, version, cipher, chunk size, length of the key's id; then the id and the salt.
FIXED = struct.Struct(">8sBBIB")
LARGEST_CHUNK = 16 * 1024 * 1024


class SealedWriter(io.BufferedIOBase):
    """Encrypts what is written to it into ``raw``, which it closes.

    Left by an exception, the file stays without its end, and never opens.
    """

    def __init__(self, raw: BinaryIO, key: DataKey, *, purpose: str, kind: Cipher = Cipher.AES_256_GCM) -> None:
        number = next(number for number, known in CIPHERS.items() if known is kind)
        salt = secrets.token_bytes(SALT_BYTES)
        name = key.id.encode("ascii")
        self._header = FIXED.pack(MARK, VERSION, number, CHUNK, len(name)) + name + salt
        self._aead = _keyed(key, purpose, kind, salt)
        self._raw = raw
        self._rest = bytearray()
        self._chunks = 0
        self._size = 0
        raw.write(self._header)

    def writable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """How many bytes were written, before encryption."""
        return self._size

    def write(self, data: bytes | bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Takes bytes; they reach the file a chunk at a time."""
        taken = memoryview(data).cast("B")
        self._rest += taken
        self._size += len(taken)
        # The last chunk is known only at the end: a full one waits for what comes after it.
        start = 0
        while len(self._rest) - start > CHUNK:
            self._put(bytes(self._rest[start : start + CHUNK]), last=False)
            start += CHUNK
        if start:
            del self._rest[:start]
        return len(taken)

    def close(self) -> None:
        """Ends the file."""
        if self.closed:
            return
        try:
            if not self._raw.closed:
                self._put(bytes(self._rest), last=True)
                self._raw.close()
        finally:
            super().close()

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        if exc_type is not None:
            self._raw.close()
        self.close()

    def __del__(self) -> None:
        # Forgotten is not finished: only close() may write the end.
        self._raw.close()

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._raw.write(self._aead.encrypt(_nonce(self._chunks, last), chunk, self._header))
        self._chunks += 1


class SealedReader(io.RawIOBase):
    """Decrypts a file while it is read, from any place; raises :class:`SealBrokenError` for what does not open."""

    def __init__(
        self, path: Path, *, purpose: str, key_of: Callable[[str], DataKey] = data_key, raw: BinaryIO | None = None
    ) -> None:
        self._raw = raw or path.open("rb")
        self._path = path
        try:
            header = read_header(self._raw, path)
            self._header, self._chunk = header.raw, header.chunk
            try:
                key = key_of(header.key_id)
            except MissingKeyError as error:
                raise MissingFileKeyError(header.key_id, path) from error
            self._aead = _keyed(key, purpose, header.kind, header.salt)
            self._key_id = header.key_id
            encrypted = self._raw.seek(0, io.SEEK_END) - len(header.raw)
            self._last, over = divmod(max(encrypted - 1, 0), self._chunk + TAG_BYTES)
            if over + 1 < TAG_BYTES:
                raise self._broken()
            self._size = encrypted - (self._last + 1) * TAG_BYTES
            self._at = 0
            self._held: tuple[int, bytes] = (-1, b"")
            if self._last:
                self._load(self._last)  # so that a file that was cut is told before its beginning is handed out
        except BaseException:
            self._raw.close()
            raise

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """The place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Moves to a place of the decrypted content."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Decrypts into ``buffer``; 0 at the end."""
        if self._at >= self._size:
            if not self._size:
                self._load(0)  # that it is empty is proved as well
            return 0
        number, offset = divmod(self._at, self._chunk)
        piece = self._load(number)[offset : offset + len(buffer)]
        memoryview(buffer).cast("B")[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        """Closes the file."""
        self._raw.close()
        super().close()

    def _load(self, number: int) -> bytes:
        if self._held[0] != number:
            self._raw.seek(len(self._header) + number * (self._chunk + TAG_BYTES))
            encrypted = self._raw.read(self._chunk + TAG_BYTES)
            try:
                nonce = _nonce(number, last=number == self._last)
                self._held = (number, self._aead.decrypt(nonce, encrypted, self._header))
            except InvalidTag:
                raise self._broken() from None
        return self._held[1]

    def _broken(self) -> SealBrokenError:
        return SealBrokenError(
            f"{self._path} does not open with the data key {self._key_id}: it was cut or changed, or {keys_file()} "
            "holds another key of this id. Take both from the copies that were kept, or have the file made again."
        )


class MissingFileKeyError(MissingKeyError):
    """A file was encrypted with a key that the file of keys does not hold; the message names both."""

    def __init__(self, key_id: str, path: Path) -> None:
        super().__init__(key_id)
        message = (
            f"{path} was encrypted with the data key {key_id}, which is not in {keys_file()}: put its line back from "
            "the copy that was kept. Without it nobody can read the file."
        )
        self.args = (message,)


class Header:
    """What a sealed file says of itself in the clear."""

    __slots__ = ("chunk", "key_id", "kind", "raw", "salt")

    def __init__(self, *, raw: bytes, kind: Cipher, chunk: int, key_id: str, salt: bytes) -> None:
        self.raw, self.kind, self.chunk, self.key_id, self.salt = raw, kind, chunk, key_id, salt


def read_header(file: BinaryIO, path: Path) -> Header:
    """The header at the start of ``file``; raises :class:`SealBrokenError` where there is none that is understood."""
    fixed = file.read(FIXED.size)
    if len(fixed) < FIXED.size or not fixed.startswith(MARK):
        raise SealBrokenError(f"{path} is not an encrypted file, or its beginning was cut or changed.")
    _mark, version, number, chunk, length = FIXED.unpack(fixed)
    if version != VERSION or number not in CIPHERS or not 0 < chunk <= LARGEST_CHUNK:
        raise SealBrokenError(f"{path} was encrypted by a newer version, or its beginning was changed.")
    rest = file.read(length + SALT_BYTES)
    if len(rest) < length + SALT_BYTES:
        raise SealBrokenError(f"{path} was cut: it ends within its header.")
    try:
        key_id = rest[:length].decode("ascii")
    except UnicodeDecodeError:
        raise SealBrokenError(f"{path} does not name its data key: its beginning was changed.") from None
    return Header(raw=fixed + rest, kind=CIPHERS[number], chunk=chunk, key_id=key_id, salt=rest[length:])


def key_id_of(path: Path) -> str:
    """The id of the key a file was encrypted with; empty for a file that is not encrypted."""
    with path.open("rb") as file:
        if file.read(len(MARK)) != MARK:
            return ""
        file.seek(0)
        return read_header(file, path).key_id


def open_sealed(path: Path, *, purpose: str, key_of: Callable[[str], DataKey] = data_key) -> io.BufferedReader:
    """A file to read, decrypted on the way.

    Raises :class:`MissingFileKeyError` for a key that is not there, :class:`SealBrokenError` for a file that does not
    open; the latter also while reading.
    """
    return io.BufferedReader(SealedReader(path, purpose=purpose, key_of=key_of), CHUNK)


def create_sealed(path: Path, key: DataKey, *, purpose: str, kind: Cipher = Cipher.AES_256_GCM) -> SealedWriter:
    """A new file to write, encrypted on the way, readable by its owner alone."""
    path.unlink(missing_ok=True)
    raw = path.open("xb")
    path.chmod(0o600)
    return SealedWriter(raw, key, purpose=purpose, kind=kind)


class OnceKey:
    """A key that lives as long as its process: what a killed run leaves behind, nobody can read any more."""

    def __init__(self) -> None:
        self.key = DataKey("once", secrets.token_bytes(32))

    def of(self, key_id: str) -> DataKey:
        """The key, for :func:`open_sealed`."""
        if key_id != self.key.id:
            raise KeyringError(f"This file is under the data key {key_id} and not a scratch file.")
        return self.key


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _keyed(key: DataKey, purpose: str, kind: Cipher, salt: bytes) -> Aead:
    secret = derive(key, f"{purpose} {kind} {salt.hex()}", kind.key_bytes)
    return AESGCM(secret) if kind is Cipher.AES_256_GCM else Sm4Gcm(secret)


__all__ = [
    "MissingFileKeyError",
    "OnceKey",
    "SealBrokenError",
    "SealedReader",
    "SealedWriter",
    "create_sealed",
    "key_id_of",
    "open_sealed",
]
