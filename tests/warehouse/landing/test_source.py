"""Bytes in, whole lines out: compressed, cut, glued, marked."""

import gzip
import hashlib
import os

import pytest

from guanxi.warehouse.landing.contract import Format
from guanxi.warehouse.landing.scratch import make_scratch
from guanxi.warehouse.landing.source import BLOCK, Source
from tests.warehouse.landing.sample import SAMPLE

PACKED = Format(encoding="utf-8", compression="gzip")
PLAIN = Format(encoding="utf-8")


def read(path, form):
    source = Source(path, form)
    return list(source.blocks()), source


def lines(size):
    """About ``size`` bytes of lines that gzip packs very small."""
    return b"a line of forty bytes, again and again.\n" * (size // 40)


@pytest.mark.parametrize("size", [0, 40, BLOCK - 40, BLOCK, BLOCK + 40, 2 * BLOCK])
@pytest.mark.parametrize("form", [PLAIN, PACKED], ids=["plain", "gzip"])
def test_all_of_a_file_comes_in_blocks_of_whole_lines(tmp_path, size, form):
    path = tmp_path / "file"
    content = lines(size)
    path.write_bytes(gzip.compress(content, 1) if form.compression else content)
    blocks, source = read(path, form)
    assert b"".join(blocks) == content
    assert all(block.endswith(b"\n") for block in blocks)
    assert (source.damage, source.cut_short, source.marked) == ("", False, False)
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert source.size == path.stat().st_size


def test_gzip_members_one_after_the_other_and_filling_zeros(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(b"one\ntw") + gzip.compress(b"") + gzip.compress(b"o\n") + b"\0" * 512)
    blocks, source = read(path, PACKED)
    assert b"".join(blocks) == b"one\ntwo\n"
    assert not source.damage


def test_a_gzip_file_cut_anywhere_is_cut_short(tmp_path):
    path = tmp_path / "file"
    whole = gzip.compress(os.urandom(300).hex().encode() + b"\nthe end\n")
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        _, source = read(path, PACKED)
        assert source.cut_short, length
        assert source.damage
        assert source.size == length


@pytest.mark.parametrize(
    "spoil", [lambda b: b"no gzip at all\n", lambda b: b[:40] + b"\xff\xff" + b[42:], lambda b: b + b"more"]
)
def test_what_is_no_gzip_data_is_damaged_and_still_hashed_to_its_end(tmp_path, spoil):
    path = tmp_path / "file"
    path.write_bytes(spoil(gzip.compress(os.urandom(300).hex().encode() + b"\n")))
    _, source = read(path, PACKED)
    assert source.damage
    assert not source.cut_short
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_without_line_ends_is_not_read_into_memory(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * (100 * 1024 * 1024))
    blocks, source = read(path, PLAIN)
    assert max(map(len, blocks), default=0) < 64 * 1024 * 1024
    assert "no line end" in source.damage


@pytest.mark.parametrize("form", [Format(encoding="gb18030"), Format(encoding="utf-8"), Format(encoding="utf-8-sig")])
def test_a_mark_of_the_right_encoding_is_taken_off(tmp_path, form):
    path = tmp_path / "file"
    path.write_bytes("\ufeff中\n".encode(form.codec))
    blocks, source = read(path, form)
    assert blocks == ["中\n".encode(form.codec)]
    assert source.marked


def test_the_mark_of_another_encoding_is_told(tmp_path):
    path = tmp_path / "file"
    path.write_bytes("\ufeff中\n".encode())
    assert read(path, Format(encoding="gb18030"))[1].foreign_mark == "utf-8"


def scratch(tmp_path, content, form):
    path = tmp_path / "sample.dat"
    path.write_bytes(content)
    made = make_scratch(path=path, table=SAMPLE, form=form, aside=tmp_path / "scratch", mends={})
    return made, made.path.read_bytes()


def test_a_clean_file_is_read_where_it_lies(tmp_path):
    for form, content in ((PLAIN, "张三|+|\n".encode()), (Format(), b"ascii|+|\n")):
        made, _ = scratch(tmp_path, content, form)
        assert made.path == tmp_path / "sample.dat"


def test_a_file_that_turns_unclean_late_is_copied_from_its_start(tmp_path):
    clean = lines(2 * BLOCK)
    content = clean + b"bad \xff here\n" + clean
    made, found = scratch(tmp_path, content, PLAIN)
    assert made.path == tmp_path / "scratch"
    assert found == clean + b"?\n" + clean
    assert made.lines == content.count(b"\n")


def test_only_the_bad_lines_of_a_block_are_replaced(tmp_path):
    good, bad = "欧阳㐂𠮷\n".encode("gb18030"), b"\xd5\xc5 \xff\n"
    content = bad + good * 5 + bad + bad + b"a\0b\n" + good + b"a\rb\n" + good * 3 + bad[:-1]
    made, found = scratch(tmp_path, content, Format())
    text = "欧阳㐂𠮷\n".encode()
    assert found == b"?\n" + text * 5 + b"?\n?\n?\n" + text + b"?\n" + text * 3 + b"?"
    assert (made.lines, made.ended) == (15, False)


def test_carriage_returns_at_line_ends_are_dropped(tmp_path):
    _, found = scratch(tmp_path, "中\r\nb\r\n".encode("gb18030"), Format())
    assert found == "中\nb\n".encode()


def test_a_utf8_file_that_should_be_gb18030_is_recognised(tmp_path):
    for text, foreign in (("中国人民银行上海分行营业部个人金融业务" * 5, "utf-8"), ("通" * 100, "")):
        content = (text + "|+|x\n").encode("utf-8" if foreign else "gb18030")
        made, _ = scratch(tmp_path, b"ascii first\n" * 10 + content, Format())
        assert made.foreign == foreign
