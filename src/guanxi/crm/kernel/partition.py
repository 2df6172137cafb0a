"""A migration operation that makes a model's table partitioned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState


class CreatePartitionedModel(CreateModel):
    """``CreateModel`` whose table is partitioned ``by`` a clause such as ``LIST (business_date)``.

    Later migrations treat the model like any other: PostgreSQL carries new columns and indexes to the partitions.
    Whoever fills the table makes the partitions.
    """

    def __init__(
        self, name: str, fields: Any, *, by: str, options: Any = None, bases: Any = None, managers: Any = None
    ) -> None:
        super().__init__(name, fields, options, bases, managers)
        self.by = by

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """As ``CreateModel``, with the partition clause."""
        name, args, kwargs = super().deconstruct()
        return name, args, kwargs | {"by": self.by}

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Creates the partitioned table; its indexes follow as ``AddIndex`` or with the model's options."""
        model: Any = to_state.apps.get_model(app_label, self.name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        sql, parameters = schema_editor.table_sql(model)
        schema_editor.execute(f"{sql} PARTITION BY {self.by}", parameters or None)
        editor: Any = schema_editor
        editor.deferred_sql.extend(editor._model_indexes_sql(model))

    def describe(self) -> str:
        """What ``migrate`` prints."""
        return f"Create partitioned model {self.name}"
