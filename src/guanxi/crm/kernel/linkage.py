"""The way across the wall between two lines: records of one that are related to records of the other.

Which are related is published as a table of its own (:data:`TABLE`), a row an institution, a kind and a record of the
other kind that is related to one of that kind there. Across a single institution a list asks for them as an array that
is made once and looked up by index. Across more, and in a policy, each row that is walked is asked for its own entry:
a page is full after some hundred, while the set of all would hold some ten thousand and be made for each statement,
once for the condition and once for the policy. Sums over all of them do ask for the set.
"""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, ForeignKey, Lookup

TABLE = "party_linkedparty"
ACROSS = "across"
IS_ACROSS = "is_across"

_ARRAY = "%s::varchar[]"


def linked_records(retail: str, corporate: str, table: str = TABLE) -> str:
    """The records across the wall, as SQL; ``retail`` and ``corporate`` are expressions of arrays of institutions."""
    sides = _sides(retail, corporate)
    return " UNION ALL ".join(f"SELECT l.party_id FROM {table} l WHERE {side}" for side in sides)


def is_linked(record: str, retail: str, corporate: str, table: str = TABLE) -> str:
    """The same of one record, as a condition that its index answers.

    As a value, not as EXISTS, which the planner may answer by gathering all there are, whatever the limit of the query.
    """
    either = " OR ".join(f"({side})" for side in _sides(retail, corporate))
    return f"coalesce((SELECT true FROM {table} l WHERE l.party_id = {record} AND ({either}) LIMIT 1), false)"


def _sides(retail: str, corporate: str) -> tuple[str, str]:
    return (
        f"l.kind = 'person' AND l.institution_id = ANY ({retail})",
        f"l.kind = 'organisation' AND l.institution_id = ANY ({corporate})",
    )


@CharField.register_lookup
@ForeignKey.register_lookup
class Across(Lookup):
    """``record__across=(retail_institutions, corporate_institutions)``: whether a record is among those linked; for
    queries that want all of them.
    """

    lookup_name = ACROSS
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """An array made once a query and looked up by the record's index, or a set gathered once."""
        column, parameters = self.process_lhs(compiler, connection)
        retail, corporate = self.rhs
        linked = linked_records(_ARRAY, _ARRAY)
        among = f"= ANY (ARRAY({linked}))" if len(retail) + len(corporate) == 1 else f"IN ({linked})"
        return f"{column} {among}", (*parameters, list(retail), list(corporate))


@CharField.register_lookup
@ForeignKey.register_lookup
class IsAcross(Across):
    """``record__is_across``: the same for queries that walk records in an order of their own and leave at a limit."""

    lookup_name = IS_ACROSS

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Of a single institution an array, as there; of more, each record's own entry by its index."""
        retail, corporate = self.rhs
        if len(retail) + len(corporate) == 1:
            return super().as_sql(compiler, connection)
        column, parameters = self.process_lhs(compiler, connection)
        return is_linked(column, _ARRAY, _ARRAY), (*parameters, list(retail), list(corporate))
