"""A day's folder in, Parquet and quarantine out."""

import hashlib
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest

from guanxi.warehouse.landing.contract import Delivery, Format
from guanxi.warehouse.landing.land import MendedRow, check_delivery, land_day
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.nights import Night
from tests.warehouse.landing.bank import DAY, NEXT, ROWS

OPENING = Night(DAY)
NORMAL = Night(NEXT, DAY)


def rows(layout, layer, name, day=DAY, columns="*"):
    part = layout.part(layer, name, day)
    return duckdb.sql(f"SELECT {columns} FROM read_parquet('{part}/*.parquet', hive_partitioning = false)").fetchall()


def aside(bank, name, day=DAY):
    return rows(bank.layout, "quarantine", name, day, 'line, "column", rule, message, raw')


def land(bank, night=OPENING, **options):
    return land_day(folder=bank.folder(night.business_date), layout=bank.layout, night=night, **options)


def delivered(landing, name):
    return next(each for each in landing.deliveries if each.table == name)


def digest(bank, day=DAY):
    """The names and bytes of everything that a night has landed."""
    found = {}
    for layer in ("landing", "quarantine"):
        for name in TABLES:
            for file in bank.layout.part(layer, name, day).iterdir():
                found[layer, name, file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def opened(bank, **options):
    """The opening landed, and what the models would have made of it."""
    bank.deliver(**options)
    landing = land(bank)
    for name in ("institution", "staff", "party", "product", "agreement"):
        bank.core(name, OPENING)
    return landing


def with_row(name, **values):
    """The table's rows and one more, like the first but for some values."""
    return {name: [*ROWS[name], ROWS[name][0] | values]}


def test_a_whole_day_is_landed(bank):
    bank.deliver()
    landing = land(bank)
    assert landing.opening
    assert landing.business_date == DAY
    assert [each.table for each in landing.deliveries] == list(TABLES)
    for each in landing.deliveries:
        assert (each.rows, each.accepted, each.quarantined) == (len(ROWS[each.table]), len(ROWS[each.table]), 0)
        assert each.delivery is Delivery.FULL
        assert rows(bank.layout, "landing", each.table, columns="source_line") == [(n + 1,) for n in range(each.rows)]
        assert rows(bank.layout, "quarantine", each.table) == []
        control = bank.control(each.table)
        assert (each.rows, each.amount_total, each.sha256) == (control.rows, control.amount_total, control.sha256)
        assert each.bytes == bank.path(each.table).stat().st_size
    names = rows(bank.layout, "landing", "party", columns="party_name")
    assert names == [("张三",), ("李四",), ("欧阳㐂𠮷",), ("Ann Smith",)]
    assert delivered(landing, "balance").amount_total == Decimal("10000.04")
    assert not bank.layout.work.exists() or not list(bank.layout.work.iterdir())


def test_the_columns_are_the_contracts_with_their_types(bank):
    bank.deliver()
    land(bank)
    for table in TABLES.values():
        part = bank.layout.part("landing", table.name, DAY) / "part.parquet"
        found = duckdb.sql(f"DESCRIBE FROM read_parquet('{part}', hive_partitioning = false)").fetchall()
        expected = [(column.name, column.sql_type) for column in table.columns] + [("source_line", "BIGINT")]
        assert [row[:2] for row in found] == expected


def test_every_format_lands_the_same_rows(bank):
    bank.deliver()
    land(bank)
    first = {name: rows(bank.layout, "landing", name) for name in TABLES}
    bank.inbox.joinpath("feed.toml").write_text(
        """
        [default]
        encoding = "UTF-8"
        delimiter = ","
        quote = "\\""
        header = true
        date_format = "%Y-%m-%d"
        timestamp_format = "%Y-%m-%d %H:%M:%S"
        decimal = "implied"
        [tables.exchange_rate]
        header = false
        date_format = "%Y%m%d"
        """
    )
    form = Format(
        encoding="utf-8-sig",
        delimiter=",",
        quote='"',
        header=True,
        date_format="%Y-%m-%d",
        timestamp_format="%Y-%m-%d %H:%M:%S",
        decimal="implied",
    )
    bank.formats = {name: form for name in TABLES if name != "exchange_rate"}
    bank.formats["exchange_rate"] = Format(layout="fixed", encoding="utf-8", decimal="implied")
    bank.deliver()
    land(bank)
    for name in TABLES:
        again = [(*row[:-1], row[-1] - (name != "exchange_rate")) for row in rows(bank.layout, "landing", name)]
        assert again == first[name]


def test_a_control_file_overrides_the_feed(bank):
    bank.inbox.mkdir()
    bank.inbox.joinpath("feed.toml").write_text('[default]\ndelimiter = "|"\nencoding = "utf-8"\n')
    bank.formats = {name: Format(delimiter="\t") for name in TABLES if name != "exchange_rate"}
    bank.deliver()
    assert delivered(land(bank), "party").encoding == "gb18030"
    assert rows(bank.layout, "landing", "staff", columns="staff_name") == [("王五",)]


def test_bad_rows_go_aside_with_their_bytes_and_the_rest_is_landed(bank):
    bank.deliver()
    bank.spoil("party", lambda content: content.replace("李四".encode("gb18030"), b"\xc0\xee\xff") + b"U|+|C9\n")
    landing = land(bank)
    party = delivered(landing, "party")
    assert (party.rows, party.accepted, party.quarantined) == (5, 3, 2)
    assert rows(bank.layout, "landing", "party", columns="party_id, source_line") == [
        ("C001", 1),
        ("C003", 3),
        ("C004", 4),
    ]
    second, fifth = aside(bank, "party")
    assert second[:3] == (2, "", "encoding")
    assert second[4].startswith(b"U|+|C002|+|person|+|\xc0\xee\xff|+|")
    assert fifth == (5, "", "columns", "The line has 2 columns where the contract has 23.", b"U|+|C9")
    # Who refers to a row that was kept aside is kept aside too.
    assert [row[:3] for row in aside(bank, "party_relation")] == [(1, "related_party_id", "reference")]
    assert [row[:4] for row in aside(bank, "agreement")] == [
        (2, "party_id", "reference", "party_id is 'C002': no party of this number in today's party file.")
    ]
    assert [row[:3] for row in aside(bank, "balance")] == [(2, "agreement_id", "reference")]
    for each in landing.deliveries:
        assert each.accepted + each.quarantined == each.rows


def test_a_second_row_of_a_key_goes_aside(bank):
    bank.deliver(rows=with_row("balance", balance="7.00") | with_row("party_identifier"))
    land(bank)
    line, column, rule, message, _ = aside(bank, "balance")[0]
    assert (line, column, rule) == (5, "agreement_id", "key")
    assert message == "agreement_id 'A1', balance_date '20260302': the same key stands on line 1 already."
    assert [row[:3] for row in aside(bank, "party_identifier")] == [(2, "party_id", "key")]


def test_the_first_row_of_a_key_that_is_right_stays(bank):
    spoiled = ROWS["agreement"][0] | {"product_id": "P9"}
    bank.deliver(rows={"agreement": [spoiled, *ROWS["agreement"]]})
    land(bank)
    assert [row[:3] for row in aside(bank, "agreement")] == [(1, "product_id", "reference")]


@pytest.mark.parametrize(
    ("name", "values", "fits"),
    [
        ("balance", {"balance_date": DAY - timedelta(300)}, True),
        ("balance", {"balance_date": NEXT}, False),
        ("event", {"event_id": "E9", "event_time": "2019-01-01 00:00:00"}, True),
        ("event", {"event_id": "E9", "event_time": f"{NEXT} 00:00:00"}, False),
        ("exchange_rate", {"rate_date": NEXT}, False),
    ],
)
def test_on_the_opening_dates_lie_up_to_the_business_date(bank, name, values, fits):
    bank.deliver(rows=with_row(name, **values))
    land(bank)
    broken = [row[1:3] for row in aside(bank, name)]
    assert broken == ([] if fits else [(TABLES[name].dated, "date")])


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("balance", {"balance_date": DAY}, "it must be the business date 2026-03-03."),
        ("event", {"event_id": "E9", "event_time": f"{DAY} 23:59:59"}, "it must lie after 2026-03-02,"),
        ("event", {"event_id": "E9", "event_time": "2026-03-04 00:00:00"}, "and not after 2026-03-03."),
        ("exchange_rate", {"rate_date": "2026-03-04"}, "it must not lie after the business date 2026-03-03."),
        ("exchange_rate", {"rate_date": "2020-03-04"}, ""),
        ("event", {"event_id": "E9", "event_time": f"{NEXT} 23:59:59"}, ""),
    ],
)
def test_on_a_normal_night_dates_belong_to_it(bank, name, values, message):
    opened(bank)
    bank.deliver(NEXT, opening=False, rows=with_row(name, **values))
    land(bank, NORMAL)
    found = aside(bank, name, NEXT)
    assert len(found) == bool(message)
    if message:
        assert found[0][1:3] == (TABLES[name].dated, "date")
        assert message in found[0][3]


