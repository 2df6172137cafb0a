"""Encrypted Parquet: what is written is read, whatever the key; pieces of streams; the engine that cannot."""

from __future__ import annotations

import io
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from guanxi.keyring import DataKey, SealBrokenError, keyring
from guanxi.sealed_files import CHUNK, MissingFileKeyError, OnceKey, create_sealed, key_id_of, open_sealed
from guanxi.warehouse.engine import BuildError, build_night
from guanxi.warehouse.landing.land import land_day
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from guanxi.warehouse.progress import Silent
from guanxi.warehouse.sealing import PLAIN, Sealing, content_digest, extension, files_of, relation
from tests.warehouse.landing.bank import DAY, Bank

PURPOSE = "tests"


@pytest.fixture
def sealing() -> Sealing:
    return Sealing.of_environment({})


def test_the_setting_decides(sealing):
    assert sealing.key_id == keyring().active.id
    assert Sealing.of_environment({"GUANXI_ENCRYPT_FILES": "0"}) == PLAIN
    assert Sealing.of_environment({"GUANXI_ENCRYPT_FILES": "1"}) == sealing


def test_files_of_several_keys_and_plain_ones_are_read_together(tmp_path, sealing):
    files = []
    for number, one in enumerate((PLAIN, sealing)):
        file = tmp_path / one.name(f"f{number}")
        with one.connect() as connection:
            connection.execute(
                f"copy (select {number} as n, '张三' as name) to '{file}' (format parquet{one.copy_options})"
            )
        assert file.read_bytes()[:4] == (b"PARE" if one.key_id else b"PAR1")
        files.append(file)
    assert files_of(tmp_path) == tuple(files)
    with PLAIN.connect() as connection:
        rows = connection.execute(f"select n, name from {relation(files)} order by n").fetchall()
        assert rows == [(0, "张三"), (1, "张三")]
        digests = {content_digest(connection, [file]) for file in files}
        assert len(digests) == 2
        # Without OpenSSL nothing is written; a wish that was not heard would be worse.
        with pytest.raises(duckdb.Error, match="httpfs"):
            connection.execute(f"copy (select 1 as a) to '{tmp_path / 'x'}' (format parquet{sealing.copy_options})")


def test_equal_rows_have_an_equal_digest_however_they_are_written(tmp_path, sealing):
    with sealing.connect() as connection:
        select = "select i as n, 'x' || (i % 7) as word, null::date as day from range(5000) t(i)"
        for name, order, options in (
            ("a.parquet", "n", ""),
            ("b.parquet", "n desc", ", compression zstd"),
            (sealing.name("c"), "n", sealing.copy_options),
        ):
            connection.execute(f"copy ({select} order by {order}) to '{tmp_path / name}' (format parquet{options})")
        connection.execute(f"copy ({select} where i <> 77) to '{tmp_path / 'd.parquet'}' (format parquet)")
        digests = [content_digest(connection, [file]) for file in files_of(tmp_path)]
    assert len(digests) == 4
    assert digests[0] == digests[1] == digests[2] != digests[3]


def test_what_duckdb_spills_is_encrypted(tmp_path, sealing):
    found = {}
    for one in (PLAIN, sealing):
        spill = tmp_path / (one.key_id or "plain")
        with one.connect(spill=spill, memory_limit="60MB", threads=1) as connection:
            connection.execute("create temp table t as select '客户张三' || i as name from range(3000000) r(i)")
            content = b"".join(file.read_bytes() for file in spill.iterdir())
        found[one] = (len(content) > 1_000_000, "客户张三".encode() in content)
    assert found == {PLAIN: (True, True), sealing: (True, False)}


def test_landing_in_the_clear_and_encrypted_give_the_same_rows(tmp_path, sealing):
    """The delivered file is in GB18030 and packed: it has to be made ready, which goes through a pipe."""
    bank = Bank(tmp_path)
    folder = bank.deliver()
    digests = []
    for one in (PLAIN, sealing):
        layout = Layout(tmp_path / (one.key_id or "plain"), one)
        landed = land_day(folder=folder, layout=layout, night=Night(DAY))
        assert sum(file.rows for file in landed.deliveries) > 0
        with one.connect() as connection:
            digests.append(
                {
                    (layer, name): content_digest(connection, files_of(layout.part(layer, name, DAY)))
                    for layer in ("landing", "quarantine")
                    for name in TABLES
                }
            )
        magic = {file.read_bytes()[:4] for file in layout.root.rglob("*.parquet")}
        assert magic == ({b"PARE"} if one.key_id else {b"PAR1"})
    assert digests[0] == digests[1]


