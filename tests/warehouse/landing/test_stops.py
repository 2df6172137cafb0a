"""What stops a night: everything wrong is said at once, and nothing is landed."""

import gzip
from datetime import date, timedelta

import pytest

from guanxi.warehouse.landing.arrivals import missing_days
from guanxi.warehouse.landing.contract import Delivery
from guanxi.warehouse.landing.control import DeliveryError
from guanxi.warehouse.landing.land import check_delivery, land_day
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.nights import Night
from tests.warehouse.landing.bank import DAY, NEXT, ROWS

OPENING = Night(DAY)
NORMAL = Night(NEXT, DAY)


def stopped(bank, night=OPENING, folder=None, **options):
    """The problems for which a day is refused; nothing of it may have been landed, nor anything left lying."""
    folder = folder or bank.folder(night.business_date)
    with pytest.raises(DeliveryError) as caught:
        land_day(folder=folder, layout=bank.layout, night=night, **options)
    with pytest.raises(DeliveryError) as again:
        check_delivery(folder=folder, layout=bank.layout, night=night, **options)
    assert again.value.problems == caught.value.problems
    for layer in ("landing", "quarantine"):
        for name in bank.layout.datasets(layer):
            assert night.business_date not in bank.layout.days(layer, name)
    assert not bank.layout.work.exists() or not list(bank.layout.work.iterdir())
    for problem in caught.value.problems:
        assert problem.message.endswith(".")
        assert problem.what_to_do.endswith(".")
        assert problem.message in str(caught.value)
    return caught.value.problems


def only(problems):
    assert len(problems) == 1, problems
    return problems[0]


def opened(bank):
    bank.deliver()
    land_day(folder=bank.folder(DAY), layout=bank.layout, night=OPENING)


def test_no_folder(bank):
    assert only(stopped(bank)).rule == "missing_folder"


def test_a_missing_file(bank):
    bank.deliver()
    bank.path("staff").unlink()
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == ("staff.dat", "missing_file")
    assert problem.message == "staff.dat is missing, though staff.ctl announces it with 1 rows."


def test_a_missing_file_with_its_control_file(bank):
    bank.deliver()
    bank.path("staff").unlink()
    bank.folder(DAY).joinpath("staff.ctl").unlink()
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == ("staff.dat", "missing_file")
    assert "员工" in problem.message


def test_a_missing_control_file(bank):
    bank.deliver()
    bank.folder(DAY).joinpath("event.ctl").unlink()
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == ("event.dat.gz", "missing_control")


def test_a_control_file_that_cannot_be_read(bank):
    bank.deliver()
    path = bank.folder(DAY) / "staff.ctl"
    path.write_bytes(path.read_bytes().replace(b"rows=1", b"rows=one"))
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == ("staff.ctl", "bad_control")
    assert "rows=one" in problem.message


def test_a_control_file_without_the_total_that_the_contract_wants(bank):
    bank.deliver()
    bank.state("balance", amount_total=None)
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == ("balance.ctl", "bad_control")


def test_a_wrong_business_date(bank):
    bank.deliver()
    bank.state("rate", business_date=date(2026, 3, 1))
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == ("rate.dat", "wrong_date")
    assert "2026-03-01" in problem.message
    assert "2026-03-02" in problem.message


def test_a_folder_of_another_day(bank):
    bank.deliver()
    folder = bank.folder(DAY).rename(bank.inbox / "2026-03-05")
    problem = only(stopped(bank, folder=folder))
    assert (problem.file, problem.rule) == ("", "wrong_date")


@pytest.mark.parametrize("name", ["balance", "event"])
def test_a_day_delivered_twice(bank, name):
    opened(bank)
    bank.deliver(NEXT, opening=False)
    bank.path(name, NEXT).write_bytes(bank.path(name, DAY).read_bytes())
    bank.restate(name, NEXT)
    problem = only(stopped(bank, NORMAL))
    assert (problem.file, problem.rule) == (bank.path(name).name, "repeated_day")
    assert "2026-03-02" in problem.message


def test_an_empty_file_may_come_on_two_days(bank):
    bank.deliver(rows={"event": []})
    land_day(folder=bank.folder(DAY), layout=bank.layout, night=OPENING)
    bank.deliver(NEXT, opening=False, rows={"event": []})
    landing = land_day(folder=bank.folder(NEXT), layout=bank.layout, night=NORMAL)
    assert landing.deliveries[-1].rows == 0


def test_a_business_date_that_is_not_after_the_one_before(bank):
    bank.deliver(opening=False)
    problem = only(stopped(bank, Night(DAY, DAY)))
    assert (problem.file, problem.rule) == ("", "repeated_day")


