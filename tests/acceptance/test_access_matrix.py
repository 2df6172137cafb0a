"""The matrix of role, verb and relation to a record, driven through every address of the site, through search, files
and raw SQL. ``matrix.py`` has a line for each address; ``stage.py`` knows what ought to come out.
"""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from guanxi.crm.kernel import protection
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.grants import Span
from guanxi.crm.org.models import Line, Role
from guanxi.crm.org.queries import standing_of
from guanxi.crm.party.models import ContactPoint, Party, PartyIdentifier
from guanxi.crm.web.exports import services, sources
from guanxi.crm.web.listing.registry import _LISTINGS
from tests.acceptance.driving import PARTIAL, ask, kind_of, lets_in, url_of
from tests.acceptance.matrix import ANYBODY, EXPORTERS, KWARGS, ROWS, addresses, driven_rows, row_of
from tests.acceptance.on_stage import _django_db_helper  # noqa: F401 - the stage's savepoint a test
from tests.acceptance.stage import RELATIONS, STANDINGS, Standing, as_site
from tests.taking import book_of, taken

pytestmark = pytest.mark.django_db
# Each address meets each role with at least one record inside and one outside, and a fifth of the relations in turn;
# with GUANXI_MATRIX=full with all of them.
# A role's further posts (of a team, of both lines, one that is over) meet each fourth address.
VARIANTS = tuple(one for one in STANDINGS if one.over or one != next(two for two in STANDINGS if two.role == one.role))
EVERYTHING = os.environ.get("GUANXI_MATRIX") == "full"


def test_every_address_has_a_line_and_every_line_an_address():
    known = list(addresses())
    lacking = sorted({address.name for address in known if row_of(address.name) is None})
    assert not lacking, (
        f"no line in tests/acceptance/matrix.py for {', '.join(lacking)}: add Row(name, who may GET it, who may POST)"
    )
    used = {id(row_of(address.name)) for address in known}
    assert not [row.name for row in ROWS if id(row) not in used], "these lines of the matrix fit no address"


def test_every_name_in_an_address_says_which_record_it_means():
    for address, row in driven_rows():
        for name in address.kwargs:
            known = name in KWARGS or name in row.given or name in row.takes
            assert known, (
                f"{address.name} names {name}: add it to KWARGS in tests/acceptance/matrix.py (a record of a customer, "
                f"a person, the house), or give its line given={{'{name}': …}}"
            )


def test_whatever_can_be_taken_out_stands_in_a_line():
    exports = {row.export for row in ROWS if row.export}
    assert set(sources._SOURCES) == exports, "name each source of web/exports in the line of the page that offers it"
    assert {row.export for row in ROWS if row.name in _LISTINGS} >= set(_LISTINGS) & exports


@pytest.mark.parametrize("standing", STANDINGS, ids=str)
def test_each_page_and_fragment_opens_for_what_the_role_reaches_and_for_nothing_else(stage, standing):
    client = stage.stand(standing)
    parties = Party.objects.in_bulk(stage.by_relation.values())
    wrong = []
    for turn, (address, row) in enumerate(driven_rows()):
        if row.opens is None or (standing in VARIANTS and turn % 4 and not EVERYTHING):
            continue
        enters = row.opens == ANYBODY or (standing.role in row.opens and not standing.over)
        if kind_of(address, row) != "customer":
            url = url_of(stage, address, row, {})
            for part in (False, True) if row.part else (bool(turn % 2),):
                answer = ask(client, url, part=part)
                if lets_in(answer, row) is not enters:
                    wrong.append((url, part, "ought to open" if enters else "ought not to open"))
                elif enters and row.part and ("<!doctype" in answer.text.lower()) is part:
                    wrong.append((url, part, "page and fragment are mixed up"))
            continue
        told: set[bool] = set()
        for step, relation in enumerate(RELATIONS):
            number = stage.by_relation[relation]
            expected = enters and stage.reaches(standing, row.verb, parties[number])
            expected = expected and row.whose in ("", parties[number].kind)
            if not (EVERYTHING or (enters and (turn + step) % 5 == 0) or expected not in told):
                continue
            told.add(expected)
            url = url_of(stage, address, row, stage.records[number])
            if lets_in(ask(client, url, part=bool((turn + step) % 2)), row) is not expected:
                wrong.append((url, relation, "ought to open" if expected else "ought not to open"))
    assert not wrong, wrong


def shown(page: str) -> set[str]:
    """The numbers of the customers to whom a page leads."""
    return set(re.findall(r"/customers/([A-Z]\d+)/", page))


