"""What a model of linking is: fields, levels of agreement, keys by which candidates are found; and its settings.

A model is written in SQL that DuckDB and Spark both understand (``levenshtein``, ``concat``, ``CASE``), with the
columns of a feature table followed by ``_l`` and ``_r``. The probabilities of its levels are learned (``train``); those
written here are what is believed before anything was seen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ELSE = "ELSE"


@dataclass(frozen=True, slots=True)
class Level:
    """One level of agreement: its word, when it holds, how often it is expected among pairs that are one and the same.

    ``frequency`` names the column whose common values count for less: two called 王伟 are less alike than two called
    庹晟睿.
    """

    label: str
    condition: str
    m: float
    u: float
    frequency: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """What is compared: when it cannot be, and its levels, the closest first, the last one ``ELSE``.

    ``validity`` is the feature that states how far its value can be trusted.
    """

    name: str
    missing: str
    levels: tuple[Level, ...]
    validity: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """The model of one kind of party.

    ``keys`` are the rules by which candidate pairs are found (each an SQL condition on l and r). ``training`` are
    rules under which nearly all pairs are one and the same; a field that a rule mentions learns from the others.
    ``certain`` is when two records are the same by rule: a valid strong identifier and an agreeing name. ``opposed``
    is when they may not be merged by machine whatever the probability.
    """

    kind: str
    fields: tuple[Field, ...]
    keys: tuple[str, ...]
    training: tuple[str, ...]
    certain: str
    opposed: str
    strong: str

    @property
    def table(self) -> str:
        """The feature table."""
        return f"{self.kind}_feature"

    @property
    def frequencies(self) -> tuple[str, ...]:
        """The columns whose values' frequencies count."""
        return tuple(
            dict.fromkeys(level.frequency for field in self.fields for level in field.levels if level.frequency)
        )

    def parameters(self) -> Parameters:
        """What is believed before anything was learned."""
        return Parameters(
            self.kind,
            "prior",
            1e-6,
            {field.name: tuple((level.m, level.u) for level in field.levels) for field in self.fields},
        )

    def settings(self, parameters: Parameters) -> dict[str, Any]:
        """The model with its parameters as Splink's settings."""
        return {
            "link_type": "dedupe_only",
            "unique_id_column_name": "record_id",
            "probability_two_random_records_match": parameters.prior,
            "retain_matching_columns": True,
            "retain_intermediate_calculation_columns": True,
            "max_iterations": 20,
            "em_convergence": 0.001,
            "blocking_rules_to_generate_predictions": list(self.keys),
            "comparisons": [_comparison(field, parameters.levels[field.name]) for field in self.fields],
        }


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was learned: the probability that two records drawn at random are one, m and u of each field's levels."""

    kind: str
    version: str
    prior: float
    levels: Mapping[str, tuple[tuple[float, float], ...]]

    def to_json(self) -> str:
        """As text; the same parameters are the same text."""
        return json.dumps({"kind": self.kind, "prior": self.prior, "levels": self.levels}, sort_keys=True)

    @classmethod
    def of_json(cls, version: str, text: str) -> Parameters:
        """From what :meth:`to_json` wrote."""
        told = json.loads(text)
        levels = {name: tuple((m, u) for m, u in found) for name, found in told["levels"].items()}
        return cls(told["kind"], version, told["prior"], levels)

    @classmethod
    def learned(
        cls, kind: str, day: str, prior: float, levels: Mapping[str, tuple[tuple[float, float], ...]]
    ) -> Parameters:
        """Under a version of their own: kind, business date and a digest of what they are."""
        made = cls(kind, "", prior, levels)
        digest = hashlib.sha256(made.to_json().encode()).hexdigest()[:8]
        return cls(kind, f"{kind}-{day}-{digest}", prior, levels)


def fits(model: Model, parameters: Parameters) -> bool:
    """Whether parameters are of this model's fields and levels: an upgrade may have changed them."""
    return {field.name: len(field.levels) for field in model.fields} == {
        name: len(levels) for name, levels in parameters.levels.items()
    }


def _comparison(field: Field, learned: tuple[tuple[float, float], ...]) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": field.missing, "label_for_charts": "missing", "is_null_level": True}
    ]
    for level, (m, u) in zip(field.levels, learned, strict=True):
        made: dict[str, Any] = {
            "sql_condition": level.condition,
            "label_for_charts": level.label,
            "m_probability": m,
            "u_probability": u,
        }
        if level.frequency:
            made |= {"tf_adjustment_column": level.frequency, "tf_adjustment_weight": 1.0, "tf_minimum_u_value": 1e-6}
        levels.append(made)
    return {"output_column_name": field.name, "comparison_levels": levels}
