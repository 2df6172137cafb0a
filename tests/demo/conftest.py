import pytest

from guanxi.demo.bank import BankSpec, write_bank
from tests.demo.landed import land

SMALL = BankSpec(customers=1500, nights=2, daily_days=35, month_ends=4)
GOOD = BankSpec(customers=1500, nights=2, daily_days=35, month_ends=4, bad_rows=False, plain=True)


@pytest.fixture(scope="session")
def spoilt_bank(tmp_path_factory):
    """A small bank with mistakes, in all formats, landed."""
    folder = tmp_path_factory.mktemp("spoilt")
    return land(write_bank(SMALL, folder / "inbox"), folder / "inbox", folder / "warehouse")


@pytest.fixture(scope="session")
def good_bank(tmp_path_factory):
    """The same bank without a mistake, in the plain format, landed."""
    folder = tmp_path_factory.mktemp("good")
    return land(write_bank(GOOD, folder / "inbox"), folder / "inbox", folder / "warehouse")