def test_an_increment_refers_to_what_was_known_before(bank):
    opened(bank)
    increments = (
        "party",
        "party_identifier",
        "contact_point",
        "party_relation",
        "agreement_party",
        "event",
        "agreement",
    )
    new = [ROWS["party"][0] | {"party_id": "C500"}]
    agreements = [ROWS["agreement"][0] | {"agreement_id": "A9", "party_id": party} for party in ("C500", "C999")]
    agreements[1]["agreement_id"] = "A10"
    events = [
        ROWS["event"][0] | {"event_id": f"E{agreement}", "agreement_id": agreement} for agreement in ("A1", "A9", "A10")
    ]
    bank.deliver(
        NEXT,
        opening=False,
        increments=increments,
        rows={"party": new, "agreement": agreements, "event": events},
    )
    landing = land(bank, NORMAL)
    assert delivered(landing, "party").delivery is Delivery.INCREMENT
    assert delivered(landing, "balance").accepted == 4
    assert [row[:4] for row in aside(bank, "agreement", NEXT)] == [
        (
            2,
            "party_id",
            "reference",
            "party_id is 'C999': no party of this number in today's party file nor what was known before.",
        )
    ]
    assert [row[:3] for row in aside(bank, "event", NEXT)] == [(3, "agreement_id", "reference")]


