"""Files of activities: judged by their bytes, scanned, given out only to those who see the customer."""

from __future__ import annotations

import io
import socket
import struct
import sys
import threading
import zlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from guanxi.crm.audit.models import Entry
from guanxi.crm.contact.models import Activity, Attachment
from tests.web.contact.test_activities import page_of, record

pytestmark = pytest.mark.django_db


def png(size: int = 4) -> bytes:
    """A small picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    head = struct.pack("!IIBBBBB", size, size, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\x00" + b"\x80" * 3 * size for _ in range(size)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def workbook() -> bytes:
    file = io.BytesIO()
    Workbook().save(file)
    return file.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


@pytest.fixture
def activity(cast, sign_in) -> Activity:
    record(sign_in(cast.ai), cast.person, "visit", text="Shop visited")
    return Activity.objects.get()


def attach(client, cast, activity, content: bytes, name: str = "photo.png"):
    address = f"{page_of(cast.person)}{activity.pk}/attach/"
    return client.post(address, {"file": SimpleUploadedFile(name, content)})


def link(cast, file: Attachment) -> str:
    return f"{page_of(cast.person)}{file.activity_id}/files/{file.pk}/"


def test_a_photo_is_kept_outside_of_the_database_and_given_back_as_it_was(cast, sign_in, activity, settings):
    client = sign_in(cast.ai)
    assert attach(client, cast, activity, png(), "../../evil<b>.png").status_code == 302
    file = Attachment.objects.get()
    assert (file.kind, file.size, file.scanner) == ("png", len(png()), "")
    assert "/" not in file.name
    assert "<" not in file.name
    stored = Path(settings.MEDIA_ROOT) / file.file
    assert stored.exists()
    assert file.name not in file.file
    response = client.get(link(cast, file))
    assert b"".join(response.streaming_content) == png()
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"].startswith("attachment")
    assert Entry.objects.filter(kind="attachment", action="export", subject=cast.person.id).count() == 1
    # The same bytes once more are the same file.
    attach(client, cast, activity, png(), "again.png")
    assert Attachment.objects.count() == 1
    assert "evil" in client.get(page_of(cast.person)).text


def test_only_who_sees_the_customer_gets_a_file(cast, sign_in, activity):
    attach(sign_in(cast.ai), cast, activity, png())
    file = Attachment.objects.get()
    for staff, status in ((cast.bo, 200), (cast.shen, 200), (cast.zhu, 404), (cast.qian, 404)):
        assert sign_in(staff).get(link(cast, file)).status_code == status
    other = f"{page_of(cast.company)}{activity.pk}/files/{file.pk}/"
    assert sign_in(cast.ai).get(other).status_code == 404
    assert attach(sign_in(cast.zhu), cast, activity, png(5)).status_code == 404
    assert attach(sign_in(cast.ann), cast, activity, png(5)).status_code == 403
    assert sign_in(cast.ai).get(f"{page_of(cast.person)}{activity.pk}/attach/").status_code == 405


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html><script>alert(1)</script></html>", "none of these"),
        (b"MZ\x90\x00 a program", "none of these"),
        (b"\x89PNG\r\n\x1a\n half a picture", "none of these"),
        (b"\xff\xd8\xff\xe0 no end", "none of these"),
        (b"%PDF-1.7 cut off", "none of these"),
        (PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript /JS (x) >>"), "holds programs"),
        (b"PK\x03\x04 no archive", "not an Excel workbook"),
        (b"a,b\n1,2\n", "none of these"),
        (png() + b"\x00" * 8_000_001, "larger than 8 MB"),
        (b"", "Choose a file"),
    ],
)
def test_what_is_not_taken_in_says_why_beside_the_form(cast, sign_in, activity, content, words):
    client = sign_in(cast.ai, language="en")
    response = attach(client, cast, activity, content) if content else client.post(
        f"{page_of(cast.person)}{activity.pk}/attach/", {}
    )  # fmt: skip
    assert response.status_code == 422
    assert words in response.text
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(("content", "kind"), [(PDF, "pdf"), (b"\xff\xd8\xff\xe0 picture \xff\xd9", "jpeg")])
def test_kinds_that_are_taken(cast, sign_in, activity, content, kind):
    assert attach(sign_in(cast.ai), cast, activity, content).status_code == 302
    assert Attachment.objects.get().kind == kind


def test_a_workbook_is_taken(cast, sign_in, activity):
    assert attach(sign_in(cast.ai), cast, activity, workbook(), "figures.xlsx").status_code == 302
    assert Attachment.objects.get().kind == "xlsx"


SCANNER = """
import sys
content = sys.stdin.buffer.read()
sys.exit(1 if b"EICAR" in content else int(sys.argv[1]))
"""


@pytest.mark.parametrize(
    ("content", "ends", "status"),
    [(png(), "0", 302), (png() + b"EICAR" + png()[-12:], "0", 422), (png(), "2", 422)],
)
def test_a_scanning_command_decides_and_its_failure_refuses(
    cast, sign_in, activity, settings, tmp_path, content, ends, status
):
    script = tmp_path / "scan.py"
    script.write_text(SCANNER)
    settings.SCAN_COMMAND = [sys.executable, str(script), ends]
    assert attach(sign_in(cast.ai), cast, activity, content).status_code == status
    assert Attachment.objects.count() == (status == 302)
    if status == 302:
        assert Attachment.objects.get().scanner == Path(sys.executable).name


def test_a_scanner_that_is_not_there_refuses(cast, sign_in, activity, settings):
    settings.SCAN_COMMAND = ["/nowhere/scan"]
    assert "could not be scanned" in attach(sign_in(cast.ai, language="en"), cast, activity, png()).text
    settings.SCAN_COMMAND, settings.SCAN_CLAMD = [], "127.0.0.1:1"
    assert "could not be scanned" in attach(sign_in(cast.ai, language="en"), cast, activity, png()).text


@pytest.mark.parametrize(
    ("answer", "status"), [(b"stream: OK\0", 302), (b"stream: Eicar FOUND\0", 422), (b"INSTREAM size limit\0", 422)]
)
def test_clamd_is_asked_by_its_own_protocol(cast, sign_in, activity, settings, answer, status):
    got: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _address = server.accept()
        with connection, connection.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while size := struct.unpack("!I", stream.read(4))[0]:
                got.append(stream.read(size))
            connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    settings.SCAN_CLAMD = f"127.0.0.1:{server.getsockname()[1]}"
    assert attach(sign_in(cast.ai), cast, activity, png()).status_code == status
    thread.join(10)
    server.close()
    assert b"".join(got) == png()
    assert list(Attachment.objects.values_list("scanner", flat=True)) == (["clamd"] if status == 302 else [])
