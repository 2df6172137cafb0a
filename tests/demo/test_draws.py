"""Chance that always falls the same way, and evenly."""

import duckdb
import pytest

from guanxi.demo.draws import Draws

ROWS = 200_000


def one(expressions, rows=ROWS):
    return duckdb.sql(f"SELECT {expressions} FROM range(1, {rows + 1}) AS numbers(n)").fetchone()


def test_units_are_even_and_lie_below_one():
    unit = Draws(1).unit("a", "n")
    low, high, mean, spread = one(f"min({unit}), max({unit}), avg({unit}), stddev({unit})")
    assert 0 <= low < 0.001
    assert 0.999 < high < 1
    assert mean == pytest.approx(0.5, abs=0.005)
    assert spread == pytest.approx(0.288675, abs=0.005)


@pytest.mark.parametrize("other", [Draws(1).unit("b", "n"), Draws(2).unit("a", "n"), Draws(1).unit("a", "n + 1")])
def test_draws_of_another_name_seed_or_row_are_independent(other):
    unit = Draws(1).unit("a", "n")
    assert one(f"corr({unit}, {other})")[0] == pytest.approx(0, abs=0.01)
    # A shared bit would show in the parity even where the correlation does not.
    same = f"avg(CASE WHEN ({unit} * 4096)::BIGINT % 2 = ({other} * 4096)::BIGINT % 2 THEN 1 ELSE 0 END)"
    assert one(same)[0] == pytest.approx(0.5, abs=0.01)


def test_normals_have_mean_zero_and_variance_one():
    normal = Draws(3).normal("a", "n")
    mean, spread, tail = one(f"avg({normal}), stddev({normal}), avg(CASE WHEN {normal} > 1.96 THEN 1 ELSE 0 END)")
    assert mean == pytest.approx(0, abs=0.01)
    assert spread == pytest.approx(1, abs=0.01)
    assert tail == pytest.approx(0.025, abs=0.003)


def test_weighted_choices_follow_their_weights():
    chosen = Draws(4).weighted("a", "n", [("x", 1), ("y's", 3), ("z", 6)])
    shares = dict(
        duckdb.sql(f"SELECT {chosen} AS c, count(*) / {ROWS} FROM range({ROWS}) AS numbers(n) GROUP BY c").fetchall()
    )
    assert shares == {
        "x": pytest.approx(0.1, abs=0.005),
        "y's": pytest.approx(0.3, abs=0.005),
        "z": pytest.approx(0.6, abs=0.005),
    }


def test_a_choice_of_one_needs_no_draw():
    assert one(Draws(5).weighted("a", "n", [("only", 1)]), 1) == ("only",)
