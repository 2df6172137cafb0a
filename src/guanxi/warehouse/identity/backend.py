"""Where linking runs: Splink on the warehouse's own DuckDB, or on a Spark session that is configured.

Records are standardised by DuckDB either way; with Spark the features go over as a file and the scored pairs come back
as one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import duckdb
    from splink.internals.database_api import DatabaseAPI
    from splink.internals.splink_dataframe import SplinkDataFrame


class Backend(Protocol):
    """A database that Splink works on, and the way of tables to and from DuckDB."""

    connection: duckdb.DuckDBPyConnection

    def api(self) -> DatabaseAPI[Any]:
        """Splink's interface; a new one has no tables in its cache."""

    def give(self, api: DatabaseAPI[Any], query: str, name: str) -> SplinkDataFrame:
        """The rows of a DuckDB query as an input of Splink's, under a name that is not in use yet."""

    def take(self, table: SplinkDataFrame, name: str) -> None:
        """Makes Splink's table the DuckDB table ``name``."""


class OnDuckDB:
    """Splink in the connection that holds the records."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def api(self) -> DatabaseAPI[Any]:
        """Splink's interface to the same connection."""
        from splink import DuckDBAPI

        return DuckDBAPI(connection=self.connection)

    def give(self, api: DatabaseAPI[Any], query: str, name: str) -> SplinkDataFrame:
        """As a table of its own, so that what is made of it is made once."""
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS {query}")
        return api.register(name)

    def take(self, table: SplinkDataFrame, name: str) -> None:
        """By another name, without a copy where DuckDB can do that."""
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM {table.physical_name}")


class OnSpark:
    """Splink in a Spark session; ``folder`` is one that Spark's machines and this one share."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, session: Any, folder: Path) -> None:
        self.connection = connection
        self.session = session
        self.folder = folder
        self._given = 0

    def api(self) -> DatabaseAPI[Any]:
        """Splink's interface to the session. Its Scala functions are not needed: the models use Spark's own."""
        from splink.backends.spark import SparkAPI

        self.session.sparkContext.setCheckpointDir(str(self.folder / "checkpoint"))
        return SparkAPI(
            spark_session=self.session, register_udfs_automatically=False, break_lineage_method="parquet",
            num_partitions_on_repartition=2,
        )  # fmt: skip

    def give(self, api: DatabaseAPI[Any], query: str, name: str) -> SplinkDataFrame:
        """By a Parquet file."""
        self._given += 1
        file = self.folder / f"{name}.{self._given}.parquet"
        self.connection.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet)")
        return api.register(self.session.read.parquet(str(file)))

    def take(self, table: SplinkDataFrame, name: str) -> None:
        """By a folder of Parquet files."""
        self._given += 1
        folder = self.folder / f"{name}.{self._given}"
        table.as_spark_dataframe().write.parquet(str(folder))  # type: ignore[attr-defined]
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS FROM read_parquet('{folder}/*.parquet', hive_partitioning = false)"
        )
