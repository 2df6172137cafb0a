"""Keeps the table of search tokens in step with names, institutions, identifiers and phones."""

from __future__ import annotations

from dataclasses import dataclass

from guanxi.warehouse.publish.database import is_empty, run
from guanxi.warehouse.publish.search.tokens import KINDS, PHONES, TOKENS_A_PHONE, make_name_tokens, token_rows
from guanxi.warehouse.publish.session import Session
from guanxi.warehouse.publish.snapshots import Target, Written, load_empty, remove
from guanxi.warehouse.publish.tables.snapshot import CONTACT_POINT, PARTY, PARTY_IDENTIFIER

TABLE = "party_searchtoken"
COLUMNS = ("token", "institution_id", "party_id", "kind")


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
    session = target.session
    if is_empty(target.connection, TABLE):
        return _load(target, new)
    if anew:
        _name_tokens(session, new)
        _difference(session, _rows(new), f"SELECT {', '.join(COLUMNS)} FROM there.public.{TABLE}")
    else:
        _touched(session, new, old)
        now = _of_touched(session, new, "now")
        was = _of_touched(session, old, "was") if old else None
        _name_tokens(session, now, was)
        if was is None:
            return _replace(target, _rows(now), before)
        _difference(session, _rows(now), _rows(was))
    added, gone = session.count("FROM tokens_added"), session.count("FROM tokens_gone")
    target.tally.expect(added + gone)
    deleted = remove(target, TABLE, COLUMNS, "FROM tokens_gone") if gone else 0
    written = _insert(target, "FROM tokens_added") if added else 0
    return _outcome(target, written, deleted, before)


def _load(target: Target, new: State) -> Written:
    """All tokens into an empty table: kind after kind, so that no sort needs much memory."""
    session = target.session
    _name_tokens(session, new)
    named = session.connection.execute(
        f"SELECT coalesce(sum(len(n) + len(p) + len(i)), 0) FROM ({new.parties}) JOIN name_tokens USING (kind, name)"
    ).fetchall()[0][0]
    numbers = session.count(new.parties) + session.count(new.identifiers)
    guess = named + numbers + session.count(new.contacts) * (TOKENS_A_PHONE + 1)
    target.tally.expect(guess)
    order = ", ".join(COLUMNS)
    kinds = [f"SELECT * FROM ({_rows(new, kind)}) ORDER BY {order}" for kind in KINDS]
    count = load_empty(target, TABLE, COLUMNS, kinds, guess)
    target.tally.expect(count - guess)
    return Written(count, 0, count)


def _rows(state: State, kinds: str = KINDS) -> str:
    return token_rows(state.parties, state.identifiers, state.contacts, kinds)


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


def _of_touched(session: Session, state: State, label: str) -> State:
    """What a state says of the parties touched, laid down in tables, because it is asked more than once."""
    for name, sql, key in (
        ("party", state.parties, "id"),
        ("identifier", state.identifiers, "party_id"),
        ("contact", state.contacts, "party_id"),
    ):
        session.connection.execute(
            f"CREATE OR REPLACE TABLE touched_{name}_{label} AS "
            f"SELECT one.* FROM ({sql}) AS one SEMI JOIN touched ON touched.id = one.{key}"
        )
    return State(*(f"FROM touched_{name}_{label}" for name in ("party", "identifier", "contact")))


def _name_tokens(session: Session, *states: State | None) -> None:
    named = " UNION ".join(f"SELECT kind, name FROM ({state.parties})" for state in states if state)
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