def test_an_engine_that_cannot_encrypt_says_so(tmp_path, sealing):
    with pytest.raises(BuildError, match="spark cannot encrypt") as caught:
        build_night(
            layout=Layout(tmp_path, sealing), night=Night(DAY), deliveries={}, assumptions=None, progress=Silent(),
            engine="spark",
        )  # fmt: skip
    assert "GUANXI_ENCRYPT_FILES=0" in str(caught.value)


def test_the_extension_comes_from_its_wheel():
    assert extension("httpfs").is_relative_to(Path(duckdb.__file__).parent.parent)


@settings(max_examples=25, deadline=None)
@example(size=0, places=[2 * CHUNK])
@given(
    size=st.sampled_from([0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 17]),
    places=st.lists(st.integers(0, 2 * CHUNK + 20), max_size=4),
)
def test_a_stream_is_read_back_from_any_place(tmp_path_factory, size, places):
    path, once = tmp_path_factory.mktemp("sealed") / "file", OnceKey()
    content = os.urandom(size)
    with create_sealed(path, once.key, purpose=PURPOSE) as out:
        for start in range(0, size, 100_003):
            out.write(content[start : start + 100_003])
    assert path.stat().st_mode & 0o777 == 0o600
    with open_sealed(path, purpose=PURPOSE, key_of=once.of) as file:
        assert file.read() == content
        for place in places:
            file.seek(place)
            assert file.read(1000) == content[place : place + 1000]


@pytest.mark.parametrize("size", [10, CHUNK, 2 * CHUNK + 5])
def test_a_stream_that_was_changed_anywhere_does_not_open(tmp_path, size):
    path, once = tmp_path / "file", OnceKey()
    with create_sealed(path, once.key, purpose=PURPOSE) as out:
        out.write(b"a" * size)
    whole = path.read_bytes()
    chunk = CHUNK + 16
    spoilt = {
        "cut": whole[:-1],
        "cut at a chunk": whole[:-chunk] if size > chunk else whole[:20],
        "longer": whole + b"0",
        "a chunk twice": whole + whole[-chunk:],
        "empty": b"",
        **{
            f"bit at {place}": _flip(whole, place)
            for place in (0, 8, 9, 10, 15, 20, 36, len(whole) // 2, len(whole) - 1)
        },
    }
    if size > 2 * CHUNK:
        start = len(whole) - (size + 16 * 3)
        spoilt["shuffled"] = (
            whole[:start]
            + whole[start + chunk : start + 2 * chunk]
            + whole[start : start + chunk]
            + whole[start + 2 * chunk :]
        )
    for what, content in spoilt.items():
        path.write_bytes(content)
        with (
            pytest.raises(Exception, match="file") as caught,
            open_sealed(path, purpose=PURPOSE, key_of=once.of) as file,
        ):
            file.read()
        assert str(path) in str(caught.value) or "scratch file" in str(caught.value), what


def test_a_writer_that_failed_leaves_nothing_that_opens(tmp_path):
    path, once = tmp_path / "file", OnceKey()
    with suppress(ZeroDivisionError), create_sealed(path, once.key, purpose=PURPOSE) as out:
        out.write(b"a" * 3 * CHUNK)
        raise ZeroDivisionError
    with pytest.raises(SealBrokenError), open_sealed(path, purpose=PURPOSE, key_of=once.of) as file:
        file.read()


def test_a_missing_key_and_a_wrong_one_are_told_apart(tmp_path):
    path = tmp_path / "file"
    with create_sealed(path, DataKey("abcde", os.urandom(32)), purpose=PURPOSE) as out:
        out.write(b"something")
    assert key_id_of(path) == "abcde"
    with pytest.raises(MissingFileKeyError, match=r"file was encrypted with the data key abcde, which is not in"):
        open_sealed(path, purpose=PURPOSE)
    with pytest.raises(SealBrokenError, match="does not open with the data key abcde"):
        open_sealed(path, purpose=PURPOSE, key_of=lambda _id: DataKey("abcde", os.urandom(32))).read()


def test_an_archive_can_be_written_and_read_through_it(tmp_path):
    path, once = tmp_path / "file", OnceKey()
    with create_sealed(path, once.key, purpose=PURPOSE) as out, zipfile.ZipFile(out, "w") as archive:  # type: ignore[arg-type]
        archive.writestr("a.txt", "一" * 100_000)
    with (
        open_sealed(path, purpose=PURPOSE, key_of=once.of) as file,
        zipfile.ZipFile(io.BytesIO(file.read())) as archive,
    ):
        assert archive.read("a.txt").decode() == "一" * 100_000


def _flip(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 1
    return bytes(changed)
