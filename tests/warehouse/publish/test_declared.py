"""The declared tables are the Django models' tables, column by column: neither can change without the other."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from guanxi.warehouse.publish.declare import Kind, Unit
from guanxi.warehouse.publish.tables import TABLES, tables_of
from tests.warehouse.publish.minibank import CORE, MARTS, OF_PARTIES, core_schema, mart_schema

MODELS = {model._meta.db_table: model for model in apps.get_models()}
# Columns that are people's own: publishing a member of staff leaves them alone.
OWN = {"org_staff": {"password", "last_login", "is_superuser", "is_staff", "preferences"}}


# The first that fits: a small integer is an integer, and a moment a date, to Python.
WORDS = {
    models.DateTimeField: "TIMESTAMPTZ",
    models.DateField: "DATE",
    models.BooleanField: "BOOLEAN",
    models.SmallIntegerField: "SMALLINT",
    models.PositiveSmallIntegerField: "SMALLINT",
    models.IntegerField: "INTEGER",
    models.CharField: "VARCHAR",
    models.TextField: "VARCHAR",
    models.JSONField: "VARCHAR",
}


def type_of(field: models.Field) -> str:
    if isinstance(field, models.ForeignKey):
        return type_of(field.target_field)
    if isinstance(field, models.DecimalField):
        return f"DECIMAL({field.max_digits},{field.decimal_places})"
    return next(word for kind, word in WORDS.items() if isinstance(field, kind))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_has_the_columns_of_its_model(table):
    fields = {field.column: field for field in MODELS[table.name]._meta.local_concrete_fields if field.column}
    wanted = {
        name: (type_of(field), field.null) for name, field in fields.items() if name not in OWN.get(table.name, set())
    }
    assert {column.name: (column.type, column.nullable) for column in table.columns} == wanted


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_has_the_key_of_its_model(table):
    key = MODELS[table.name]._meta.pk
    names = [field.column for field in key.fields] if isinstance(key, models.CompositePrimaryKey) else [key.column]
    assert list(table.key) == names


def test_a_table_is_cut_as_its_migration_cut_it(house):
    for table in TABLES:
        if table.partition:
            definition = house.one("select pg_get_partkeydef(%s::regclass)", table.name)
            assert definition == f"{'LIST' if table.partition.listed else 'RANGE'} ({table.partition.column})"
            assert not (table.partition.listed and table.partition.unit is Unit.YEAR)


def test_only_partitioned_tables_are_daily_or_journals():
    assert all(table.partition for kind in (Kind.DAILY, Kind.JOURNAL) for table in tables_of(kind))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_source_is_a_column_that_the_warehouse_writes(table):
    """Reads the part's columns out of each source and finds them in the dataset."""
    import re

    if table.layer == "control":
        written = {"kind", "key", "valid_from", "valid_to", "value"}
    else:
        schema = core_schema(table.dataset) if table.dataset in CORE else mart_schema(table.dataset)
        written = set(schema.names)
        assert table.dataset in {*CORE, *MARTS, *OF_PARTIES}
    for column in table.columns:
        assert set(re.findall(r"part\.(\w+)", column.source)) <= written, column
