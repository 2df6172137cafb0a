"""The dbt project itself: what its YAML says, its portability, its unit tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.db import models as fields

from guanxi.warehouse.engine import run_unit_tests
from guanxi.warehouse.engine.project import PROJECT, datasets, models, sources
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.layout import Layout

MARTS = {
    "customer_figure": "CustomerFigure",
    "agreement_figure": "AgreementFigure",
    "agreement_month": "AgreementMonth",
    "customer_month": "CustomerMonth",
    "balance_change": "BalanceChange",
    "tier_change": "TierChange",
    "movement": "Movement",
    "maturity": "Maturity",
    "alert": "Alert",
    "book_day": "BookDay",
    "industry_figure": "IndustryFigure",
    "industry_month": "IndustryMonth",
    "company_link": "CompanyLink",
    "ownership": "Ownership",
    "group_member": "GroupMember",
    "guarantee_circle": "GuaranteeCircle",
    "household_member": "HouseholdMember",
}
ADDED_BY_PUBLICATION = {"name_pinyin"}


def test_landing_is_described_as_the_contracts_are() -> None:
    described = sources()["landing"]
    assert described.keys() == TABLES.keys()
    for name, table in TABLES.items():
        contract = [(column.name, column.sql_type) for column in table.columns]
        assert list(described[name]) == [*contract, ("source_line", "BIGINT")]


def test_core_has_the_columns_of_the_contracts() -> None:
    for name, table in TABLES.items():
        model = models().get(f"core_{name}")
        if model is None or name == "event":
            continue
        contract = [(column.name, column.sql_type) for column in table.columns if column.name != "change_code"]
        assert list(model.columns[: len(contract)]) == contract
        assert model.key == table.key


@pytest.mark.parametrize(("mart", "model"), MARTS.items())
def test_marts_have_the_columns_that_are_published(mart: str, model: str) -> None:
    published = {
        field.attname: field
        for field in apps.get_model("insight", model)._meta.concrete_fields
        if field.attname not in ADDED_BY_PUBLICATION
    }
    columns = dict(models()[mart].columns)
    assert columns.keys() == published.keys()
    for name, kind in columns.items():
        field = published[name]
        if isinstance(field, fields.DecimalField):
            precision, scale = map(int, re.findall(r"\d+", kind))
            assert scale == field.decimal_places
            assert precision - scale <= field.max_digits - field.decimal_places
        else:
            expected = {"DateField": "DATE", "BooleanField": "BOOLEAN", "IntegerField": "INTEGER"}
            expected |= {"SmallIntegerField": "SMALLINT", "CharField": "VARCHAR", "ForeignKey": "VARCHAR"}
            expected |= {"OneToOneField": "VARCHAR"}
            assert kind == expected[type(field).__name__], name


def test_every_model_states_grain_unit_and_source_and_describes_its_columns() -> None:
    sql = {path.stem for path in (PROJECT / "models").rglob("*.sql")}
    assert sql == set(models())
    for path in (PROJECT / "models").rglob("*.yml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            meta = entry["config"]["meta"]
            assert entry["description"].strip(), entry["name"]
            assert meta["grain"].startswith("one row"), entry["name"]
            assert meta["unit"], entry["name"]
            assert meta["source"], entry["name"]
            assert all(column["description"].strip() for column in entry.get("columns", [])), entry["name"]
    assert all(model.key for model in datasets())


def test_models_keep_to_the_portable_subset() -> None:
    """``ref``, ``source``, ``config`` and our own macros; nothing that asks which engine or which day it is."""
    own = set(re.findall(r"macro (\w+)\(", _text(PROJECT / "macros")))
    allowed = {"ref", "source", "config", "range", *own}
    for path in [*(PROJECT / "models").rglob("*.sql"), *(PROJECT / "tests").rglob("*.sql")]:
        for expression in re.findall(r"{[{%](.*?)[%}]}", path.read_text(encoding="utf-8"), re.DOTALL):
            without_text = re.sub(r"'[^']*'|\"[^\"]*\"", "", expression)
            assert set(re.findall(r"(\w+)\s*\(", without_text)) <= allowed, (path.name, expression)
    everything = _text(PROJECT)
    assert not re.search(r"target\.(name|type)|\bvar\(|packages:|current_date|now\(\)|is_incremental", everything)
    assert not list(PROJECT.rglob("*.py"))


@pytest.mark.long
def test_unit_tests_pass(tmp_path: Path) -> None:
    outcomes = run_unit_tests(layout=Layout(tmp_path))
    assert len(outcomes) >= 4
    assert {(test.name, test.status, test.message) for test in outcomes if test.status != "pass"} == set()


def _text(folder: Path) -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*")) if p.suffix in (".sql", ".yml"))
