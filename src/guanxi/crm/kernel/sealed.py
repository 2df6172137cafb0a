"""Model fields whose values are encrypted in the database and clear in Python.

A value is sealed with the key of its row (``key``: the names of the fields that identify it) when the row is written,
and opened when the attribute is first read: rows whose value nobody looks at cost nothing, and a key that is missing
keeps nobody from anything but the values it sealed. What there is no row for cannot be sealed or opened: a queryset's
``update`` refuses a clear text, and ``values`` gives it sealed (:func:`opened` opens it). No look-up but ``isnull`` and
"is empty" knows these fields; exact search goes through the blind index.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from guanxi.sealing import Sealed, context_of, seal, unseal

if TYPE_CHECKING:
    _Base = models.Field[Any, Any]
else:
    _Base = object


# Sensitive fields that are not encrypted, each with the reason; a test holds the register of sensitive fields to it.
LEFT_CLEAR = {
    "holding.Event.memo": "what a statement says of a posting: it stands beside names, which stay clear, and there are "
    "ten times as many as of all sealed values together",
}
LOOKUPS = ("isnull", "exact", "df", "ndf")


class SealedAttribute(DeferredAttribute):
    """Opens a sealed value when it is first read."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            field: Any = self.field
            value = instance.__dict__[field.attname] = field.opened(instance, value)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(_Base):
    """What all sealed fields have in common.

    ``label`` is ``<table>.<column>`` of the column that the value belongs to, which is part of its key: the history of
    a row keeps its values under the row's own label. ``key`` are the attributes that identify the row and are known
    before it is written; their values must not change without the field's being written as well.
    """

    descriptor_class = SealedAttribute
    empty: Any = None

    def __init__(self, *arguments: Any, label: str = "", key: Sequence[str] = (), **options: Any) -> None:
        self.label, self.key = label, tuple(key)
        super().__init__(*arguments, **options)

    def deconstruct(self) -> Any:
        """As any field's, with label and key."""
        name, path, arguments, options = super().deconstruct()
        return name, path, arguments, {**options, "label": self.label, "key": self.key}

    def get_internal_type(self) -> str:
        """Bytes."""
        return "BinaryField"

    def get_lookup(self, lookup_name: str) -> Any:
        """None but whether there is anything, and (for triggers) whether what is stored has changed."""
        return super().get_lookup(lookup_name) if lookup_name in LOOKUPS else None

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """What stands there, still sealed."""
        if value is None:
            return None
        return Sealed(value) if len(value) else self.empty

    def get_prep_value(self, value: Any) -> Any:
        """Only what is sealed, or empty, goes to the database."""
        if value is None or isinstance(value, Sealed):
            return value
        if value in ("", b""):
            return Sealed()
        raise TypeError(
            f"{self.label} is encrypted with its row: set it on an instance and save that; "
            "to find rows by it, use the blind index."
        )

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """As the database takes bytes."""
        value = value if prepared else self.get_prep_value(value)
        return None if value is None else connection.Database.Binary(bytes(value))

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        """The attribute's value, sealed with its row."""
        return self.sealed(model_instance, getattr(model_instance, self.attname))

    def sealed(self, instance: Any, value: Any) -> Sealed | None:
        """``value`` as it is stored in the row of ``instance``."""
        if value is None:
            return None
        text = self.encoded(value)
        return seal(self.label, self.row_context(instance), text) if text else Sealed()

    def opened(self, instance: Any, value: bytes) -> Any:
        """The clear value of the row of ``instance``."""
        return self.opened_with([getattr(instance, name) for name in self.key], value)

    def opened_with(self, key: Iterable[object], value: bytes) -> Any:
        """The clear value of the row with this key."""
        return self.decoded(unseal(self.label, context_of(key), value)) if value else self.empty

    def row_context(self, instance: Any) -> bytes:
        """What identifies the row of ``instance``; a row that is not identified yet cannot be written."""
        parts = [getattr(instance, name) for name in self.key]
        if any(part is None for part in parts):
            raise ValueError(f"{self.label} is encrypted with {', '.join(self.key)}: set those first.")
        return context_of(parts)

    def encoded(self, value: Any) -> bytes:
        """A clear value as bytes."""
        return str(value).encode()

    def decoded(self, text: bytes) -> Any:
        """The clear value of those bytes."""
        return text.decode()


class SealedCharField(SealedField, models.CharField):
    """A short text."""

    empty = ""


class SealedTextField(SealedField, models.TextField):
    """A long text."""

    empty = ""


class SealedDecimalField(SealedField, models.DecimalField):
    """An exact number; NULL where there is none."""

    def encoded(self, value: Any) -> bytes:
        """With all its decimal places, as the database's own numbers are written."""
        return format(Decimal(value), f".{self.decimal_places}f").encode()

    def decoded(self, text: bytes) -> Any:
        """An exact number."""
        return Decimal(text.decode())


class SealedBinaryField(SealedField, models.BinaryField):
    """Bytes."""

    empty = b""

    def encoded(self, value: Any) -> bytes:
        """As they are."""
        return bytes(value)

    def decoded(self, text: bytes) -> Any:
        """As they are."""
        return text


class SealedJSONField(SealedField, models.JSONField):
    """What JSON can say."""

    def get_prep_value(self, value: Any) -> Any:
        """An empty list or object is a value like any other here."""
        return value if value is None or isinstance(value, Sealed) else SealedField.get_prep_value(self, value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """What stands there, still sealed."""
        return SealedField.from_db_value(self, value, expression, connection)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """As bytes, unlike JSON's own."""
        return self.get_db_prep_value(value, connection)

    def encoded(self, value: Any) -> bytes:
        """As JSON."""
        return json.dumps(value, ensure_ascii=False, cls=self.encoder or DjangoJSONEncoder).encode()

    def decoded(self, text: bytes) -> Any:
        """From JSON."""
        return json.loads(text)


def sealed_fields(model: type[models.Model]) -> list[Any]:
    """The sealed fields of a model."""
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedField)]


def sealed_models() -> list[type[models.Model]]:
    """Every model with sealed fields, the history of rows as well, in the order of the apps."""
    return [model for model in apps.get_models() if model._meta.managed and sealed_fields(model)]


def opened(model: type[models.Model], name: str, key: Iterable[object], value: Any) -> Any:
    """The clear value of what ``values`` gave sealed, of the row with this key."""
    field: Any = model._meta.get_field(name)
    return field.opened_with(key, value) if isinstance(value, Sealed) else value


def open_all(row: models.Model) -> None:
    """Opens every sealed field of a row: before its key is changed, which they are sealed with."""
    for field in sealed_fields(type(row)):
        getattr(row, field.attname)


@contextmanager
def written_sealed(rows: Sequence[Any], *names: str) -> Iterator[None]:
    """Lets ``bulk_update`` write sealed fields, which it would ask for a value without its row."""
    clear = [[getattr(row, name) for name in names] for row in rows]
    try:
        for row, values in zip(rows, clear, strict=True):
            for name, value in zip(names, values, strict=True):
                field = row._meta.get_field(name)
                setattr(row, name, models.Value(field.sealed(row, value), output_field=models.BinaryField()))
        yield
    finally:
        for row, values in zip(rows, clear, strict=True):
            for name, value in zip(names, values, strict=True):
                setattr(row, name, value)