def test_a_gap(bank):
    opened(bank)
    late = DAY + timedelta(3)
    bank.deliver(late, opening=False)
    problem = only(stopped(bank, Night(late, DAY)))
    assert (problem.file, problem.rule) == ("", "gap")
    assert "2026-03-03, 2026-03-04" in problem.message


def test_a_gap_on_days_on_which_the_bank_is_closed_is_none(bank):
    opened(bank)
    late = DAY + timedelta(3)
    bank.deliver(late, opening=False)
    bank.inbox.joinpath("feed.toml").write_text("closed_days = [2026-03-03, 2026-03-04]\n")
    land_day(folder=bank.folder(late), layout=bank.layout, night=Night(late, DAY))


def test_which_days_are_missing():
    friday, monday, tuesday = date(2026, 3, 6), date(2026, 3, 9), date(2026, 3, 10)

    def missing(day, calendar, closed=()):
        return missing_days(previous=friday, day=day, calendar=calendar, closed=frozenset(closed))

    assert missing(friday + timedelta(1), "every_day") == []
    assert missing(monday, "every_day") == [friday + timedelta(1), friday + timedelta(2)]
    assert missing(monday, "weekdays") == []
    assert missing(friday + timedelta(1), "weekdays") == []
    assert missing(tuesday, "weekdays") == [monday]
    assert missing(tuesday, "weekdays", [monday]) == []
    with pytest.raises(ValueError, match="fridays"):
        missing(monday, "fridays")


def test_a_file_cut_short(bank):
    bank.deliver()
    path = bank.path("balance")
    path.write_bytes(path.read_bytes()[:-60])
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == ("balance.dat", "truncated")
    assert "2 of the 4 rows stated" in problem.message


def test_a_compressed_file_cut_short(bank):
    bank.deliver()
    path = bank.path("event")
    path.write_bytes(path.read_bytes()[:-20])
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == ("event.dat.gz", "truncated")


def test_a_file_that_is_not_compressed_as_its_name_says(bank):
    bank.deliver()
    path = bank.path("event")
    path.write_bytes(gzip.decompress(path.read_bytes()))
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == ("event.dat.gz", "damaged")


def test_a_wrong_number_of_rows(bank):
    bank.deliver()
    bank.state("party", rows=1_234_567)
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == ("party.dat", "rows")
    assert problem.message == "party.dat has 4 rows, but its control file states 1,234,567."


def test_a_last_line_without_its_end_is_a_line_where_no_row_is_missing(bank):
    bank.deliver()
    bank.spoil("party", lambda content: content[:-1])
    assert land_day(folder=bank.folder(DAY), layout=bank.layout, night=OPENING).deliveries[2].accepted == 4


@pytest.mark.parametrize("name", ["agreement", "balance", "event"])
def test_a_wrong_amount_total(bank, name):
    bank.deliver()
    bank.state(name, amount_total=bank.control(name).amount_total + 1)
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == (bank.path(name).name, "amount_total")
    assert f"{bank.control(name).amount_total:,f}" in problem.message


def test_the_total_counts_what_can_be_read_of_rows_that_are_wrong(bank):
    """The bank's own sum is over all rows; only a field that is no amount, and a line that is no row, cannot count."""
    bad = ROWS["balance"][0]
    bank.deliver(
        rows={"balance": [bad | {"agreement_id": None, "balance": "1.00"}, bad | {"balance": "20.00"}, bad, bad]}
    )
    stated = bank.control("balance").amount_total
    bank.spoil("balance", lambda content: content.replace(b"20260302|+|20.00", b"20260230|+|20.00"))
    assert bank.control("balance").amount_total == stated
    landing = land_day(folder=bank.folder(DAY), layout=bank.layout, night=OPENING)
    balance = next(each for each in landing.deliveries if each.table == "balance")
    assert (balance.accepted, balance.quarantined, balance.amount_total) == (1, 3, stated)


def test_a_file_changed_on_its_way(bank):
    bank.deliver()
    path = bank.path("staff")
    path.write_bytes(path.read_bytes().replace(b"S1", b"S2"))
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == ("staff.dat", "checksum")


def test_an_opening_where_there_is_a_state_already(bank):
    opened(bank)
    bank.deliver(NEXT, opening=False)
    bank.state("party", NEXT, opening=True)
    problem = only(stopped(bank, NORMAL))
    assert (problem.file, problem.rule) == ("party.dat", "opening")


