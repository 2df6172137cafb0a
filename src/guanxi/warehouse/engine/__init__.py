"""Runs the dbt project on an engine: :func:`build_night` makes a night's core and marts."""

from guanxi.warehouse.engine.build import (
    BuildError,
    BuildProblem,
    Built,
    Reconciled,
    TestOutcome,
    build_night,
    generate_docs,
    run_unit_tests,
)

__all__ = [
    "BuildError",
    "BuildProblem",
    "Built",
    "Reconciled",
    "TestOutcome",
    "build_night",
    "generate_docs",
    "run_unit_tests",
]
