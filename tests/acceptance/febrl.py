"""The FEBRL sets, the standard of record linkage, as a bank would deliver them: parties, identifiers, addresses.

``GUANXI_FEBRL_DIR`` names the folder with dataset1.csv to dataset4b.csv (gzipped or not).
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import date
from pathlib import Path

from guanxi.warehouse.identity import counts
from guanxi.warehouse.identity.backend import Backend
from guanxi.warehouse.identity.cluster import Clusters, Edge, cluster
from guanxi.warehouse.identity.link import create_linkable, score_all
from guanxi.warehouse.identity.persons import PERSON
from guanxi.warehouse.identity.standardise import Records, create_features, prepare, standardise
from guanxi.warehouse.identity.thresholds import Thresholds
from guanxi.warehouse.identity.train import train

FOLDER = os.environ.get("GUANXI_FEBRL_DIR")
SETS = {"1": ("dataset1",), "2": ("dataset2",), "3": ("dataset3",), "4": ("dataset4a", "dataset4b")}
DAY = date(2026, 11, 20)


def files(number: str) -> list[str]:
    """The files of a set."""
    found = [path for name in SETS[number] for path in sorted(Path(FOLDER or "").glob(f"{name}.csv*"))]
    assert len(found) == len(SETS[number]), f"{FOLDER} does not hold all of {SETS[number]}"
    return [str(path) for path in found]


def load(connection, number: str) -> Records:
    """The set as a bank's records: a person's name, one number of a kind unknown, one address in a line."""
    connection.execute(f"""
        CREATE OR REPLACE TABLE febrl AS
        SELECT trim(coalesce(COLUMNS(*), ''))
        FROM (SELECT COLUMNS(*)::VARCHAR FROM read_csv({files(number)}, all_varchar = true, normalize_names = true))
    """)
    connection.execute("""
        CREATE OR REPLACE TABLE party AS
        SELECT rec_id AS party_id, 'person' AS party_kind, coalesce(nullif(trim(given_name || ' ' || surname), ''), '?')
                AS party_name,
            NULL::VARCHAR AS party_name_en, NULL::VARCHAR AS gender,
            try_strptime(date_of_birth, '%Y%m%d')::DATE AS birth_date, NULL::DATE AS established_on
        FROM febrl
    """)
    connection.execute("""
        CREATE OR REPLACE TABLE identifier AS
        SELECT rec_id AS party_id, 'other' AS identifier_kind, soc_sec_id AS identifier_number, NULL::DATE AS valid_to,
            true AS is_primary
        FROM febrl WHERE soc_sec_id <> ''
    """)
    connection.execute("""
        CREATE OR REPLACE TABLE contact AS
        SELECT rec_id AS party_id, 'home_address' AS contact_kind, 1 AS sequence_no,
            concat(street_number, ' ', address_1, ', ', address_2, ', ', suburb, ', ', postcode, ', ', state)
                AS contact_value,
            NULL::VARCHAR AS region_code, true AS is_primary
        FROM febrl
    """)
    return Records("FROM party", "FROM identifier", "FROM contact")


def linked(backend: Backend, number: str) -> Clusters:
    """The parties of a set, by our own code with its defaults; ``person_scored`` stays in the connection."""
    connection = backend.connection
    prepare(connection)
    records = load(connection, number)
    standardise(connection, records, DAY)
    create_features(connection, records, DAY)
    create_linkable(backend, PERSON, "FROM person_feature")
    parameters = train(backend, PERSON, "FROM person_linkable", DAY)
    score_all(backend, PERSON, parameters)
    connection.execute(
        f"CREATE OR REPLACE TABLE person_scored AS SELECT *, DATE '{DAY}' AS first_seen FROM person_pair"
    )
    edges = connection.execute(
        f"SELECT left_record, right_record, probability, certain"
        f" FROM ({counts.zones('person', Thresholds())}) WHERE zone = 'merged'"
    ).fetchall()
    return cluster([Edge(*edge) for edge in edges], {}, {}, most_records=Thresholds().most_records)


def entity(record: str) -> str:
    """Whom a record is of: rec-12-org and rec-12-dup-3 are one."""
    return record.split("-")[1]


def measured(clusters: Clusters, records: list[str]) -> tuple[float, float, float]:
    """Pairwise precision, recall and F1 of the parties."""

    def pairs(counted: Counter) -> int:
        return sum(count * (count - 1) // 2 for count in counted.values())

    true = pairs(Counter(map(entity, records)))
    found = sum(len(party) * (len(party) - 1) // 2 for party in clusters.parties)
    right = sum(pairs(Counter(map(entity, party))) for party in clusters.parties)
    precision, recall = right / found, right / true
    return precision, recall, 2 * precision * recall / (precision + recall)
