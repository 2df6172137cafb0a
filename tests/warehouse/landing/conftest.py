import pytest

from tests.warehouse.landing.bank import Bank


@pytest.fixture
def bank(tmp_path):
    return Bank(tmp_path)
