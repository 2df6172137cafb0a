"""How a model learns: u from pairs drawn at random, m by expectation maximisation on pairs of the bank's own records.

What was believed before weighs as much as :data:`BELIEF` pairs, so that a small bank, or one without duplicates, has
a model that works, and a large one its own. The sample is chosen by a hash of the record numbers: the same records
give the same parameters.
"""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

from guanxi.warehouse.identity.backend import Backend
from guanxi.warehouse.identity.model import Model, Parameters

SAMPLE = 1_000
"""Records of which all pairs are compared for u: half a million pairs."""
BELIEF = 40
LEAST = 20
"""Pairs under a training rule below which nothing is learned from it."""
FOUND_BY_RULE = 0.7
"""Share of the duplicates that the certain rules find, as a first guess."""


def train(backend: Backend, model: Model, records: str, day: date) -> Parameters:
    """Parameters for ``records``, a query over the model's features (linkable ones), as a new version."""
    connection = backend.connection
    row = connection.execute(f"SELECT count(*) FROM ({records})").fetchone()
    count = row[0] if row else 0
    believed = model.parameters()
    if count < 2:
        return Parameters.learned(model.kind, day.isoformat(), believed.prior, believed.levels)
    levels = _random_agreement(backend, model, records, believed, min(count, SAMPLE))
    pairs = count * (count - 1) / 2
    prior = min(0.5, max(_certain(backend, model, records) / FOUND_BY_RULE, 0.5) / pairs)
    drawn = Parameters(model.kind, "", prior, levels)
    levels = _agreement_of_matches(backend, model, records, drawn)
    return Parameters.learned(model.kind, day.isoformat(), _round(prior), levels)


def linker(backend: Backend, model: Model, parameters: Parameters, records: str, name: str) -> Any:
    """Splink's linker with these parameters over a query of records, given over under ``name``."""
    from splink import Linker, SettingsCreator

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = backend.api()
    table = backend.give(api, records, name)
    settings = SettingsCreator.from_path_or_dict(model.settings(parameters))
    return Linker(table, settings, log_level=None)


def _random_agreement(
    backend: Backend, model: Model, records: str, believed: Parameters, size: int
) -> dict[str, tuple[tuple[float, float], ...]]:
    """Each level's u, from all pairs of a sample."""
    sample = f"SELECT * FROM ({records}) ORDER BY hash(record_id), record_id LIMIT {size}"
    pairs = size * (size - 1) / 2
    drawn = linker(backend, model, believed, sample, f"{model.kind}_sample")
    # As many pairs as there are: nothing is left to Splink's own draw.
    drawn.training.estimate_u_using_random_sampling(max_pairs=4 * pairs + 16, min_count_per_level=None, num_chunks=1)
    found = _levels(drawn, model)
    levels = {}
    for field in model.fields:
        seen = [u for _, u in found[field.name]]
        # What was never seen among so many pairs is rarer than one in them; what is believed tells how much.
        us = [
            max(0.3 / pairs, min(level.u, 3 / pairs)) if u is None or u < 1 / pairs else u
            for u, level in zip(seen, field.levels, strict=True)
        ]
        levels[field.name] = tuple((level.m, _round(u / sum(us))) for level, u in zip(field.levels, us, strict=True))
    return levels


def _agreement_of_matches(
    backend: Backend, model: Model, records: str, drawn: Parameters
) -> dict[str, tuple[tuple[float, float], ...]]:
    """Each level's m, by expectation maximisation under each training rule that finds enough pairs."""
    weights = {field.name: 0.0 for field in model.fields}
    sums = {field.name: [0.0] * len(field.levels) for field in model.fields}
    for number, rule in enumerate(model.training):
        pairs = _pairs_under(backend, records, rule)
        if pairs < LEAST:
            continue
        taught = linker(backend, model, drawn, records, f"{model.kind}_training_{number}")
        session = taught.training.estimate_parameters_using_expectation_maximisation(
            rule, fix_u_probabilities=True, fix_probability_two_random_records_match=False
        )
        fixed = {comparison.output_column_name for comparison in session._comparisons_that_cannot_be_estimated}
        for field in model.fields:
            if field.name in fixed:
                continue
            seen = [m for m, _ in _levels(taught, model)[field.name]]
            found = [level.m if m is None else m for m, level in zip(seen, field.levels, strict=True)]
            weights[field.name] += pairs
            sums[field.name] = [total + pairs * m for total, m in zip(sums[field.name], found, strict=True)]
    levels = {}
    for field in model.fields:
        ms = [
            (total + BELIEF * level.m) / (weights[field.name] + BELIEF)
            for total, level in zip(sums[field.name], field.levels, strict=True)
        ]
        levels[field.name] = tuple(
            (_round(m / sum(ms)), u) for m, (_, u) in zip(ms, drawn.levels[field.name], strict=True)
        )
    return levels


def _levels(taught: Any, model: Model) -> dict[str, list[tuple[float | None, float | None]]]:
    """m and u of each field's levels as a linker has them, in the model's order; None where nothing was seen."""
    told = taught.misc.save_model_to_json()
    found = {}
    for comparison in told["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        found[comparison["output_column_name"]] = [
            (_number(level.get("m_probability")), _number(level.get("u_probability"))) for level in levels
        ]
    return {field.name: found[field.name] for field in model.fields}


def _pairs_under(backend: Backend, records: str, rule: str) -> int:
    found = backend.connection.execute(
        f"SELECT count(*) FROM ({records}) AS l JOIN ({records}) AS r ON {rule} AND l.record_id < r.record_id"
    ).fetchone()
    return found[0] if found else 0


def _certain(backend: Backend, model: Model, records: str) -> int:
    """How many pairs the certain rules find, by the training rules' keys."""
    branches = " UNION ".join(
        f"SELECT l.record_id AS one, r.record_id AS other FROM ({records}) AS l JOIN ({records}) AS r"
        f" ON {rule} AND l.record_id < r.record_id WHERE {model.certain}"
        for rule in model.training
    )
    found = backend.connection.execute(f"SELECT count(*) FROM ({branches})").fetchone()
    return found[0] if found else 0


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _round(value: float) -> float:
    """Six digits: sums of floating-point numbers differ in the last ones between runs."""
    return float(f"{value:.6g}")