def test_what_is_removed_today_cannot_be_referred_to_but_by_what_is_removed_too(bank):
    opened(bank)
    gone = [ROWS["party"][0] | {"change_code": "D"}]
    identifiers = [
        ROWS["party_identifier"][0] | {"change_code": code, "identifier_number": code} for code in ("D", "U")
    ]
    bank.deliver(
        NEXT,
        opening=False,
        increments=("party", "party_identifier"),
        rows={"party": gone, "party_identifier": identifiers},
    )
    land(bank, NORMAL)
    assert [row[:3] for row in aside(bank, "party_identifier", NEXT)] == [(2, "party_id", "reference")]
    assert [row[:3] for row in aside(bank, "agreement", NEXT)] == [(1, "party_id", "reference")]


def test_an_increment_needs_the_state_of_the_night_before(bank):
    bank.deliver()
    land(bank)
    bank.deliver(NEXT, opening=False, increments=("party",))
    with pytest.raises(LookupError, match="no party of 2026-03-02"):
        land(bank, NORMAL)
    assert bank.layout.days("landing", "party") == [DAY]


def test_a_table_may_refer_only_to_tables_before_it():
    names = list(TABLES)
    for table in TABLES.values():
        for column, reference in table.references:
            assert names.index(reference.table) < names.index(table.name), (table.name, column.name)
            assert TABLES[reference.table].key == (reference.column,)


def test_a_mended_row_stands_in_for_the_line(bank):
    bank.deliver()
    whole = bank.path("party").read_bytes()
    bank.spoil("party", lambda content: content.replace("李四".encode("gb18030"), b"\xc0\xee\xff"))
    land(bank)
    raw = aside(bank, "party")[0][4]
    text = whole.decode("gb18030").splitlines()[1].replace("李四", "李𠮷")
    landing = land(bank, mended=[MendedRow("party", 2, text, raw)])
    assert delivered(landing, "party").quarantined == 0
    assert rows(bank.layout, "landing", "party", columns="party_name")[1] == ("李𠮷",)
    assert delivered(landing, "agreement").quarantined == 0
    assert delivered(landing, "party").sha256 == bank.control("party").sha256
    assert landing.unused == ()


def test_a_mended_amount_leaves_the_total_as_delivered(bank):
    bank.deliver(rows=with_row("balance", agreement_id="A9", balance="7.00"))
    bank.spoil("balance", lambda content: content.replace(b"3000.01", b"3000.0l"))
    total = bank.control("balance").amount_total
    lines = bank.path("balance").read_bytes().decode().splitlines()
    mended = [
        MendedRow("balance", 3, lines[2].replace("3000.0l", "3000.01")),
        MendedRow("balance", 5, lines[4].replace("A9|+|", "A1|+|").replace("20260302", "20260301")),
        MendedRow("balance", 1, "nothing"),
    ]
    landing = land(bank, mended=mended)
    assert delivered(landing, "balance").amount_total == total == Decimal("7007.03")
    assert rows(bank.layout, "landing", "balance", columns="source_line, balance") == [
        (2, Decimal("2000.01")),
        (3, Decimal("3000.01")),
        (4, Decimal("4000.01")),
        (5, Decimal("7.00")),
    ]
    line, _, rule, message, raw = aside(bank, "balance")[0]
    assert (line, rule, message) == (1, "columns", "The line has 1 columns where the contract has 4.")
    assert raw == lines[0].encode()


def test_a_mended_row_does_not_replace_a_line_that_came_corrected(bank):
    bank.deliver()
    unused = [MendedRow("party", 2, "whatever", b"the old bytes"), MendedRow("party", 99, "beyond")]
    landing = land(bank, mended=unused)
    assert delivered(landing, "party").accepted == 4
    assert landing.unused == tuple(unused)


def test_a_mended_row_of_two_lines_is_refused(bank):
    bank.deliver()
    with pytest.raises(ValueError, match="more than one line"):
        land(bank, mended=[MendedRow("party", 2, "one\ntwo")])


