"""What counts as an unusual file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.crm.quality.queries.deliveries import is_unusual, usual_rows


@pytest.mark.parametrize(
    ("rows", "before", "unusual"),
    [
        (100, [], False),
        (5_000, [100, 100, 100], False),  # too few nights to say
        (100, [100, 100, 100, 100], False),
        (119, [100, 100, 100, 100], False),  # within a fifth
        (130, [100, 100, 100, 100], True),
        (0, [100, 100, 100, 100], True),
        (400, [100, 300, 90, 310, 200, 280], False),  # a table that always swings
        (2_000, [100, 300, 90, 310, 200, 280], True),
        (0, [0, 0, 0, 0], False),
    ],
)
def test_a_file_is_unusual_beyond_a_fifth_and_beyond_its_own_swing(rows, before, unusual):
    assert is_unusual(rows, before) is unusual


@given(st.lists(st.integers(0, 10_000_000), min_size=4, max_size=10))
def test_the_usual_size_itself_is_never_unusual(before):
    usual = usual_rows(before)
    assert usual is not None
    assert not is_unusual(usual[0], before)
    assert min(before) <= usual[0] <= max(before)
