"""Of a customer of several records: what each record says, which one won at each field and by which rule."""

from __future__ import annotations

from dataclasses import dataclass

from guanxi.crm.identity.models import Alias, FieldKept, FieldSource, Record
from guanxi.crm.identity.pair_queries import Cell, values_of
from guanxi.crm.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class Column:
    """What one record says of a field; ``won``: the customer's page shows this one."""

    record_id: str
    cells: tuple[Cell, ...]
    won: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One field: what every record says of it, by which rule one won (empty where nothing is known), chosen by hand."""

    field: str
    columns: tuple[Column, ...]
    rule: str
    kept: str


@dataclass(frozen=True, slots=True)
class Sources:
    """A customer's records and fields; ``aliases`` are the numbers that lead to it."""

    records: tuple[Record, ...]
    rows: tuple[Row, ...]
    aliases: tuple[str, ...]


def sources_of(scope: Scope, party_id: str) -> Sources:
    """What a customer is made of, within a scope; four queries. No record for a customer that is alone."""
    records = tuple(Record.objects.visible_to(scope).filter(party_id=party_id).order_by("pk"))
    won = {one.field: one for one in FieldSource.objects.visible_to(scope).filter(party_id=party_id)}
    kept = dict(FieldKept.objects.visible_to(scope).filter(party_id=party_id).values_list("field", "record_id"))
    aliases = Alias.objects.visible_to(scope).filter(party_id=party_id, until__isnull=True).order_by("alias")
    said = {one.pk: values_of(one) for one in records}
    fields = dict.fromkeys(field for values in said.values() for field in values)
    rows = tuple(
        Row(
            field,
            tuple(
                Column(
                    one.pk,
                    tuple(cell for _value, cell in said[one.pk].get(field, ())),
                    field in won and won[field].source_record == one.pk,
                )
                for one in records
            ),
            won[field].rule if field in won else "",
            kept.get(field, ""),
        )
        for field in fields
    )
    return Sources(records, rows, tuple(aliases.values_list("alias", flat=True)))
