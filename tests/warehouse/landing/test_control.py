from datetime import date
from decimal import Decimal

import pytest

from guanxi.warehouse.landing.contract import Delivery
from guanxi.warehouse.landing.control import BadControlFile, ControlFile, read_control, write_control

CONTROL = ControlFile(
    table="balance",
    business_date=date(2026, 3, 1),
    file="balance.dat",
    delivery=Delivery.FULL,
    rows=12,
    amount_total=Decimal("-1234.50"),
    sha256="ab" * 32,
    opening=False,
    encoding="utf-8",
    delimiter="\t",
)


def test_what_is_written_is_read(tmp_path):
    assert read_control(write_control(tmp_path, CONTROL)) == CONTROL


def test_a_bank_may_write_the_date_without_hyphens_and_its_lines_with_carriage_returns(tmp_path):
    path = write_control(tmp_path, CONTROL)
    path.write_bytes(path.read_bytes().replace(b"2026-03-01", b"20260301").replace(b"\n", b"\r\n"))
    assert read_control(path) == CONTROL


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"rows=12\n", b"", "does not state rows"),
        (b"rows=12", b"rows=", "does not state rows"),
        (b"rows=12", b"rows=12.0", "rows=12.0"),
        (b"rows=12", b"rows=-1", "rows=-1"),
        (b"rows=12", b"rows=12\nrows=13", "twice"),
        (b"rows=12", b"row count 12", "line 5"),
        (b"rows=12", b"rows=\xd2\xbb", "not ASCII"),
        (b"table=balance", b"table=event", "table=event"),
        (b"file=balance.dat", b"file=../balance.dat", "../balance.dat"),
        (b"delivery=full", b"delivery=delta", "delivery=delta"),
        (b"2026-03-01", b"2026-02-30", "2026-02-30"),
        (b"-1234.50", b"1,234.50", "1,234.50"),
        (b"sha256=ab", b"sha256=xy", "sha256"),
        (b"opening=0", b"opening=no", "opening=no"),
    ],
)
def test_what_is_wrong_with_it_is_said(tmp_path, old, new, says):
    path = write_control(tmp_path, CONTROL)
    path.write_bytes(path.read_bytes().replace(old, new))
    with pytest.raises(BadControlFile, match=r"balance\.ctl") as caught:
        read_control(path)
    assert says in str(caught.value)
