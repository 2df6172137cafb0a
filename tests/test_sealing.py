"""Sealed values: whatever is sealed opens in its own row, and nowhere else; the same row gives the same bytes."""

import datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi import keyring as keys
from guanxi.blindindex import blind, tokens_of
from guanxi.keyring import MissingKeyError, SealBrokenError
from guanxi.sealing import Sealed, context_of, head_now, name_of, seal, seal_column, unseal, unseal_column
from guanxi.warehouse.publish.sealing import opening, sealed
from guanxi.warehouse.publish.search.tokens import make_name_tokens, set_index_key, token_rows
from guanxi.warehouse.publish.tables import TABLES
from guanxi.warehouse.publish.tables.journal import EVENT
from guanxi.warehouse.publish.tables.snapshot import CONTACT_POINT, PARTY

LABEL = "party_contactpoint.value"
PARTS = st.lists(st.one_of(st.text(), st.integers(), st.dates()), min_size=1, max_size=3)


@pytest.fixture
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setenv(keys.VARIABLE, str(tmp_path / "data-keys"))
    return keys.keyring()


@pytest.fixture(params=["aes-256-gcm", "sm4-gcm"])
def cipher(request, monkeypatch):
    monkeypatch.setenv("GUANXI_CIPHER", request.param)
    return request.param


@given(PARTS, st.text())
def test_what_is_sealed_opens_in_its_row(parts, text):
    value = seal(LABEL, context_of(parts), text.encode())
    assert unseal(LABEL, context_of(parts), value).decode() == text
    assert value == seal(LABEL, context_of(parts), text.encode())
    assert text == "" or text.encode() not in value or len(text) < 4


@given(PARTS, PARTS, st.text(min_size=1))
def test_it_opens_in_no_other_row_and_no_other_column(parts, others, text):
    value = seal(LABEL, context_of(parts), text.encode())
    if [str(one) for one in parts] != [str(one) for one in others]:
        assert value != seal(LABEL, context_of(others), text.encode())
        with pytest.raises(SealBrokenError):
            unseal(LABEL, context_of(others), value)
    with pytest.raises(SealBrokenError):
        unseal("party_partyidentifier.number", context_of(parts), value)


@given(st.data())
def test_nothing_of_it_can_be_changed(data):
    value = seal(LABEL, context_of(["P1"]), b"13800138000")
    at = data.draw(st.integers(0, len(value) - 1))
    changed = bytearray(value)
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((SealBrokenError, MissingKeyError)):
        unseal(LABEL, context_of(["P1"]), bytes(changed))
    for cut in (value[:-1], value[: data.draw(st.integers(1, len(value) - 1))]):
        with pytest.raises((SealBrokenError, MissingKeyError)):
            unseal(LABEL, context_of(["P1"]), cut)


def test_values_of_different_ciphers_and_keys_stand_side_by_side(own_keys, cipher, monkeypatch):
    first = own_keys.active
    contexts = [context_of([f"P{number}", "mobile", number]) for number in range(5)]
    texts = [b"13800138000", None, b"", "浙江省杭州市".encode(), b"13800138000"]
    before = seal_column(LABEL, contexts, texts)
    assert name_of(before[0]) == (cipher, first.id)
    assert before[0] != before[4]
    keys.add_key()
    monkeypatch.setenv("GUANXI_CIPHER", "aes-256-gcm")
    after = seal_column(LABEL, contexts, texts)
    assert after[0].startswith(head_now())
    assert not before[0].startswith(head_now())
    assert unseal_column(LABEL, contexts * 2, before + after) == texts * 2
    keys.remove_key(first.id)
    with pytest.raises(MissingKeyError, match=first.id):
        unseal(LABEL, contexts[0], before[0])
    assert unseal(LABEL, contexts[0], after[0]) == texts[0]


def test_a_sealed_value_shows_nothing_of_itself():
    value = seal(LABEL, context_of(["P1"]), b"13800138000")
    assert f"{value} {value!r} {value:>9}" == "[sealed] [sealed] [sealed]"
    assert isinstance(value, Sealed)


