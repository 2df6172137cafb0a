"""One night of linking: what is new and changed against all, parties from pairs, numbers for life.

Reads tonight's landing and the state of the night before, writes the datasets of the layer ``core`` whose names begin
with ``identity_``. A night that is done again from the same files writes the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guanxi.warehouse.identity import counts, state
from guanxi.warehouse.identity.backend import OnDuckDB
from guanxi.warehouse.identity.cluster import APART, Clusters, Edge, cluster
from guanxi.warehouse.identity.decisions import DIFFERENT, SAME, Decision, Said, said_of, thresholds_of
from guanxi.warehouse.identity.link import create_linkable, score_all, score_changed
from guanxi.warehouse.identity.model import Model, Parameters, fits
from guanxi.warehouse.identity.organisations import ORGANISATION
from guanxi.warehouse.identity.persons import PERSON
from guanxi.warehouse.identity.register import Register, renumber
from guanxi.warehouse.identity.standardise import Records, create_features, prepare, standardise
from guanxi.warehouse.identity.thresholds import Thresholds
from guanxi.warehouse.identity.train import train
from guanxi.warehouse.layout import Layout
from guanxi.warehouse.nights import Night
from guanxi.warehouse.progress import Progress, Silent

if TYPE_CHECKING:
    import duckdb

MODELS = (PERSON, ORGANISATION)
STEPS = 9


@dataclass(frozen=True, slots=True)
class Linked:
    """What a night of linking did: records compared anew, records whose party number is another than before, pairs
    that wait for a person."""

    records: int
    moved: int
    waiting: int


def link_night(
    *,
    layout: Layout,
    night: Night,
    deliveries: Mapping[str, str],
    decisions: Said,
    progress: Progress | None = None,
    threads: int = 2,
    memory_limit: str = "4GB",
    divisions: Mapping[str, str] | None = None,
) -> Linked:
    """Links the night's new and changed records against all and writes the state.

    ``deliveries`` says of each landed table whether its file was ``full``; ``decisions`` is what people said that is in
    force, and the thresholds, defaults where there are none; ``divisions`` are administrative divisions that the bank
    knows besides. The first night, and one after an upgrade that changed the models, links all records against all.
    """
    with _night(layout, night, progress, threads, memory_limit, divisions, deliveries) as work:
        work.thresholds = thresholds_of(decisions.thresholds)
        work.features()
        for model in MODELS:
            work.pairs(model)
        return work.number(*said_of(decisions), machine=True)


def decided_night(
    *,
    layout: Layout,
    night: Night,
    deliveries: Mapping[str, str],
    decisions: Said,
    progress: Progress | None = None,
    threads: int = 2,
    memory_limit: str = "4GB",
) -> Linked:
    """The same without a model, where linking is off: parties stay as they were the night before but for what people
    decided, and new records stand alone."""
    with _night(layout, night, progress, threads, memory_limit, None, deliveries) as work:
        return work.number(*said_of(decisions), machine=False)


@contextmanager
def _night(
    layout: Layout, night: Night, progress: Progress | None, threads: int, memory_limit: str,
    divisions: Mapping[str, str] | None, deliveries: Mapping[str, str] | None,
) -> Iterator[_Work]:  # fmt: skip
    spill = layout.work / "identity"
    spill.mkdir(parents=True, exist_ok=True)
    with layout.sealing.connect(spill=spill, threads=threads, memory_limit=memory_limit) as connection:
        yield _Work(connection, layout, night, progress or Silent(), divisions, deliveries or {})


class _Work:
    """One night's work: its connection, and how far it is."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, layout: Layout, night: Night, progress: Progress,
        divisions: Mapping[str, str] | None, deliveries: Mapping[str, str],
    ) -> None:  # fmt: skip
        self.connection = connection
        self.backend = OnDuckDB(connection)
        self.layout = layout
        self.night = night
        self.progress = progress
        self.divisions = divisions
        self.thresholds: dict[str, Thresholds] = {}
        self.parameters: dict[str, Parameters | None] = {}
        self.whole = True
        self.compared = 0
        self._step = 0
        self.records = state.records_of(layout, night, deliveries)
        connection.execute(
            f"CREATE TEMP TABLE record AS SELECT party_id AS record_id, opened_on FROM ({self.records.party})"
        )
        connection.execute(f"CREATE TEMP TABLE changed AS {state.changed_of(layout, night)}")

    def features(self) -> None:
        """Makes ``<kind>_all`` from what was carried and what is new, and writes it."""
        self._report("standardise")
        carried = {
            model.kind: state.carried(self.layout, f"identity_{model.kind}", self.night.previous) for model in MODELS
        }
        self.parameters = {model.kind: self._parameters(model) for model in MODELS}
        self.whole = not all(carried.values()) or not all(self.parameters.values())
        if self.whole:
            self.connection.execute("INSERT INTO changed SELECT record_id FROM record EXCEPT FROM changed")
        source = self.records
        only = "" if self.whole else "FROM changed"
        taken = Records(source.party, source.identifier, source.contact, only)
        day = self.night.business_date
        prepare(self.connection, self.divisions)
        standardise(self.connection, taken, day)
        create_features(self.connection, taken, day)
        self.compared = self._count("SELECT count(*) FROM changed SEMI JOIN record USING (record_id)")
        for model in MODELS:
            self._report(f"features of {model.kind}s")
            kept = "" if self.whole else (
                f" UNION ALL BY NAME SELECT * FROM ({carried[model.kind]})"
                " WHERE record_id IN (SELECT record_id FROM record) AND record_id NOT IN (FROM changed)"
            )  # fmt: skip
            self.connection.execute(f"CREATE TEMP TABLE {model.kind}_all AS FROM {model.table}{kept}")
            self._write(f"identity_{model.kind}", f"FROM {model.kind}_all ORDER BY record_id")

    def pairs(self, model: Model) -> None:
        """Makes ``<kind>_scored``: the pairs of before whose records are as they were, and tonight's."""
        self._report(f"train {model.kind}s")
        create_linkable(self.backend, model, f"FROM {model.kind}_all")
        known = self.parameters[model.kind]
        parameters = known or train(self.backend, model, f"FROM {model.kind}_linkable", self.night.business_date)
        self.parameters[model.kind] = parameters
        self._report(f"link {model.kind}s")
        if self.whole:
            score_all(self.backend, model, parameters)
        else:
            score_changed(self.backend, model, parameters, "FROM changed")
        self.connection.execute(
            f"CREATE TEMP TABLE {model.kind}_scored AS"
            f" SELECT *, DATE '{self.night.business_date}' AS first_seen FROM {model.kind}_pair"
        )
        before = state.carried(self.layout, "identity_scored", self.night.previous)
        if before and not self.whole:
            self.connection.execute(f"""
                INSERT INTO {model.kind}_scored BY NAME
                SELECT * FROM ({before}) WHERE kind = '{model.kind}'
                    AND left_record NOT IN (FROM changed) AND right_record NOT IN (FROM changed)
                    AND left_record IN (SELECT record_id FROM record) AND right_record IN (SELECT record_id FROM record)
            """)
        if before:
            # A pair that was known keeps the day on which it was first seen.
            self.connection.execute(f"""
                UPDATE {model.kind}_scored AS tonight SET first_seen = before.first_seen
                FROM ({before}) AS before
                WHERE before.left_record = tonight.left_record AND before.right_record = tonight.right_record
            """)

    def number(
        self, verdicts: Mapping[tuple[str, str], Decision], surviving: Sequence[str], *, machine: bool
    ) -> Linked:
        """Parties and their numbers; writes pairs, numbers, aliases and parameters."""
        self._report("number")
        self.connection.execute(_NO_PAIRS)
        kinds = MODELS if machine else ()
        before = state.read_register(self.connection, self.layout, self.night.previous)
        clusters: list[Clusters] = []
        for model in kinds:
            self.connection.execute(
                f"INSERT INTO judged BY NAME {counts.zones(model.kind, self.thresholds[model.kind])}"
            )
            clusters.append(self._clusters(model, verdicts))
        if not machine:
            clusters.append(cluster(_as_before(before), verdicts, {}, most_records=len(before.numbers) + 2))
        after = self._renumber(before, [party for found in clusters for party in found.parties], verdicts, surviving)
        moved = sum(before.number(r) != after.number(r) for r in before.numbers.keys() | after.numbers.keys())
        self._write_register(after)
        waiting = self._write_pairs(verdicts, clusters, after)
        for model in kinds:
            found = self.parameters[model.kind]
            if found is not None:
                self.connection.execute(
                    "INSERT INTO learned VALUES (?, ?, ?)", [model.kind, found.version, found.to_json()]
                )
        self._write("identity_model", "FROM learned ORDER BY kind")
        return Linked(self.compared, moved, waiting)

    def _clusters(self, model: Model, verdicts: Mapping[tuple[str, str], Decision]) -> Clusters:
        edges = [
            Edge(left, right, probability, certain, since.isoformat())
            for left, right, probability, certain, since in self.connection.execute(
                "SELECT left_record, right_record, probability, certain, first_seen FROM judged"
                " WHERE kind = ? AND zone = 'merged'", [model.kind],
            ).fetchall()
        ]  # fmt: skip
        named = sorted(
            {record for edge in edges for record in edge.pair} | {record for pair in verdicts for record in pair}
        )
        self._name(named)
        found = self.connection.execute(
            f"SELECT record_id, {model.strong} FROM {model.kind}_all WHERE record_id IN (SELECT record_id FROM named)"
        ).fetchall()
        strong = {record: number for record, number in found if number is not None}
        here = {record for record, _ in found}
        own = {pair: decision for pair, decision in verdicts.items() if here.issuperset(pair)}
        return cluster(edges, own, strong, most_records=self.thresholds[model.kind].most_records)

    def _renumber(
        self, before: Register, parties: Sequence[frozenset[str]], verdicts: Mapping[tuple[str, str], Decision],
        surviving: Sequence[str],
    ) -> Register:  # fmt: skip
        named = sorted(before.numbers.keys() | {record for party in parties for record in party})
        known = state.carried(self.layout, "identity_number", self.night.previous)
        old = f"record_id IN (SELECT record_id FROM ({known}))" if known else "false"
        self._name(named)
        found = self.connection.execute(
            f"SELECT record_id, {old}, opened_on FROM record WHERE record_id IN (SELECT record_id FROM named)"
        ).fetchall()
        ranks = {record: (not old, opened) for record, old, opened in found}
        last = (True, self.night.business_date)
        causes = {
            record: decision.cause for pair, decision in verdicts.items() if decision.verdict == SAME for record in pair
        }
        return renumber(
            before, parties, day=self.night.business_date, rank=lambda record: ranks.get(record, last),
            departed=frozenset(before.numbers.keys() - ranks.keys()), surviving=surviving, cause=causes,
        )  # fmt: skip

    def _write_register(self, register: Register) -> None:
        import pyarrow as pa

        day, connection = self.night.business_date, self.connection
        connection.register("several", pa.table({
            "record_id": pa.array(register.numbers.keys(), pa.string()),
            "party_number": pa.array(register.numbers.values(), pa.string()),
        }))  # fmt: skip
        known = state.carried(self.layout, "identity_number", self.night.previous)
        before = (
            known or "SELECT NULL::VARCHAR AS record_id, NULL::VARCHAR AS party_number, NULL::DATE AS since LIMIT 0"
        )
        # A record that is gone keeps its number: nobody else shall ever have it.
        connection.execute(f"""
            CREATE TEMP TABLE numbered AS
            SELECT record_id, coalesce(several.party_number, record_id) AS party_number,
                CASE WHEN before.party_number = coalesce(several.party_number, record_id) THEN before.since
                    ELSE DATE '{day}' END AS since
            FROM (SELECT record_id FROM record UNION SELECT record_id FROM ({before}))
            LEFT JOIN several USING (record_id)
            LEFT JOIN ({before}) AS before USING (record_id)
        """)
        self._write("identity_number", "FROM numbered ORDER BY record_id")
        columns = {
            "alias": pa.array([alias.alias for alias in register.aliases], pa.string()),
            "party_number": pa.array([alias.party_number for alias in register.aliases], pa.string()),
            "since": pa.array([alias.since for alias in register.aliases], pa.date32()),
            "until": pa.array([alias.until for alias in register.aliases], pa.date32()),
            "cause": pa.array([alias.cause for alias in register.aliases], pa.string()),
        }
        connection.register("aliased", pa.table(columns))
        self._write("identity_alias", "FROM aliased ORDER BY alias, since")

    def _write_pairs(
        self, verdicts: Mapping[tuple[str, str], Decision], clusters: Sequence[Clusters], register: Register
    ) -> int:
        """Writes all pairs as scored, those that are merged or wait, and what the thresholds' screen shows."""
        import pyarrow as pa

        refused = [(*pair, reason) for found in clusters for pair, reason in found.refused.items() if reason != APART]
        # Parties that a person has told apart are not asked about again through other records of theirs.
        settled = sorted({
            tuple(sorted(map(register.number, pair))) for pair, said in verdicts.items() if said.verdict == DIFFERENT
        })  # fmt: skip
        tables = {
            "refused": (("left_record", "right_record", "reason"), refused),
            "settled": (("one", "other"), settled),
        }
        for name, (columns, rows) in tables.items():
            turned = list(zip(*rows, strict=True)) or [()] * len(columns)
            arrays = {column: pa.array(values, pa.string()) for column, values in zip(columns, turned, strict=True)}
            self.connection.register(name, pa.table(arrays))
        self.connection.execute(counts.PAIRS)
        scored = " UNION ALL BY NAME ".join(f"FROM {kind}_scored" for kind in self.thresholds)
        if scored:
            self._write("identity_scored", f"FROM ({scored}) ORDER BY left_record, right_record")
        self._write("identity_pair", "FROM waiting_pair ORDER BY left_record, right_record")
        self._write("identity_count", counts.COUNTS)
        self._write("identity_sample", counts.SAMPLES)
        return self._count("SELECT count(*) FROM waiting_pair WHERE zone = 'steward'")

    def _parameters(self, model: Model) -> Parameters | None:
        learned = state.carried(self.layout, "identity_model", self.night.previous)
        row = (
            self.connection.execute(
                f"SELECT version, parameters FROM ({learned}) WHERE kind = ?", [model.kind]
            ).fetchone()
            if learned
            else None
        )
        found = Parameters.of_json(*row) if row else None
        return found if found and fits(model, found) else None

    def _name(self, records: Sequence[str]) -> None:
        """Makes the records of a list those of the table ``named``: as a parameter each would cost DuckDB a look-up of
        modules that are not there."""
        import pyarrow as pa

        self.connection.register("named", pa.table({"record_id": pa.array(records, pa.string())}))

    def _write(self, name: str, query: str) -> None:
        state.write(self.layout, self.connection, name, self.night.business_date, query)

    def _count(self, query: str) -> int:
        row = self.connection.execute(query).fetchone()
        return row[0] if row else 0

    def _report(self, detail: str) -> None:
        self.progress.report(self._step, STEPS, detail)
        self._step += 1


def _as_before(register: Register) -> list[Edge]:
    """The parties of the night before as pairs."""
    return [Edge(record, number, 1.0, certain=True) for record, number in register.numbers.items() if record != number]


_NO_PAIRS = """
CREATE TEMP TABLE judged (
    left_record VARCHAR, right_record VARCHAR, kind VARCHAR, probability DOUBLE, zone VARCHAR, reason VARCHAR,
    weights VARCHAR, certain BOOLEAN, model_version VARCHAR, first_seen DATE
);
CREATE TEMP TABLE learned (kind VARCHAR, version VARCHAR, parameters VARCHAR);
"""
