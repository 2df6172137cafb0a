"""No file of ours holds a person's data in the clear: not after a night, not while one is at work, not after a kill."""

from __future__ import annotations

import base64
import os
import re
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path

import duckdb
import pytest

from guanxi.keyring import add_key, keyring, keys_file
from guanxi.sealed_files import MissingFileKeyError
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.night.keys import files_by_key, rewrite_files, stored_files
from guanxi.warehouse.night.run import NightStopped, run_nights
from guanxi.warehouse.sealing import (
    PLAIN,
    UnreadableFileError,
    content_digest,
    files_of,
    key_id_of,
    relation,
    stem_of,
)
from tests.acceptance.nights import SPEC, House, deliver

pytestmark = pytest.mark.long
OPENING, FIRST, LAST = SPEC.days


def personal(bank: House) -> set[bytes]:
    """What a bank must not find in its files: every number, telephone, name and account of its customers."""
    rows = bank.query(
        "select id::text from party_party union select name from party_party"
        " union select id::text from holding_agreement"
    )
    with bank.options.layout.sealing.connect() as connection:
        for table, column in (("party_identifier", "identifier_number"), ("contact_point", "contact_value")):
            part = bank.options.layout.part("landing", table, OPENING)
            columns = {name for name, *_ in connection.execute(f"describe from {relation(files_of(part))}").fetchall()}
            assert column in columns, (table, columns)
            rows += connection.execute(f"select distinct {column} from {relation(files_of(part))}").fetchall()
    found = {str(value).encode() for (value,) in rows if value and len(str(value).encode()) >= 6}
    assert len(found) > 1000
    return found