def test_clear_text_is_not_taken_for_sealed():
    for stray in (b"13800138000", "浙江省杭州市西湖区文三路1号文三路1号".encode(), b"\x11\x05abcde"):
        with pytest.raises(SealBrokenError):
            unseal(LABEL, context_of(["P1"]), stray)


@pytest.mark.parametrize("table", [table for table in TABLES if any(column.sealed for column in table.columns)])
def test_no_sealed_column_is_part_of_a_key(table):
    assert not {column.name for column in table.columns if column.sealed} & set(table.key)


def test_columns_are_sealed_as_single_values_are():
    """The night and the site must agree on what identifies a row, whatever its key is made of."""
    day = datetime.date(2026, 5, 1)
    for table, key, name, clear in (
        (CONTACT_POINT, {"party_id": "客户1", "kind": "mobile", "sequence_no": 7}, "value", "13800138000"),
        (EVENT, {"event_date": day, "event_id": "E1"}, "counterparty_account", "6222020200112233445"),
    ):
        batch = pa.RecordBatch.from_pylist([{**key, name: clear}, {**key, name: ""}])
        [made] = sealed([batch], table)
        first, empty = made.column(name).to_pylist()
        assert first == seal(f"{table.name}.{name}", context_of(key.values()), clear.encode())
        assert empty == b""
        engine = duckdb.connect()
        engine.register("there", made)
        opened = opening(engine, table)[name]("there")
        assert engine.execute(f"SELECT {opened} FROM there").fetchall() == [(clear,), ("",)]


def test_an_exact_number_keeps_its_places_on_its_way():
    schema = pa.schema([("id", pa.string()), ("annual_income", pa.decimal128(18, 2))])
    batch = pa.RecordBatch.from_pylist(
        [{"id": "P1", "annual_income": None}, {"id": "P2", "annual_income": Decimal(0)}], schema=schema
    )
    [made] = sealed([batch], PARTY)
    unknown, nothing = made.column("annual_income").to_pylist()
    assert unknown is None
    assert unseal("party_party.annual_income", context_of(["P2"]), nothing) == b"0.00"


@settings(deadline=None, max_examples=20)
@given(st.lists(st.text("0123456789", min_size=4, max_size=13), min_size=1, max_size=4, unique=True))
def test_the_engine_makes_the_tokens_that_the_screens_look_up(numbers):
    engine = duckdb.connect()
    key = set_index_key(engine)
    engine.register("party", pa.table({"id": ["P1"], "kind": ["person"], "name": ["王"], "institution_id": ["B1"]}))
    engine.register("identifier", pa.table({"party_id": ["P1"], "number": ["e1234567Ｘ "]}))
    phones = {"party_id": ["P1"] * len(numbers), "kind": ["mobile"] * len(numbers), "value": numbers}
    engine.register("contact", pa.table(phones))
    engine.execute("CREATE TABLE names (kind VARCHAR, name VARCHAR, syllables VARCHAR[], common VARCHAR[], "
                   "folded VARCHAR)")  # fmt: skip
    engine.execute(make_name_tokens("SELECT * FROM names"))
    rows = engine.execute(token_rows("FROM party", "FROM identifier", "FROM contact", "dx")).fetchall()
    runs = {number[at : at + 4] for number in numbers for at in range(len(number) - 3)}
    wanted = {blind("d", run, key) for run in runs} | {blind("x", one, key) for one in (*numbers, "p1", "e1234567x")}
    assert sorted(rows) == sorted((token, "B1", "P1", "person") for token in wanted)
    assert not any(number in token for token, *_rest in rows for number in numbers)


def test_a_number_is_looked_up_under_every_key(own_keys):
    first = own_keys.active
    second = keys.add_key()
    assert tokens_of("x", "110") == (blind("x", "110", second), blind("x", "110", first))
    every = {blind("d", f"{number:04}", first) for number in range(10_000)}
    assert len(every) == 10_000