def test_checking_says_what_landing_would_do_and_lands_nothing(bank):
    bank.deliver(rows=with_row("balance"))
    found = check_delivery(folder=bank.folder(DAY), layout=bank.layout, night=OPENING)
    assert bank.layout.datasets("landing") == []
    assert found == land(bank)


def test_landing_again_replaces_the_day(bank):
    bank.deliver(rows=with_row("balance"))
    land(bank)
    bank.deliver()
    land(bank)
    assert aside(bank, "balance") == []
    assert bank.layout.days("landing", "balance") == [DAY]


def test_a_table_that_may_be_missing_is_landed_empty(bank, monkeypatch):
    from dataclasses import replace

    bank.deliver()
    monkeypatch.setitem(TABLES, "rate", replace(TABLES["rate"], optional=True))
    bank.path("rate").unlink()
    bank.folder(DAY).joinpath("rate.ctl").unlink()
    landing = land(bank)
    assert delivered(landing, "rate").rows == 0
    assert delivered(landing, "rate").delivery is Delivery.INCREMENT
    part = bank.layout.part("landing", "rate", DAY) / "part.parquet"
    types = duckdb.sql(f"DESCRIBE FROM read_parquet('{part}', hive_partitioning = false)").fetchall()
    assert [row[:2] for row in types][3:] == [
        ("valid_from", "DATE"),
        ("annual_rate", "DECIMAL(9,6)"),
        ("source_line", "BIGINT"),
    ]
    assert rows(bank.layout, "quarantine", "rate") == []


def test_progress_ends_at_the_size_of_the_files(bank):
    class Heard(list):
        def report(self, done, total, detail=""):
            self.append((done, total, detail))

    bank.deliver()
    heard = Heard()
    land(bank, progress=heard)
    size = sum(bank.path(name).stat().st_size for name in TABLES)
    assert heard[-1] == (size, size, "event")
    assert [done for done, _, _ in heard] == sorted(done for done, _, _ in heard)


@pytest.mark.long
def test_the_same_files_give_the_same_bytes_however_many_threads(bank):
    """Large enough for many row groups and several blocks of the reader, with bad rows of every kind in between."""
    query = """
        SELECT 'A' || i AS agreement_id, DATE '2026-03-02' - CAST(i % 3 AS INTEGER) AS balance_date,
            CAST(hash(i) % 100000000 AS DECIMAL(18,2)) / 100 AS balance, NULL AS available
        FROM range(300000) r(i)
    """
    agreements = """
        SELECT 'A' || i AS agreement_id, 'demand_deposit' AS agreement_kind, 'P1' AS product_id, 'C001' AS party_id,
            'B1' AS institution_id, 'CNY' AS currency, DATE '2020-01-31' AS opened_on, 'active' AS status
        FROM range(300000) r(i)
    """
    from guanxi.warehouse.landing.write import write_table

    bank.deliver()
    with duckdb.connect() as connection:
        for name, rows_ in (("agreement", agreements), ("balance", query)):
            given = ", ".join(c.name if f"AS {c.name}" in rows_ else f"NULL AS {c.name}" for c in TABLES[name].columns)
            write_table(
                connection=connection,
                query=f"SELECT {given} FROM ({rows_})",
                table=TABLES[name],
                format=bank.format(name),
                folder=bank.folder(DAY),
                business_date=DAY,
                delivery=Delivery.FULL,
                opening=True,
            )

    def spoil(content):
        lines = content.split(b"\n")
        for n in range(500, 300_000, 997):
            odd = (b"\xff", b"A1|+|x", lines[n - 1], b"A" * 50 + lines[n], lines[n] + b"|+|")
            lines[n] = odd[n % len(odd)]
        return b"\n".join(lines)

    bank.spoil("balance", spoil)
    found = []
    for threads in (2, 1, 4):
        landing = land(bank, threads=threads, memory_limit="512MB")
        balance = delivered(landing, "balance")
        assert balance.rows == balance.accepted + balance.quarantined == 300_000
        assert balance.quarantined > 290
        found.append(digest(bank))
    assert found[0] == found[1] == found[2]
    wrong = rows(
        bank.layout, "landing", "balance", columns="count(*) FILTER (agreement_id <> 'A' || (source_line - 1))"
    )
    assert wrong == [(0,)]
    lines = bank.path("balance").read_bytes().split(b"\n")
    assert all(lines[line - 1] == raw for line, _, _, _, raw in aside(bank, "balance"))


def test_a_folder_may_be_named_without_hyphens(bank):
    bank.deliver()
    folder = bank.folder(DAY).rename(bank.inbox / "20260302")
    assert land_day(folder=folder, layout=bank.layout, night=OPENING).business_date == date(2026, 3, 2)