def leaks(folder: Path, words: set[bytes]) -> dict[str, bytes]:
    """The files below a folder in which one of the words stands, as it is or within deflated data."""
    pattern = re.compile(b"|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
    found = {}
    for file in folder.rglob("*"):
        # The lock and what people must read (counts of a night) are looked into as well.
        if not file.is_file():
            continue
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            continue  # a night at work cleans up
        for text in (content, *_unpacked(content)):
            if hit := pattern.search(text):
                found[str(file.relative_to(folder))] = hit[0]
                break
    return found


def _unpacked(content: bytes) -> list[bytes]:
    texts = []
    for wrapper in (31, 15, -15):
        try:
            texts.append(zlib.decompressobj(wrapper).decompress(content[:4_000_000]))
        except zlib.error:
            continue
    return texts


def secrets_of_keys() -> set[bytes]:
    """Every data key in the forms in which it could be found somewhere."""
    from guanxi.keyring import derive
    from guanxi.warehouse.sealing import PURPOSE

    forms = set()
    for key in keyring().keys:
        for secret in (key.secret, derive(key, PURPOSE)):
            forms |= {secret, secret.hex().encode(), base64.b64encode(secret), repr(secret).encode()}
    return forms


def test_nothing_personal_lies_in_the_clear_after_nights(finished):
    words = personal(finished)
    warehouse = finished.options.warehouse
    files = stored_files(finished.options.layout)
    assert len(files) > 100
    for file in files:
        content = file.read_bytes()
        assert (content[:4], content[-4:]) == (b"PARE", b"PARE"), file
        assert key_id_of(file) == keyring().active.id
    assert leaks(warehouse, words) == {}
    assert leaks(warehouse.parent / "var", words) == {}
    # The search itself finds what is there to be found.
    assert leaks(finished.options.inbox, words)
    party = files_of(finished.options.layout.part("landing", "party", LAST))[0]
    with duckdb.connect() as connection, pytest.raises(duckdb.Error, match="encrypted"):
        connection.execute(f"select * from read_parquet('{party}')")
    status, printed = finished.command("doctor")
    assert f"warehouse: {len(files)} files under the data key {keyring().active.id}" in printed, printed
    assert status in (0, 1)


def test_no_key_is_on_a_command_line_in_a_log_or_in_dbts_files(opened, past):
    """And whatever lies in the work folder while the night is at work, or after it was killed, says nothing."""
    deliver(past.files, opened.options.inbox, FIRST)
    words, keys = personal(opened), secrets_of_keys()
    process = opened.start("night")
    lines, children, seen = set(), 0, 0
    deadline = time.monotonic() + 240
    while process.poll() is None and time.monotonic() < deadline:
        family = _family(process.pid)
        children = max(children, len(family))
        lines |= family
        seen += any((opened.options.warehouse / "work").rglob("*"))
        assert leaks(opened.options.warehouse / "work", words | keys) == {}
        if len(family) > 1 and seen > 20:
            break
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    printed, _ = process.communicate()
    assert children > 1, "dbt's process was never seen"
    assert seen > 0
    assert leaks(opened.options.warehouse, words | keys) == {}
    everything = b"\n".join(lines) + printed.encode()
    assert not any(key in everything for key in keys)

    # Started again, it comes to its end; dbt has left nothing either.
    status, printed = opened.command("night")
    assert status == 0, printed
    assert opened.business_date() == FIRST
    assert not any(key in printed.encode() for key in keys)
    assert leaks(opened.options.warehouse, words | keys) == {}
    assert (opened.options.warehouse / "dbt" / "build" / "profiles.yml").exists()
    _, doctor = opened.command("doctor")
    assert not any(key in doctor.encode() for key in keys)


def _family(pid: int) -> set[bytes]:
    """The command lines of a process and of all below it."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            session = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[3])
            if session == pid:
                found.add((entry / "cmdline").read_bytes())
        except (OSError, ValueError):
            continue
    return found


def test_frames_of_an_error_hold_no_key(opened, monkeypatch, tmp_path):
    """A tracker of errors sends the local variables of every frame along."""
    other = tmp_path / "keys"
    active = keyring().active
    other.write_text(f"{active.id} {base64.b64encode(os.urandom(32)).decode()} active\n", encoding="utf-8")
    monkeypatch.setenv("GUANXI_DATA_KEYS_FILE", str(other))
    keys = secrets_of_keys()
    with pytest.raises(UnreadableFileError) as caught:
        run_nights(opened.options)
    text, trace = "", caught.tb
    while trace:
        if "guanxi/warehouse" in trace.tb_frame.f_code.co_filename:
            text += repr(trace.tb_frame.f_locals)
        trace = trace.tb_next
    assert len(text) > 100
    assert not any(key in text.encode() for key in keys)
    assert active.id in str(caught.value)
    assert str(other) in str(caught.value)
    assert str(opened.options.warehouse) in str(caught.value)


def test_a_missing_key_is_named_with_the_file_and_nothing_is_begun(opened, past, tmp_path):
    deliver(past.files, opened.options.inbox, FIRST)
    own = tmp_path / "keys"
    own.write_text(f"other {base64.b64encode(os.urandom(32)).decode()} active\n", encoding="utf-8")
    environment = opened.environment() | {"GUANXI_DATA_KEYS_FILE": str(own)}
    ran = subprocess.run(
        [sys.executable, "-m", "guanxi.cli", "night"], env=environment, capture_output=True, text=True, check=False
    )
    said = " ".join((ran.stdout + ran.stderr).split())
    assert ran.returncode == 1
    assert f"was encrypted with the data key {keyring().active.id}, which is not in {own}" in said
    assert ".parquet" in said
    assert "Traceback" not in said
    assert opened.business_date() == OPENING


def test_a_file_that_was_changed_is_named(opened, past):
    deliver(past.files, opened.options.inbox, FIRST)
    file = files_of(opened.options.layout.part("core", "core_party", OPENING))[0]
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)
    with pytest.raises(NightStopped) as stopped:
        run_nights(opened.options)
    (problem,) = stopped.value.problems
    assert problem.rule == "encryption"
    assert str(file) in problem.message
    assert keyring().active.id in problem.message
    assert opened.business_date() == OPENING


def test_a_warehouse_from_before_is_read_mixed_and_written_anew(opened, past, own_keys, monkeypatch):
    """Plain parts, then encrypted ones beside them, then a new key; and a rewriting that is killed on the way."""
    layout, plain = opened.options.layout, Layout(opened.options.warehouse)
    rewrite_files(plain)
    assert set(files_by_key(plain)) == {""}
    assert all(file.read_bytes()[:4] == b"PAR1" for file in stored_files(plain))
    before = contents(opened)

    deliver(past.files, opened.options.inbox, FIRST)
    run_nights(opened.options)
    assert set(files_by_key(layout)) == {"", keyring().active.id}
    assert opened.business_date() == FIRST
    undisturbed = past.after[1].copy(opened.options.warehouse.parent.parent / "undisturbed")
    assert opened.contents() == undisturbed.contents()

    old = keyring().active.id
    new = add_key().id
    layout = opened.options.layout
    assert layout.sealing.key_id == new != old
    files = contents(opened)
    # What was published last is another state now; all parts are as they were.
    assert {name: files[name] for name in before if not name.startswith("published/")}.items() <= before.items()
    calls = 0

    def killed(self: Path, missing_ok: bool = False) -> None:
        nonlocal calls
        calls += 1
        if calls == 40:
            raise KeyboardInterrupt
        os.unlink(self)  # noqa: PTH108 - the method itself is replaced

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            rewrite_files(layout)
    assert {"", old, new} & set(files_by_key(layout)) >= {new}
    assert contents(opened) == files
    assert rewrite_files(layout) > 0
    assert rewrite_files(layout) == 0
    assert set(files_by_key(layout)) == {new}
    assert contents(opened) == files
    deliver(past.files, opened.options.inbox, LAST)
    status, printed = opened.command("night")
    assert status == 0, printed
    finished = past.after[2].copy(opened.options.warehouse.parent.parent / "finished")
    # Fields are encrypted under the new key now: what has none must be the same.
    figures = [{name: digest for name, digest in bank.contents().items() if name.startswith("insight_")}
               for bank in (opened, finished)]  # fmt: skip
    assert figures[0] == figures[1]
    assert len(figures[0]) > 5


def contents(bank: House) -> dict[str, str]:
    """A digest of each stored file's rows, by its path without the key, as readers find it."""
    layout = bank.options.layout
    folders = {file.parent for file in stored_files(layout)}
    with PLAIN.connect() as connection:
        return {
            str(file.with_name(stem_of(file)).relative_to(layout.root)): content_digest(connection, [file])
            for folder in folders
            for file in files_of(folder)
        }


def test_the_error_of_a_missing_key_is_one_that_people_understand(opened):
    file = stored_files(opened.options.layout)[0]
    strange = file.with_name(f"{stem_of(file)}.zzzzz.parquet")
    file.rename(strange)
    with pytest.raises(MissingFileKeyError, match="zzzzz") as caught:
        relation([strange])
    assert str(keys_file()) in str(caught.value)


def test_the_command_counts_and_rotates_files_as_well(opened, own_keys):
    (old,) = files_by_key(opened.options.layout)
    new = add_key().id
    status, printed = opened.command("keys", "retire", old)
    assert status == 1
    assert f"values of files of the warehouse still need {old}" in " ".join(printed.split())
    status, printed = opened.command("keys", "rotate")
    assert status == 0, printed
    assert set(files_by_key(opened.options.layout)) == {new}
    status, printed = opened.command("keys")
    assert status == 0, printed
    assert "files of the warehouse" in printed
