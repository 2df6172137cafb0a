"""Lays the lines of a file down in a temporary table and judges them there, by statements over all of them at once.

The table lives as long as the job's session; what it holds of persons is encrypted as in the leads' own table, under
the key that the lead will have, so that taking in is one ``INSERT … SELECT``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import batched
from typing import Any
from uuid import uuid4

from django.db import connection

from guanxi.blindindex import blind
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.models import Party
from guanxi.crm.sales.leads.folding import digits_of, fold
from guanxi.crm.sales.leads.importing.values import Read
from guanxi.crm.sales.models import Lead, LeadRow
from guanxi.keyring import keyring
from guanxi.sealing import context_of, seal_column, unseal_column

PORTION = 5_000
STAGE, TOKENS = "lead_stage", "lead_stage_token"
PHONE, IDENTIFIER = "sales_lead.phone", "sales_lead.identifier"
Outcome = LeadRow.Outcome

_TABLES = f"""
DROP TABLE IF EXISTS pg_temp.{STAGE}, pg_temp.{TOKENS};
CREATE TEMP TABLE {STAGE} (
    line integer PRIMARY KEY, key uuid NOT NULL, kind text NOT NULL, name text NOT NULL, name_folded text NOT NULL,
    contact_name text NOT NULL, phone bytea NOT NULL, phone_token text NOT NULL, identifier bytea NOT NULL,
    identifier_token text NOT NULL, city text NOT NULL, industry_code text NOT NULL, product text NOT NULL,
    amount numeric(18, 2), source text NOT NULL, source_detail text NOT NULL, "text" text NOT NULL,
    institution_id text NOT NULL, manager_id text, outcome text NOT NULL, by text NOT NULL DEFAULT '',
    field text NOT NULL DEFAULT '', problem text NOT NULL DEFAULT '', named boolean NOT NULL DEFAULT false,
    lead_id bigint, version_before integer, twin text NOT NULL DEFAULT ''
);
CREATE TEMP TABLE {TOKENS} (line integer NOT NULL, field text NOT NULL, token text NOT NULL);
"""
COLUMNS = (
    "line", "key", "kind", "name", "name_folded", "contact_name", "phone", "phone_token", "identifier",
    "identifier_token", "city", "industry_code", "product", "amount", "source", "source_detail", "text",
    "institution_id", "manager_id", "outcome", "field", "problem",
)  # fmt: skip
_COPY = f"COPY {STAGE} ({', '.join(f'"{name}"' for name in COLUMNS)}) FROM STDIN"


@dataclass(frozen=True, slots=True)
class Rules:
    """What shall happen to duplicates. ``change``: a lead that is there is changed by the file; ``again``: it is made
    once more all the same. ``customers``: what is a customer already is taken in all the same.
    """

    change: bool = False
    again: bool = False
    customers: bool = False


def stage(lines: Iterable[tuple[int, Read]], heard: Callable[[int], None]) -> int:
    """Lays lines down, portion by portion; ``heard`` is told how many there are so far. Returns how many."""
    done = 0
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        for portion in batched(lines, PORTION):
            _lay(cursor, portion)
            done += len(portion)
            heard(done)
        cursor.execute(f"CREATE INDEX ON {TOKENS} (token); ANALYZE {STAGE}; ANALYZE {TOKENS}")
    return done


def _lay(cursor: Any, portion: tuple[tuple[int, Read], ...]) -> None:
    ring = keyring()
    keys = [uuid4() for _one in portion]
    contexts = [context_of([key]) for key in keys]
    details = [read.details for _line, read in portion]
    phones = seal_column(PHONE, contexts, [one.phone.strip().encode() for one in details])
    identifiers = seal_column(IDENTIFIER, contexts, [one.identifier.strip().upper().encode() for one in details])
    words = [(digits_of(one.phone), fold(one.identifier)) for one in details]
    with cursor.copy(_COPY) as copy:
        for (line, read), key, phone, identifier, (digits, number) in zip(
            portion, keys, phones, identifiers, words, strict=True
        ):
            one, wrong = read.details, read.wrong
            copy.write_row((
                line, key, one.kind, one.name.strip(), fold(one.name)[:200], one.contact_name.strip(), phone or b"",
                blind("x", digits, ring.active) if digits else "", identifier or b"",
                blind("x", number, ring.active) if number else "", one.city.strip(), one.industry_code, one.product,
                one.amount, one.source, one.source_detail.strip(), one.text.strip(), read.institution_id,
                read.manager_id, Outcome.WRONG.value if wrong else Outcome.CREATE.value, wrong[0] if wrong else "",
                wrong[1][:200] if wrong else "",
            ))  # fmt: skip
    # By every key in the file: tokens of customers and leads may be older than the active one.
    with cursor.copy(f"COPY {TOKENS} (line, field, token) FROM STDIN") as copy:
        for (line, read), pair in zip(portion, words, strict=True):
            if read.wrong is None:
                for field, word in zip(("phone", "identifier"), pair, strict=True):
                    for key in ring.keys if word else ():
                        copy.write_row((line, field, blind("x", word, key)))


def judge(scope: Scope, rules: Rules) -> None:
    """Says of each line what shall come of it, as far as ``scope`` sees; some statements over all lines."""
    leads, lead_values = _sql(Lead.objects.visible_to(scope).values("id", "version", "name", "phone_token",
                                                                    "identifier_token", "state"))  # fmt: skip
    parties, party_values = _sql(Party.objects.visible_to(scope).exclude(status="closed").values("id", "name"))
    with connection.cursor() as cursor:
        # The first of those with the same identifier, or the same phone, is taken; the others are told which it is.
        for field in ("identifier", "phone"):
            cursor.execute(
                f"""
                UPDATE {STAGE} s SET outcome = %s, by = %s, field = %s, twin = earlier.first::text
                FROM (SELECT line, min(line) OVER (PARTITION BY {field}_token) AS first FROM {STAGE}
                      WHERE {field}_token <> '' AND outcome = %s) earlier
                WHERE earlier.line = s.line AND earlier.first < s.line
                """,
                [Outcome.TWICE, field, field, Outcome.CREATE],
            )
        cursor.execute(
            f"""
            UPDATE {STAGE} s SET outcome = %s, by = twin.field, lead_id = twin.id, version_before = twin.version,
                twin = twin.name
            FROM (SELECT DISTINCT ON (t.line) t.line, t.field, l.id, l.version, l.name
                  FROM {TOKENS} t
                  JOIN (SELECT *, identifier_token AS token, 'identifier' AS field FROM ({leads}) a
                        UNION ALL SELECT *, phone_token, 'phone' FROM ({leads}) b) l USING (token, field)
                  ORDER BY t.line, t.field, l.state = 'closed', l.id DESC) twin
            WHERE twin.line = s.line AND s.outcome = %s
            """,
            [Outcome.SAME_LEAD, *lead_values, *lead_values, Outcome.CREATE],
        )
        cursor.execute(
            f"""
            UPDATE {STAGE} s SET outcome = %s, by = twin.field, twin = twin.name
            FROM (SELECT DISTINCT ON (found.line) found.line, found.field, p.name
                  FROM (SELECT t.line, t.field, k.party_id FROM {TOKENS} t
                        JOIN party_searchtoken k ON k.token = t.token) found
                  JOIN ({parties}) p ON p.id = found.party_id
                  ORDER BY found.line, found.field, p.id) twin
            WHERE twin.line = s.line AND s.outcome = %s
            """,
            [Outcome.SAME_CUSTOMER, *party_values, Outcome.CREATE],
        )
        cursor.execute(
            f"""
            UPDATE {STAGE} s SET named = true
            WHERE outcome = %s AND (name_folded IN (SELECT n.name_folded FROM sales_lead n
                                                    JOIN ({leads}) l ON l.id = n.id)
                                    OR name IN (SELECT p.name FROM ({parties}) p))
            """,
            [Outcome.CREATE, *lead_values, *party_values],
        )
        _apply(cursor, rules)


def _apply(cursor: Any, rules: Rules) -> None:
    """Turns what a line is into what shall be done with it, as the person has chosen."""
    if rules.change:
        # A lead that two lines of the file mean (by phone the one, by identifier the other) is changed once.
        cursor.execute(
            f"""
            UPDATE {STAGE} s SET outcome = %s
            FROM (SELECT min(t.line) AS line FROM {STAGE} t JOIN sales_lead l ON l.id = t.lead_id
                  WHERE t.outcome = %s AND l.state NOT IN ('closed', 'converted') GROUP BY t.lead_id) first
            WHERE first.line = s.line
            """,
            [Outcome.UPDATE, Outcome.SAME_LEAD],
        )
    elif rules.again:
        cursor.execute(
            f"UPDATE {STAGE} SET outcome = %s, lead_id = NULL, version_before = NULL WHERE outcome = %s",
            [Outcome.CREATE, Outcome.SAME_LEAD],
        )
    if rules.customers:
        cursor.execute(f"UPDATE {STAGE} SET outcome = %s WHERE outcome = %s", [Outcome.CREATE, Outcome.SAME_CUSTOMER])


def _sql(rows: Any) -> tuple[str, tuple[Any, ...]]:
    """A queryset as SQL with its values; nothing at all where the scope reaches nothing."""
    from django.core.exceptions import EmptyResultSet

    try:
        return rows.query.sql_with_params()
    except EmptyResultSet:
        columns = ", ".join(f"NULL::{_TYPES.get(name, 'text')} AS {name}" for name in rows.query.values_select)
        return f"SELECT {columns} WHERE false", ()


_TYPES = {"version": "integer"}


def counts() -> dict[str, int]:
    """How many lines have which outcome, and of how many new ones somebody of the same name is there."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT outcome, count(*), count(*) FILTER (WHERE named) FROM {STAGE} GROUP BY 1")
        rows = cursor.fetchall()
    found = {outcome: many for outcome, many, _named in rows}
    return found | {"named": sum(named for _outcome, _many, named in rows)}


def samples(most: int) -> dict[str, list[dict[str, Any]]]:
    """The first lines of each outcome: line, name, masked phone, in what it agrees and with whom, what is wrong."""
    from guanxi.crm.kernel import sensitive

    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT outcome, line, key, name, phone, by, field, problem, twin, product, amount
            FROM (SELECT *, row_number() OVER (PARTITION BY outcome ORDER BY line) AS place FROM {STAGE}) numbered
            WHERE place <= %s ORDER BY outcome, line
            """,
            [most],
        )
        rows = cursor.fetchall()
    found: dict[str, list[dict[str, Any]]] = {}
    for outcome, line, key, name, phone, by, field, problem, twin, product, amount in rows:
        clear = unseal_column(PHONE, [context_of([key])], [bytes(phone)])[0] or b""
        shown = sensitive.shown(Lead, "phone", clear.decode())
        found.setdefault(outcome, []).append({
            "line": line, "name": name, "phone": shown, "by": by, "field": field, "problem": problem, "twin": twin,
            "product": product, "amount": str(amount) if amount is not None else "",
        })  # fmt: skip
    return found
