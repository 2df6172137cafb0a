"""The process in which dbt runs: ``python -m guanxi.warehouse.engine.child <plan.json>``.

dbt keeps its connection and its memory as long as its process lives, so it gets one of its own. What happens is told
on the standard output, a JSON object a line: ``{"done", "total", "node"}`` for each finished node, and last
``{"results": [...], "error"}``.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from guanxi.warehouse.engine import spark

FINISHED = ("LogModelResult", "LogTestResult", "LogNodeResult")


def main(arguments: Sequence[str]) -> int:
    """Runs the plan; the exit code says only whether the plan was carried out, not whether the tests passed."""
    plan = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    # Only our own lines go to the standard output: whatever else prints is sent where errors go.
    told = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def tell(what: dict[str, Any]) -> None:
        told.write(json.dumps(what, ensure_ascii=False) + "\n")

    os.environ |= plan["environment"]
    on_spark = plan["engine"] == spark.NAME
    if on_spark:
        spark.prepare(plan)
    from dbt.cli.main import dbtRunner

    def heard(event: Any) -> None:
        if event.info.name in FINISHED:
            data = event.data
            # Tests call the number of nodes otherwise than models do.
            total = data.num_models if event.info.name == "LogTestResult" else data.total
            tell({"done": data.index, "total": total, "node": data.node_info.node_name})

    error, results = "", []
    for command in plan["commands"]:
        outcome = dbtRunner(callbacks=[heard]).invoke(command)
        if outcome.exception is not None:
            error = "".join(traceback.format_exception_only(outcome.exception)).strip()
            break
        results = _results(outcome.result)
    if on_spark and not error:
        spark.finish(plan, results)
    tell({"results": results, "error": error})
    return 0


def _results(outcome: Any) -> list[dict[str, Any]]:
    """What each model and test ended with; nothing for commands that build nothing."""
    return [
        {
            "name": result.node.name,
            "type": str(result.node.resource_type),
            "status": str(result.status),
            "failures": result.failures or 0,
            "message": _message(result),
            "seconds": result.execution_time,
            "severity": str(getattr(result.node.config, "severity", "error")).lower(),
            "column": getattr(result.node, "column_name", None) or "",
            "model": _model(result.node),
        }
        for result in getattr(outcome, "results", [])
        if hasattr(result.node, "depends_on")
    ]


def _message(result: Any) -> str:
    """Of a data test that ran, the number of rows says all; a unit test and a broken node have more to tell."""
    told = str(result.node.resource_type) == "unit_test" or str(result.status) == "error"
    return (result.message or "") if told else ""


def _model(node: Any) -> str:
    """The model that a test belongs to: the one it stands beside, else the one it reads."""
    if str(node.resource_type) != "test":
        return node.name
    attached = getattr(node, "attached_node", None)
    reads = [attached] if attached else [read for read in node.depends_on.nodes if read.startswith("model.")]
    return reads[0].split(".")[-1] if reads else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
