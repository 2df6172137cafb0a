"""The files that the site keeps for people (exports, copies of personal data): encrypted, whoever writes them.

It is Django's default storage, so a new kind of file is encrypted without anybody thinking of it. Files from before,
and with ``GUANXI_ENCRYPT_FILES=0``, are plain and are read as they are; a file says of itself which it is.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils.deconstruct import deconstructible

from guanxi.keyring import cipher, keyring
from guanxi.sealed_files import create_sealed, key_id_of, open_sealed

PURPOSE = "media"
ASIDE = ".aside"


@deconstructible(path="guanxi.crm.kernel.storage.SealedStorage")
class SealedStorage(FileSystemStorage):
    """Files below ``MEDIA_ROOT``, each readable by the service alone and encrypted under the active data key.

    A name never holds half a file: writing goes aside and is renamed. Opening raises ``MissingFileKeyError`` where the
    key is not there, ``SealBrokenError`` where the file was cut or changed (this also while reading).
    """

    def __init__(self, **options: Any) -> None:
        own: dict[str, Any] = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
        super().__init__(**own | options)

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        if mode not in ("r", "rb"):
            raise ValueError("Files are written by save() and writing(), as a whole.")
        return File(cast("IO[Any]", self._read(Path(self.path(name)))), name)

    def _save(self, name: str, content: File[Any]) -> str:
        with self.writing(name) as out:
            for chunk in content.chunks():
                out.write(chunk.encode() if isinstance(chunk, str) else chunk)
        return name

    def size(self, name: str) -> int:
        """The size of what is in the file, before encryption."""
        with self._read(Path(self.path(name))) as file:
            return file.seek(0, os.SEEK_END)

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """A file to write; it stands under its name, replacing what stood there, when the block ends without an error.

        Not seekable: what is written is encrypted at once.
        """
        place = Path(self.path(name))
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = place.with_name(f"{place.name}.{secrets.token_hex(4)}{ASIDE}")
        try:
            with self._create(aside) as out:
                yield out
            with aside.open("rb") as written:
                os.fsync(written.fileno())
            aside.replace(place)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise

    def rewrite(self) -> int:
        """Writes every file anew that is not as new ones are (an older key, plain); returns how many. After a kill it
        goes on where it was."""
        wanted = keyring().active.id if settings.ENCRYPT_FILES else ""
        changed = 0
        for path in sorted(Path(self.location).rglob("*")):
            if not path.is_file():
                continue
            if path.name.endswith(ASIDE):
                _forget_old(path)
                continue
            try:
                if key_id_of(path) == wanted:
                    continue
                with self._read(path) as old, self.writing(str(path.relative_to(self.location))) as new:
                    shutil.copyfileobj(old, new, 1024 * 1024)
                    found = path.stat()
                os.utime(path, (found.st_atime, found.st_mtime))
            except FileNotFoundError:
                continue  # thrown away meanwhile, as its time was over
            changed += 1
        return changed

    def keys(self) -> dict[str, int]:
        """How many files lie under each data key, by its id; under the empty id, how many are plain."""
        found: dict[str, int] = {}
        for path in Path(self.location).rglob("*"):
            if path.is_file() and not path.name.endswith(ASIDE):
                key_id = key_id_of(path)
                found[key_id] = found.get(key_id, 0) + 1
        return found

    def _read(self, path: Path) -> IO[bytes]:
        if key_id_of(path):
            return open_sealed(path, purpose=PURPOSE)
        return path.open("rb")

    def _create(self, path: Path) -> IO[bytes]:
        if settings.ENCRYPT_FILES:
            return cast("IO[bytes]", create_sealed(path, keyring().active, purpose=PURPOSE, kind=cipher()))
        out = path.open("xb")
        path.chmod(0o600)
        return out


def files() -> SealedStorage:
    """The storage of all files that the site keeps."""
    return cast("SealedStorage", default_storage)


def _forget_old(aside: Path) -> None:
    """Removes what a killed process was writing; not what one writes just now."""
    import time

    if time.time() - aside.stat().st_mtime > 24 * 3600:
        aside.unlink(missing_ok=True)