@pytest.mark.parametrize("standing", STANDINGS, ids=str)
def test_list_search_and_home_show_whom_the_role_reaches_and_nobody_else(stage, standing):
    client = stage.stand(standing)
    seen = stage.reached(standing, Verb.SEE)
    parties = Party.objects.in_bulk(stage.by_relation.values())
    phones = {row.party_id: row.value for row in ContactPoint.objects.filter(kind="mobile")}
    identifiers = {row.party_id: row.number for row in PartyIdentifier.objects.filter(is_primary=True)}
    assert shown(client.get("/").text) <= seen
    for headers in ({}, PARTIAL):
        listed, address = set(), "/customers/"
        while address:
            answer = client.get(address, headers=headers)
            listed |= shown(answer.text)
            following = answer.context["list"].next_url if answer.status_code == 200 else ""
            address = following and f"/customers/{following}"
        assert listed == seen, listed ^ seen
    for turn, (number, party) in enumerate(parties.items()):
        asked = (number, party.name, phones[number][-4:], phones[number], identifiers[number])
        for words in asked if EVERYTHING else {number, asked[1 + turn % 4]}:
            ways = (("/search/", PARTIAL), ("/customers/", {}))
            for url, headers in ways if words == number else ways[turn % 2 :][:1]:
                found = shown(client.get(url, {"q": words}, headers=headers).text)
                assert found <= seen, (url, words, found - seen)
                assert (number in found) is (number in seen), (url, words)


@pytest.mark.parametrize("standing", STANDINGS, ids=str)
def test_files_hold_whom_the_role_may_take_out_and_nobody_else(stage, standing, monkeypatch):
    monkeypatch.setattr(services, "needs_approval", lambda **_facts: False)
    client = stage.stand(standing)
    may = stage.reached(standing, Verb.EXPORT)
    answer = client.get(reverse("export-ask", args=["customers"]))
    assert answer.status_code == (200 if standing.role in EXPORTERS and not standing.over else 403)
    if answer.status_code == 200:
        rows = list(book_of(taken(client, "customers")).active.iter_rows(min_row=5, values_only=True))
        assert {row[0] for row in rows} == may
    for number in stage.by_relation.values():
        answer = client.get(f"{reverse('export-ask', args=['events'])}?customer={number}")
        assert (answer.status_code == 200) is (number in may), number
    one = stage.by_relation["supported"]
    if one in may:
        assert one in "".join(
            str(row) for row in book_of(taken(client, "events", f"customer={one}")).worksheets[-1].values
        )


@pytest.mark.parametrize("standing", STANDINGS, ids=str)
def test_each_verb_reaches_in_the_engine_and_in_raw_sql_what_it_ought_to(stage, standing):
    stage.stand(standing)
    held = standing_of(stage.me, version=7, today=timezone.localdate())
    for verb in Verb:
        expected = stage.reached(standing, verb)
        scope = held.scopes[verb]
        assert set(Party.objects.visible_to(scope).values_list("id", flat=True)) == expected, verb
        for model in protection.protected_models():
            names = {one.attname for one in model._meta.concrete_fields}
            column = "id" if model is Party else "party_id"
            # Rows between two records, and rows that somebody named in them follows, are seen beyond the own customers.
            if column in names and not model.scope_paths.ends and not model.scope_paths.people:
                assert raw_numbers(model, column, scope) <= expected, (verb, model)
        assert raw_numbers(Party, "id", scope) == expected, verb


def raw_numbers(model: Any, column: str, scope: Scope | None) -> set[str]:
    """The customers whose rows raw SQL finds in a table, as the site's role."""
    with as_site(scope), connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {column} FROM {model._meta.db_table}")
        return {row[0] for row in cursor.fetchall()} - {None}  # what is about nobody is its owner's


def test_raw_sql_without_a_scope_finds_no_row_of_any_protected_table(stage):
    for model in protection.protected_models():
        with as_site(None), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
            assert cursor.fetchone() == (0,), model


def test_spans_that_no_role_has_yet_reach_what_they_say(stage, monkeypatch):
    from guanxi.crm.org import grants

    for span, standing in (
        (Span.INSTITUTION, Standing("rm", "B11")), (Span.INSTITUTION, Standing("rm", "T11")),
        (Span.ALL, Standing("rm", "B11")), (Span.ALL, Standing("rm", "B11", Line.BOTH)),
    ):  # fmt: skip
        monkeypatch.setitem(grants.GRANTS, Role.RM, {Verb.SEE: span})
        stage.stand(standing)
        scope = standing_of(stage.me, version=7, today=timezone.localdate()).scope
        expected = stage.reached(standing, Verb.SEE)
        assert set(Party.objects.visible_to(scope).values_list("id", flat=True)) == expected, span
        assert raw_numbers(Party, "id", scope) == expected, span
