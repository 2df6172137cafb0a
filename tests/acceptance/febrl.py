"""The FEBRL sets, the standard of record linkage, as a bank would deliver them: parties, identifiers, addresses.

``GUANXI_FEBRL_DIR`` names the folder with dataset1.csv to dataset4b.csv (gzipped or not); without it there is a
likeness of set 1, with errors of the same kinds.
"""

from __future__ import annotations

import csv
import os
import random
from collections import Counter
from datetime import date, timedelta
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


_COLUMNS = (
    "rec_id", "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state",
    "date_of_birth", "soc_sec_id",
)  # fmt: skip
_SOUNDS = ("ka", "ri", "mon", "te", "lo", "van", "shi", "ber", "du", "nel", "gra", "win", "pe", "tor", "hal", "si")


def likeness(folder: Path, people: int = 300) -> Path:
    """Writes dataset1.csv: people, half of them a second time with one to three slips."""
    chance = random.Random(1)

    def word(least: int = 2) -> str:
        return "".join(chance.choice(_SOUNDS) for _ in range(chance.randint(least, 4)))

    def slip(value: str) -> str:
        place = chance.randrange(len(value)) if value else 0
        dropped = value[:place] + value[place + 1 :]
        return chance.choice((dropped, dropped, value[:place] + chance.choice("aeiou") + value[place:], ""))

    rows = []
    for number in range(people):
        born = date(1920, 1, 1) + timedelta(days=chance.randrange(28_000))
        number_of = (str(chance.randrange(low, high)) for low, high in ((1, 300), (2000, 8000), (10**6, 10**7)))
        house, postcode, social = number_of
        row = [f"rec-{number}-org", word(), word(), house, f"{word()} street", f"{word()} park", word(3), postcode,
               "nsw", f"{born:%Y%m%d}", social]  # fmt: skip
        rows.append(row)
        if number % 2:
            again = [f"rec-{number}-dup-0", *row[1:]]
            for _ in range(chance.randint(1, 3)):
                place = chance.choice((1, 2, 3, 4, 5, 6, 7, 10))
                again[place] = slip(again[place])
            rows.append(again)
    with (folder / "dataset1.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([_COLUMNS, *rows])
    return folder


def files(folder: Path, number: str) -> list[str]:
    """The files of a set."""
    found = [path for name in SETS[number] for path in sorted(folder.glob(f"{name}.csv*"))]
    assert len(found) == len(SETS[number]), f"{folder} does not hold all of {SETS[number]}"
    return [str(path) for path in found]


def load(connection, folder: Path, number: str) -> Records:
    """The set as a bank's records: a person's name, one number of a kind unknown, one address in a line."""
    connection.execute(f"""
        CREATE OR REPLACE TABLE febrl AS
        SELECT trim(coalesce(COLUMNS(*), ''))
        FROM read_csv({files(folder, number)}, all_varchar = true, normalize_names = true)
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


def linked(backend: Backend, folder: Path, number: str) -> Clusters:
    """The parties of a set, by our own code with its defaults; ``person_scored`` stays in the connection."""
    connection = backend.connection
    prepare(connection)
    records = load(connection, folder, number)
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
