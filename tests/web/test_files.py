"""The site's files: encrypted whoever writes them, read back as they were, written anew under a new key."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages

from guanxi import keyring as keys
from guanxi.crm.kernel.storage import SealedStorage, files
from guanxi.crm.kernel.workbook import Workbook
from guanxi.keyring import SealBrokenError, keyring
from guanxi.sealed_files import CHUNK, MARK, MissingFileKeyError, key_id_of
from guanxi.sealed_files import read_header as header_of
from tests.taking import ask, book_of, content_of, fetch, number_of

NAME = "张三 13800138000"


@pytest.fixture(autouse=True)
def media(settings, tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("GUANXI_DATA_KEYS_FILE", str(tmp_path / "data-keys"))
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def test_every_file_goes_through_it(media):
    assert isinstance(storages["default"], SealedStorage)
    name = default_storage.save("letters/一封.txt", ContentFile(NAME * 50_000))
    path = media / name
    content = path.read_bytes()
    assert content.startswith(MARK)
    assert NAME.encode() not in content
    assert key_id_of(path) == keyring().active.id
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with files().open(name) as file:
        assert file.read().decode() == NAME * 50_000
    assert files().size(name) == len(NAME.encode()) * 50_000
    with pytest.raises(ValueError, match="as a whole"):
        files().open(name, "wb")


def test_a_name_never_holds_half_a_file(media):
    files().save("a", ContentFile(b"whole"))
    with pytest.raises(ZeroDivisionError):  # noqa: PT012, SIM117 - what is written before the error is the point
        with files().writing("a") as out:
            out.write(b"x" * 3 * CHUNK)
            raise ZeroDivisionError
    assert [path.name for path in media.rglob("*")] == ["a"]
    with files().open("a") as file:
        assert file.read() == b"whole"


def test_altered_truncated_and_keyless_files_say_what_is_wrong(media, tmp_path):
    files().save("a", ContentFile(NAME * 100_000))
    path, key = media / "a", keyring().active.id
    whole = path.read_bytes()
    for spoilt in (whole[:-1], whole[: len(whole) // 2], whole + b"1", whole[:300] + b"\x00\x00" + whole[302:]):
        path.write_bytes(spoilt)
        with (
            pytest.raises(SealBrokenError, match=f"a does not open with the data key {key}"),
            files().open("a") as file,
        ):
            file.read()
    path.write_bytes(whole)
    (tmp_path / "data-keys").unlink()
    with pytest.raises(MissingFileKeyError, match=rf"{path} was encrypted with the data key {key}"):
        files().open("a")


def test_switched_off_it_writes_plain_and_reads_both(media, settings):
    files().save("sealed", ContentFile(b"one"))
    settings.ENCRYPT_FILES = False
    files().save("plain", ContentFile(b"two"))
    assert (media / "plain").read_bytes() == b"two"
    assert [files().open(name).read() for name in ("sealed", "plain")] == [b"one", b"two"]
    assert files().keys() == {keyring().active.id: 1, "": 1}
    settings.ENCRYPT_FILES = True
    assert files().rewrite() == 1
    assert files().keys() == {keyring().active.id: 2}


def test_rotation_goes_on_after_a_kill(media, monkeypatch):
    old = keyring().active.id
    for number in range(6):
        files().save(f"f/{number}", ContentFile(f"{NAME} {number}" * 30_000))
    new = keys.add_key().id
    made = 0

    def killed(*_arguments: object) -> None:
        nonlocal made
        made += 1
        if made == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("guanxi.crm.kernel.storage.os.utime", killed)
        with pytest.raises(KeyboardInterrupt):
            files().rewrite()
    assert files().keys() == {old: 3, new: 3}
    assert files().rewrite() == 3
    assert files().rewrite() == 0
    assert files().keys() == {new: 6}
    for number in range(6):
        with files().open(f"f/{number}") as file:
            assert file.read().decode() == f"{NAME} {number}" * 30_000


def test_sm4_by_configuration(media, monkeypatch):
    monkeypatch.setenv("GUANXI_CIPHER", "sm4-gcm")
    files().save("a", ContentFile(NAME))
    with (media / "a").open("rb") as raw:
        assert header_of(raw, media / "a").kind == "sm4-gcm"
    monkeypatch.delenv("GUANXI_CIPHER")
    with files().open("a") as file:
        assert file.read().decode() == NAME


@pytest.mark.django_db
def test_an_export_lies_encrypted_and_comes_as_it_was(cast, sign_in, media):
    client = sign_in(cast.bo)
    response = fetch(client, number_of(ask(client, "customers", "tier=vip")))
    content = content_of(response)
    assert int(response["Content-Length"]) == len(content)
    rows = list(book_of(content).active.iter_rows(min_row=5, values_only=True))
    lying = [path for path in media.rglob("*") if path.is_file()]
    assert len(lying) == 2  # the workbook, and the numbers of its customers
    for path in lying:
        assert path.read_bytes().startswith(MARK)
        assert not zipfile.is_zipfile(path)
    assert len(rows) > 0


def test_a_workbook_lays_no_row_down_in_the_clear(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    seen = b""
    with files().writing("book.xlsx") as out, Workbook(out, {}) as book:
        for number in range(2):
            sheet = book.add_worksheet(f"s{number}")
            for row in range(12000):
                sheet.write_string(row, 0, f"{NAME} {number} {row}")
        seen = b"".join(path.read_bytes() for path in folder.iterdir())
    assert len(seen) > 100_000
    assert NAME.encode() not in seen
    assert list(folder.iterdir()) == []
    with files().open("book.xlsx") as file:
        book = book_of(file.read())
    assert [sheet["A12000"].value for sheet in book] == [f"{NAME} {number} 11999" for number in range(2)]


def test_uploads_never_touch_the_disk(settings):
    assert settings.FILE_UPLOAD_HANDLERS == ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
    assert settings.FILE_UPLOAD_MAX_MEMORY_SIZE >= settings.LARGEST_REQUEST