def test_a_usual_file_where_there_is_no_state_yet(bank):
    bank.deliver()
    bank.state("party", opening=False)
    assert (only(stopped(bank)).file, only(stopped(bank)).rule) == ("party.dat", "opening")


def test_an_increment_on_the_opening(bank):
    bank.deliver()
    bank.state("party", delivery=Delivery.INCREMENT)
    assert (only(stopped(bank)).file, only(stopped(bank)).rule) == ("party.dat", "opening")


def test_a_format_that_cannot_be_read(bank):
    bank.deliver()
    bank.state("party", encoding="big5")
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == ("party.dat", "bad_format")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[default", "not valid TOML"),
        ("[table.party]\nencoding = 'utf-8'", "table"),
        ("[tables.customer]\nencoding = 'utf-8'", "customer"),
        ("[default]\nseparator = ','", "separator"),
        ("[default]\nheader = 'yes'", "header"),
        ("[tables.party]\nlayout = 'fixed'", "no width"),
        ("closed_days = ['2026-10-01']", "closed_days"),
    ],
)
def test_a_feed_file_that_cannot_be_read(bank, text, says):
    bank.deliver()
    bank.inbox.joinpath("feed.toml").write_text(text)
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == ("feed.toml", "bad_format")
    assert says in problem.message


def test_another_encoding_than_stated(bank):
    bank.deliver()
    path = bank.path("party")
    text = path.read_bytes().decode("gb18030")
    path.write_bytes("\ufeff".encode() + text.encode())
    bank.restate("party")
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == ("party.dat", "wrong_encoding")
    assert "UTF-8" in problem.message


def test_a_file_of_which_most_rows_are_bad(bank):
    many = [ROWS["party"][0] | {"party_id": f"C{n:03}", "party_name": "张三" * (n % 3 != 0) or "x"} for n in range(300)]
    bank.deliver(rows={"party": many})
    bank.spoil("party", lambda content: content.replace("张三".encode("gb18030"), b"\xff"))
    problem = only(stopped(bank))
    assert (problem.file, problem.rule) == ("party.dat", "mostly_bad")
    assert "200 of the 300 rows" in problem.message
    assert "columns or encoding 200" in problem.message


@pytest.mark.parametrize("name", ["staff", "party", "balance"])
def test_a_full_file_without_rows_does_not_wipe_a_table_out(bank, name):
    opened(bank)
    bank.deliver(NEXT, opening=False, rows={name: []})
    problem = only(stopped(bank, NORMAL))
    assert (problem.file, problem.rule) == (f"{name}.dat", "emptied")
    assert f"all {len(ROWS[name])} of 2026-03-02" in problem.message
    bank.core(name, OPENING)
    bank.state(name, NEXT, delivery=Delivery.INCREMENT)
    landing = land_day(folder=bank.folder(NEXT), layout=bank.layout, night=NORMAL)
    assert sum(each.quarantined for each in landing.deliveries) == 0


def test_a_table_may_be_empty_from_the_start(bank):
    bank.deliver(rows={"ftp_curve": []})
    land_day(folder=bank.folder(DAY), layout=bank.layout, night=OPENING)
    bank.deliver(NEXT, opening=False, rows={"ftp_curve": []})
    land_day(folder=bank.folder(NEXT), layout=bank.layout, night=NORMAL)


def test_everything_wrong_with_a_folder_is_said_at_once(bank):
    bank.deliver()
    bank.path("staff").unlink()
    bank.folder(DAY).joinpath("rate.ctl").unlink()
    bank.state("party", rows=7)
    bank.state("product", business_date=NEXT)
    bank.state("balance", amount_total=0, sha256="0" * 64, rows=1)
    assert [(problem.file, problem.rule) for problem in stopped(bank)] == [
        ("staff.dat", "missing_file"),
        ("product.dat", "wrong_date"),
        ("rate.dat", "missing_control"),
        ("party.dat", "rows"),
        ("balance.dat", "rows"),
        ("balance.dat", "amount_total"),
        ("balance.dat", "checksum"),
    ]


def test_a_day_that_stopped_is_landed_once_its_files_are_right(bank):
    bank.deliver()
    bank.state("party", rows=7)
    stopped(bank)
    bank.restate("party")
    landing = land_day(folder=bank.folder(DAY), layout=bank.layout, night=OPENING)
    assert len(landing.deliveries) == len(TABLES)


def test_a_day_that_stops_leaves_what_was_landed_of_it_before(bank):
    opened(bank)
    bank.state("party", rows=7)
    with pytest.raises(DeliveryError):
        land_day(folder=bank.folder(DAY), layout=bank.layout, night=OPENING)
    assert bank.layout.days("landing", "party") == [DAY]
