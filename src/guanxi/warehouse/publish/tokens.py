"""Keeps the table of search tokens in step with names, institutions, identifiers and phones."""

from __future__ import annotations

from dataclasses import dataclass

from guanxi.warehouse.publish.database import is_empty, run
from guanxi.warehouse.publish.search.tokens import PHONES, make_name_tokens, token_rows
from guanxi.warehouse.publish.session import Session
from guanxi.warehouse.publish.snapshots import Target, Written, load_empty, remove
from guanxi.warehouse.publish.tables.snapshot import CONTACT_POINT, PARTY, PARTY_IDENTIFIER

TABLE = "party_searchtoken"
COLUMNS = ("token", "institution_id", "party_id")


@dataclass(frozen=True, slots=True)
class State:
    """Three queries in DuckDB: parties, identifiers and contact points as they are published, at one time."""

    parties: str
    identifiers: str
    contacts: str


def write_tokens(target: Target, new: State, old: State | None, *, before: int | None, anew: bool = False) -> Written:
    """Writes the tokens of the parties of which something that is searched has changed, within the transaction.

    ``old`` is the state that is published; None where its parts are gone: then ``changed_*`` and ``gone_*``, made by
    comparing with PostgreSQL, say whose tokens are written anew. With ``anew`` the rules have changed: every party's
    tokens are compared with those that stand in PostgreSQL (attached as ``there``). ``before`` is how many there were.
    """
    connection, session = target.connection, target.session
    if is_empty(connection, TABLE):
        _name_tokens(session, f"SELECT kind, name FROM ({new.parties})")
        sql = token_rows(new.parties, new.identifiers, new.contacts)
        target.tally.expect(session.count(sql))
        count = load_empty(target, TABLE, COLUMNS, COLUMNS, sql)
        return Written(count, 0, count)
    if anew:
        _name_tokens(session, f"SELECT kind, name FROM ({new.parties})")
        _difference(
            session,
            token_rows(new.parties, new.identifiers, new.contacts),
            f"SELECT {', '.join(COLUMNS)} FROM there.public.{TABLE}",
        )
    else:
        _touched(session, new, old)
        now = _of_touched(new)
        _name_tokens(session, _named(now, _of_touched(old) if old else None))
        fresh = token_rows(now.parties, now.identifiers, now.contacts)
        if old is None:
            return _replace(target, fresh, before)
        was = _of_touched(old)
        _difference(session, fresh, token_rows(was.parties, was.identifiers, was.contacts))
    added, gone = session.count("FROM tokens_added"), session.count("FROM tokens_gone")
    target.tally.expect(added + gone)
    deleted = remove(target, TABLE, COLUMNS, "FROM tokens_gone") if gone else 0
    written = _insert(target, "FROM tokens_added") if added else 0
    return _outcome(target, written, deleted, before)


def _touched(session: Session, new: State, old: State | None) -> None:
    """Makes the table ``touched``: the parties whose tokens may have changed."""
    phones = ", ".join(f"'{kind}'" for kind in PHONES)
    moved = f"SELECT id FROM changed_{PARTY.name}"
    if old:
        # Most changes of a party have nothing to do with how it is searched.
        moved = (
            f"SELECT now.id FROM changed_{PARTY.name} AS now LEFT JOIN ({old.parties}) AS was USING (id) "
            "WHERE (now.kind, now.name, now.institution_id) IS DISTINCT FROM (was.kind, was.name, was.institution_id)"
        )
    sources = [moved, f"SELECT id FROM gone_{PARTY.name}"]
    for way in ("changed", "gone"):
        sources.append(f"SELECT party_id FROM {way}_{PARTY_IDENTIFIER.name}")
        sources.append(f"SELECT party_id FROM {way}_{CONTACT_POINT.name} WHERE kind IN ({phones})")
    session.connection.execute(f"CREATE OR REPLACE TABLE touched AS {' UNION '.join(sources)}")


def _of_touched(state: State) -> State:
    return State(
        f"SELECT party.* FROM ({state.parties}) AS party SEMI JOIN touched USING (id)",
        f"SELECT one.* FROM ({state.identifiers}) AS one SEMI JOIN touched ON touched.id = one.party_id",
        f"SELECT one.* FROM ({state.contacts}) AS one SEMI JOIN touched ON touched.id = one.party_id",
    )


def _named(*states: State | None) -> str:
    return " UNION ".join(f"SELECT kind, name FROM ({state.parties})" for state in states if state)


def _name_tokens(session: Session, named: str) -> None:
    session.connection.execute(make_name_tokens(f"SELECT * FROM names SEMI JOIN ({named}) USING (kind, name)"))


def _difference(session: Session, new: str, old: str) -> None:
    """Makes the tables ``tokens_added`` and ``tokens_gone``."""
    for name, left, right in (("tokens_added", new, old), ("tokens_gone", old, new)):
        session.connection.execute(
            f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM ({left}) AS one "
            f"ANTI JOIN ({right}) AS other USING ({', '.join(COLUMNS)})"
        )


def _replace(target: Target, fresh: str, before: int | None) -> Written:
    """Writes all tokens of the parties touched anew, whatever stood there."""
    target.tally.expect(target.session.count("FROM touched"))
    staged = target.stage("party_party", ("id",), "FROM touched")
    deleted = run(
        target.connection, f"DELETE FROM {TABLE} USING {staged} WHERE {TABLE}.party_id = {staged}.id"
    ).rowcount
    return _outcome(target, _insert(target, fresh), deleted, before)


def _insert(target: Target, sql: str) -> int:
    return target.fill(TABLE, COLUMNS, f"SELECT * FROM ({sql}) ORDER BY {', '.join(COLUMNS)}")


def _outcome(target: Target, written: int, deleted: int, before: int | None) -> Written:
    if before is None:
        before = run(target.connection, f"SELECT count(*) FROM {TABLE}").fetchall()[0][0] - written + deleted
    return Written(written, deleted, before + written - deleted)
