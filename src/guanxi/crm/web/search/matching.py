"""Search: which customers a text means, through the table of tokens.

Two ways lead to the rows. Where few match, their numbers are looked up first and their rows fetched by key. Where many
match, the rows are walked in the list's own order and each is asked for its tokens: with one in twenty matching, a page
is full after a thousand. Which way is shorter is counted, never left to a guess about how common a name is.
"""

from __future__ import annotations

from math import isqrt
from typing import Any

from django.db import connection
from django.db.models import BooleanField, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Exact

from guanxi.crm.identity.number_queries import customers_now
from guanxi.crm.insight.models import CustomerFigure
from guanxi.crm.kernel.scope import Reach, Scope
from guanxi.crm.party.models import ContactPoint, SearchToken
from guanxi.warehouse.publish.search import Lookup, SearchQuery, digits_of, query_tokens, search_sql
from guanxi.warehouse.publish.search.tokens import PHONES

FETCHED = 500
# With one token so many rows are fetched by key as fast as a page is found by walking a million; with more tokens,
# walking costs more.
BY_KEY = 5_000


def narrow_to(rows: QuerySet[Any], text: str, scope: Scope) -> QuerySet[Any]:
    """Figures whose customer matches ``text``, of ``rows`` that are within ``scope``; none where it says nothing.

    A number that another customer has taken over finds that customer alone. Costs one short query of its own, one or
    two more for what looks like a number.
    """
    now = customers_now(scope, text)
    if now:
        return rows.filter(party_id__in=now)
    query = query_tokens(text)
    digits = next((lookup.digits for lookup in query.lookups if lookup.digits), "")
    if not query.lookups or scope.reach is Reach.NOTHING:
        return rows.none()
    if scope.reach is Reach.OWN:
        # Some hundred rows by the index of the manager. The tokens of everybody would each be asked of the policy.
        walked = rows.filter(_walked(query))
        numbers = list(walked.order_by().values_list("party_id", flat=True)[: FETCHED + 1]) if digits else []
        few = digits and len(numbers) <= FETCHED
        return rows.filter(party_id__in=_with_digits(query, digits, numbers, None)) if few else walked
    # Only where the institutions are all that is seen do they narrow the tokens; else the rows are narrowed later.
    beside = scope.managers or scope.supported or scope.links
    by_place = scope.reach is Reach.INSTITUTIONS and not (beside or scope.sight.everything)
    places = scope.institution_ids if by_place else None
    most = max(FETCHED, BY_KEY * isqrt(max(len(lookup.tokens) for lookup in query.lookups)))
    sql, parameters = search_sql(query, institution_ids=places, limit=most + 1)
    # One statement for both, since to plan it takes longer than to run it.
    first = f"SELECT array_agg(party_id) FROM (SELECT party_id FROM found LIMIT {FETCHED + 1}) AS first"
    counted = f"WITH found AS MATERIALIZED ({sql}) SELECT (SELECT count(*) FROM found), ({first})"
    [(many, numbers)] = _run(counted, parameters)
    if many <= FETCHED:
        numbers = numbers or []
        return rows.filter(party_id__in=_with_digits(query, digits, numbers, places) if digits else numbers)
    if many <= most:
        return rows.filter(_in(sql, parameters))
    return rows.filter(_walked(query))


def _with_digits(query: SearchQuery, digits: str, numbers: list[str], places: Any) -> list[str]:
    """Of the customers found, without those whose phones hold every four of the digits and yet not all in a row.

    Where too many are found for that, these few stay in.
    """
    others = SearchQuery(query.text, tuple(lookup for lookup in query.lookups if not lookup.digits))
    sql, parameters = search_sql(others, institution_ids=places, limit=FETCHED + 1)
    certain = {party_id for _place, party_id in _run(sql, parameters)} if others.lookups else set()
    asked = [party_id for party_id in numbers if party_id not in certain]
    for contact in ContactPoint.objects.filter(party_id__in=asked, kind__in=PHONES):
        if digits in digits_of(contact.value):
            certain.add(contact.party_id)  # type: ignore[attr-defined]
    return [party_id for party_id in numbers if party_id in certain]


def _in(sql: str, parameters: list[Any]) -> RawSQL:
    """The condition that a row's customer is among those found: as an array, which is made once and looked up by key.

    As a sub-select the planner would guess how many are found (half of all), and walk the list's order past each.
    """
    found = f"ARRAY(SELECT party_id FROM ({sql}) AS found)"
    table = CustomerFigure._meta.db_table
    return RawSQL(f"{table}.party_id = ANY ({found})", parameters, output_field=BooleanField())  # noqa: S611


def _run(sql: str, parameters: list[Any]) -> list[tuple[Any, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _walked(query: SearchQuery) -> Q:
    """The condition asked of each row."""
    found = Q()
    for lookup in query.lookups:
        found |= _one(lookup)
    return found


def _one(lookup: Lookup) -> Q:
    condition = _has(lookup.tokens)
    for tokens in lookup.also:
        condition &= _has(tokens)
    if lookup.recheck is None:
        return condition
    return condition & Q(**{f"{lookup.recheck.field}__regex": lookup.recheck.pattern})


def _has(tokens: tuple[str, ...]) -> Q:
    """Whether the row's customer has one of the tokens: as a value, so that the planner asks it row by row and cannot
    turn it into a join whose size it would have to guess.
    """
    rows = SearchToken.objects.filter(
        token__in=tokens, institution_id=OuterRef("institution_id"), party_id=OuterRef("party_id")
    )
    one = Subquery(rows.order_by().values(_one=Value(1))[:1], output_field=IntegerField())
    return Q(Exact(one, 1))
