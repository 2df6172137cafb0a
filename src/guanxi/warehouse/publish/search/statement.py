"""The SQL by which the screens look a search up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from guanxi.warehouse.publish.search.query import Lookup, Recheck, SearchQuery


def search_sql(
    query: SearchQuery,
    *,
    institution_ids: Sequence[str] | None = None,
    manager_id: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int = 20,
) -> tuple[str, list[Any]]:
    """SQL and parameters that find a query's parties: ``institution_id`` and ``party_id``, in this order.

    ``institution_ids`` are those whose parties may be seen (None for all), ``manager_id`` the manager whose alone may
    be seen (None for all). ``after`` is the last row of the page before. Each token is one descent into the index
    (token, institution, party), which is read in order and left at the limit::

        sql, parameters = search_sql(query_tokens("zhangxm"), institution_ids=scope.institution_ids, limit=21)
        with connection.cursor() as cursor:
            rows = cursor.execute(sql, parameters).fetchall()

    In Django's terms, for a queryset of figures and a look-up: ``Exists(SearchToken.objects.filter(
    token__in=lookup.tokens, institution_id=OuterRef("institution_id"), party_id=OuterRef("party_id")))``, one more
    ``Exists`` for each of ``lookup.also``, and ``Q(name_pinyin__regex=lookup.recheck.pattern)`` by its field. What
    ``lookup.digits`` asks is not asked here: phones are encrypted.
    """
    if not query.lookups:
        return "SELECT institution_id, party_id FROM party_searchtoken WHERE false", []
    statement = _Statement(institution_ids, manager_id, after, int(limit))
    found = " UNION ".join(f"({statement.branch(lookup)})" for lookup in query.lookups)
    return (
        f"SELECT institution_id, party_id FROM ({found}) AS found ORDER BY 1, 2 LIMIT {statement.limit}",
        statement.parameters,
    )


@dataclass
class _Statement:
    """The parts that a statement's branches share; its parameters, in the order of their places."""

    institution_ids: Sequence[str] | None
    manager_id: str | None
    after: tuple[str, str] | None
    limit: int
    parameters: list[Any] = field(default_factory=list)

    def branch(self, lookup: Lookup) -> str:
        """One look-up: for each token at most ``limit`` rows, in the order of the index."""
        joins, conditions = "", ["one.token = word.token"]
        self.parameters.append(list(lookup.tokens))
        for position, tokens in enumerate(lookup.also):
            other = f"also{position}"
            joins += (
                f" JOIN party_searchtoken AS {other} ON {other}.token = {'%s' if len(tokens) == 1 else 'ANY(%s)'}"
                f" AND {other}.institution_id = one.institution_id AND {other}.party_id = one.party_id"
            )
            self.parameters.append(tokens[0] if len(tokens) == 1 else list(tokens))
        if self.manager_id is not None or lookup.recheck:
            joins += " JOIN party_party AS party ON party.id = one.party_id"
        if self.institution_ids is not None:
            conditions.append("one.institution_id = ANY(%s)")
            self.parameters.append(list(self.institution_ids))
        if self.after is not None:
            conditions.append("(one.institution_id, one.party_id) > (%s, %s)")
            self.parameters += self.after
        if self.manager_id is not None:
            conditions.append("party.manager_id = %s")
            self.parameters.append(self.manager_id)
        if lookup.recheck:
            conditions.append(self._recheck(lookup.recheck))
        return (
            "SELECT row.institution_id, row.party_id FROM unnest(%s::text[]) AS word (token) CROSS JOIN LATERAL ("
            f"SELECT one.institution_id, one.party_id FROM party_searchtoken AS one{joins} "
            f"WHERE {' AND '.join(conditions)} ORDER BY one.institution_id, one.party_id LIMIT {self.limit}) AS row"
        )

    def _recheck(self, recheck: Recheck) -> str:
        self.parameters.append(recheck.pattern)
        return f"party.{recheck.field} ~ %s"
