"""Finding and judging pairs: candidates by the model's keys, probabilities by Splink, and what the rules say."""

from __future__ import annotations

from guanxi.warehouse.identity.backend import Backend
from guanxi.warehouse.identity.model import Field, Model, Parameters
from guanxi.warehouse.identity.thresholds import LEAST
from guanxi.warehouse.identity.train import linker

SHARED = {"phone_1": 12, "phone_2": 12, "mail": 6, "home": 40}
"""A value that more records have proves nothing, and would make pairs by the square: an agent's phone, a dormitory."""


def create_linkable(backend: Backend, model: Model, features: str) -> None:
    """Makes ``<kind>_linkable``: the features without what too many records share, or nobody is called."""
    connection = backend.connection
    for column, most in SHARED.items():
        connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE shared_{column} AS
            SELECT {column} AS value FROM ({features}) WHERE {column} IS NOT NULL
            GROUP BY ALL HAVING count(*) > {most}
        """)
    replaced = ", ".join(
        f"CASE WHEN {column} NOT IN (FROM shared_{column}) THEN {column} END AS {column}" for column in SHARED
    )
    nobody = "name_validity = 'placeholder'"
    connection.execute(f"""
        CREATE OR REPLACE TABLE {model.kind}_linkable AS
        SELECT * REPLACE ({replaced}, CASE WHEN {nobody} THEN NULL ELSE name END AS name,
            CASE WHEN {nobody} THEN NULL ELSE name_letters END AS name_letters)
        FROM ({features}) ORDER BY record_id
    """)
    for column in SHARED:
        connection.execute(f"DROP TABLE shared_{column}")


def score_all(backend: Backend, model: Model, parameters: Parameters) -> None:
    """Makes ``<kind>_pair`` (left_record, right_record, kind, probability, certain, opposed, weights,
    model_version): every pair of ``<kind>_linkable`` that is worth keeping."""
    records = f"{model.kind}_linkable"
    linked = linker(backend, model, parameters, f"FROM {records}", f"{model.kind}_given")
    backend.take(linked.inference.predict(threshold_match_probability=LEAST, warning_mode="never"), "scored")
    _judge(backend, model, parameters)


def score_changed(backend: Backend, model: Model, parameters: Parameters, changed: str) -> None:
    """Makes ``<kind>_pair`` of the pairs that hold a record of the query ``changed`` (record_id), and no others."""
    connection, records = backend.connection, f"{model.kind}_linkable"
    new = f"SELECT * FROM {records} WHERE record_id IN ({changed})"
    old = f"SELECT * FROM {records} WHERE record_id NOT IN ({changed})"
    linked = linker(backend, model, parameters, new, f"{model.kind}_new")
    api = linked._db_api
    for column in model.frequencies:
        frequency = backend.give(api, _frequency(column, records, f"({new})"), f"{model.kind}_{column}_frequency")
        linked.table_management.register_term_frequency_lookup(frequency, column)
    given_new = backend.give(api, new, f"{model.kind}_new_right")
    given_old = backend.give(api, old, f"{model.kind}_old_left")
    told = {"threshold_match_probability": LEAST, "warning_mode": "never"}
    backend.take(linked.inference.predict_between(given_old, given_new, **told), "scored_between")
    backend.take(linked.inference.predict(**told), "scored_within")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE scored AS FROM scored_between UNION ALL BY NAME FROM scored_within"
    )
    _judge(backend, model, parameters)


def _frequency(column: str, records: str, wanted: str) -> str:
    """How frequent the values of some records are among all of them."""
    return f"""
        SELECT {column}, count(*)::DOUBLE / (SELECT count({column}) FROM {records}) AS tf_{column}
        FROM {records} WHERE {column} IN (SELECT {column} FROM {wanted}) GROUP BY ALL
    """


def _judge(backend: Backend, model: Model, parameters: Parameters) -> None:
    """From ``scored`` to ``<kind>_pair``: what the rules say of each pair, and what each field weighed."""
    records = f"{model.kind}_linkable"
    weights = ", ".join(_weight(field) for field in model.fields)
    backend.connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE {model.kind}_pair AS
        WITH pair AS (
            SELECT *, least(record_id_l, record_id_r) AS left_record, greatest(record_id_l, record_id_r) AS right_record
            FROM scored
        ), ruled AS (
            SELECT pair.*, coalesce({model.certain}, false) AS certain, coalesce({model.opposed}, false) AS opposed,
                to_json(list_filter([{weights}], lambda one: one.bits <> 0)) AS weights
            FROM pair
            JOIN {records} AS l ON l.record_id = left_record
            JOIN {records} AS r ON r.record_id = right_record
        )
        SELECT left_record, right_record, '{model.kind}' AS kind, round(match_probability, 9) AS probability,
            certain, opposed, weights::VARCHAR AS weights, '{parameters.version}' AS model_version
        FROM ruled
        ORDER BY left_record, right_record
    """)


def _weight(field: Field) -> str:
    """SQL: one bar of the waterfall."""
    labels = "[" + ", ".join(f"'{level.label}'" for level in field.levels) + "]"
    frequent = any(level.frequency for level in field.levels)
    bits = f"mw_{field.name}" + (f" + coalesce(mw_tf_adj_{field.name}, 0)" if frequent else "")
    left, right = (f"{side}.{field.validity}" if field.validity else "''" for side in "lr")
    return (
        f"{{'field': '{field.name}', 'level': CASE WHEN gamma_{field.name} < 0 THEN 'missing'"
        f" ELSE {labels}[{len(field.levels)} - gamma_{field.name}] END,"
        f" 'left_validity': {left}, 'right_validity': {right}, 'bits': round({bits}, 2)}}"
    )
