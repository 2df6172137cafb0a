"""The way across the wall between two lines: records of one that are related to records of the other.

Which are related is published as a table of its own (:data:`TABLE`), a row an institution, a kind and a record of the
other kind that is related to one of that kind there. Across a single institution a list asks for them as an array that
is made once and looked up by index; across more, and in a policy, as a set that is hashed once: the list's own order is
walked then, and an array of some thousand would be searched for each row.
"""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, ForeignKey, Lookup

TABLE = "party_linkedparty"
ACROSS = "across"


def linked_records(retail: str, corporate: str, table: str = TABLE) -> str:
    """The records across the wall, as SQL; ``retail`` and ``corporate`` are expressions of arrays of institutions."""
    sides = _sides(retail, corporate)
    return " UNION ALL ".join(f"SELECT l.party_id FROM {table} l WHERE {side}" for side in sides)


def is_linked(record: str, retail: str, corporate: str, table: str = TABLE) -> str:
    """The same of one record, as a condition that its index answers."""
    either = " OR ".join(f"({side})" for side in _sides(retail, corporate))
    return f"EXISTS (SELECT 1 FROM {table} l WHERE l.party_id = {record} AND ({either}))"


def _sides(retail: str, corporate: str) -> tuple[str, str]:
    return (
        f"l.kind = 'person' AND l.institution_id = ANY ({retail})",
        f"l.kind = 'organisation' AND l.institution_id = ANY ({corporate})",
    )


@CharField.register_lookup
@ForeignKey.register_lookup
class Across(Lookup):
    """``record__across=(retail_institutions, corporate_institutions)``: whether a record is among those linked."""

    lookup_name = ACROSS
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """An array made once a query and looked up by the record's index, or a set hashed once."""
        column, parameters = self.process_lhs(compiler, connection)
        retail, corporate = self.rhs
        linked = linked_records("%s::varchar[]", "%s::varchar[]")
        among = f"= ANY (ARRAY({linked}))" if len(retail) + len(corporate) == 1 else f"IN ({linked})"
        return f"{column} {among}", (*parameters, list(retail), list(corporate))
