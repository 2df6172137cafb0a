"""Who is there already: leads and customers with the same name, phone or identifier, as far as the person sees.

What lies outside the scope is not told of, not even by a number: whoever enters a lead must not learn that somebody
banks elsewhere in the house.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.queries import staff_names
from guanxi.crm.party.models import Party, SearchToken
from guanxi.crm.sales.leads.folding import digits_of, fold, tokens_for
from guanxi.crm.sales.models import Lead
from guanxi.warehouse.publish.search import query_tokens, search_sql

MOST = 10
BY_PHONE, BY_IDENTIFIER, BY_NAME = "phone", "identifier", "name"
WORDS = {BY_IDENTIFIER: _("same identity or credit code"), BY_PHONE: _("same phone"), BY_NAME: _("same name")}


@dataclass(frozen=True, slots=True)
class Twin:
    """A lead or a customer that may be the same; ``by`` says in what it agrees, the strongest first."""

    number: str
    name: str
    kind: str
    is_customer: bool
    by: tuple[str, ...]
    manager: str
    state: str = ""

    @property
    def is_certain(self) -> bool:
        """Whether it agrees in more than a name."""
        return self.by != (BY_NAME,)

    @property
    def words(self) -> list[Any]:
        """In what it agrees, in words."""
        return [WORDS[one] for one in self.by]


def twins_of(
    scope: Scope, *, name: str, phone: str = "", identifier: str = "", kind: str = "", but: int = 0, version: int = 0
) -> tuple[Twin, ...]:
    """Leads and customers within ``scope`` that may be the same, customers first; up to five queries.

    ``but`` is the lead itself. ``version`` is the publication's, for names of managers.
    """
    phones, identifiers = set(tokens_for(digits_of(phone))), set(tokens_for(fold(identifier)))
    folded = fold(name)
    names = staff_names(version)
    found = [*_customers(scope, name, folded, phones, identifiers, kind, names)]
    wanted = Q(name_folded=folded) if folded else Q(pk__in=())
    if phones:
        wanted |= Q(phone_token__in=phones)
    if identifiers:
        wanted |= Q(identifier_token__in=identifiers)
    for lead in Lead.objects.visible_to(scope).filter(wanted).exclude(pk=but).order_by("-made_at", "-id")[:MOST]:
        by = _by(
            identifier=lead.identifier_token in identifiers,
            phone=lead.phone_token in phones,
            name=lead.name_folded == folded,
        )
        manager = names.get(lead.manager_id, "") if lead.manager_id else ""
        found.append(Twin(str(lead.pk), lead.name, lead.kind, False, by, manager, str(lead.get_state_display())))
    return tuple(sorted(found, key=lambda one: (not one.is_customer, one.by == (BY_NAME,))))


def _by(*, identifier: bool, phone: bool, name: bool) -> tuple[str, ...]:
    marks = ((identifier, BY_IDENTIFIER), (phone, BY_PHONE), (name, BY_NAME))
    return tuple(word for holds, word in marks if holds)


def _customers(
    scope: Scope,
    name: str,
    folded: str,
    phones: set[str],
    identifiers: set[str],
    kind: str,
    names: dict[str, str],
) -> Iterable[Twin]:
    by_token: dict[str, set[str]] = {}
    if phones | identifiers:
        # The tokens' own policy and the customer's scope both stand before what is found.
        rows = SearchToken.objects.filter(token__in=phones | identifiers).values_list("party_id", "token")[: 5 * MOST]
        for party_id, token in rows:
            by_token.setdefault(party_id, set()).add(token)
    named = _named(scope, name, folded, kind)
    parties = Party.objects.visible_to(scope).filter(pk__in={*by_token, *named}).exclude(status="closed")
    for party in parties.order_by("id")[:MOST]:
        tokens = by_token.get(party.pk, set())
        by = _by(identifier=bool(tokens & identifiers), phone=bool(tokens & phones), name=fold(party.name) == folded)
        if by:
            yield Twin(party.pk, party.name, party.kind, True, by, names.get(party.manager_id or "", ""))


def _named(scope: Scope, name: str, folded: str, kind: str) -> list[str]:
    """Numbers of customers whose name is the same; through the tokens of names, as the search does."""
    by_name = [one for one in query_tokens(name).lookups if one.tokens[0].startswith("n")] if len(folded) > 1 else []
    if not by_name:
        return []
    beside = scope.managers or scope.supported or scope.links or scope.sight.everything
    places = None if beside else scope.institution_ids
    if beside and not scope.sight.everything and not scope.institution_ids:
        # Of few customers: their names are read, and the tokens left alone.
        rows = Party.objects.visible_to(scope).filter(name=name.strip())
        return list(rows.values_list("id", flat=True)[:MOST])
    query = query_tokens(name)
    sql, parameters = search_sql(type(query)(query.text, tuple(by_name)), institution_ids=places, limit=200)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        numbers = [party_id for _place, party_id in cursor.fetchall()]
    rows = Party.objects.visible_to(scope).filter(pk__in=numbers)
    return [number for number, other in rows.values_list("id", "name") if fold(other) == folded][:MOST]
