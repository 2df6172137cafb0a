"""Row-level security behind the scope engine: a query that forgets its scope is empty, not leaking.

The site connects as a database role of its own (``guanxi_web``) that owns no table and cannot bypass policies; the
night's job and migrations connect as the owner. Every model with ``scope_paths`` gets one policy, made from those
paths after each migration, so that none can be forgotten. A request writes its scope into the session's settings
(:func:`enter`); a policy reads the lists of numbers and its first flag in sub-selects, which PostgreSQL evaluates
once a query, the other flags as they are, and asks about other records by functions (``kernel/asking.py``): the
policies behind a customer's page would else hold some hundred sub-selects, which take longer to plan than the page's
statements to run.

Two traps shape this. Operators that are not leakproof are evaluated after the policy and lose their index, among them
PostgreSQL's comparisons of ``numeric``, by which lists are paged: they raise nothing and tell nothing, so they are
declared leakproof where the owner may (:func:`protect`). And partitions carry no policy: the role has no right on
them, only on the tables above.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from guanxi.crm.kernel import asking
from guanxi.crm.kernel.scope import KIND_OF_LINE, Scope, ScopePaths
from guanxi.postgres import WEB_ROLE as ROLE

POLICY = "scope"
# Asked first of every row, and so a sub-select, which is evaluated once a query.
EVERYTHING = "(SELECT current_setting('guanxi.everything', true) = 'on')"
WHO = "(SELECT nullif(current_setting('guanxi.staff', true), ''))"
NUMERIC = ("numeric_eq", "numeric_ne", "numeric_lt", "numeric_le", "numeric_gt", "numeric_ge")


def protected_models() -> list[type[Model]]:
    """Every model whose rows belong to somebody's scope, in the order of the apps."""
    return [model for model in apps.get_models() if hasattr(model, "scope_paths")]


def settings_of(scope: Scope) -> dict[str, str]:
    """The session's settings that say a scope to the policies: by name, each as text."""
    return {
        "everything": _flag(scope.retail.everything and scope.corporate.everything),
        "alike": _flag(not scope.has_wall),
        "retail_all": _flag(scope.retail.everything),
        "retail_ids": _array(scope.retail.institution_ids),
        "corporate_all": _flag(scope.corporate.everything),
        "corporate_ids": _array(scope.corporate.institution_ids),
        "managers": _array(scope.managers),
        "supported": _array(scope.supported),
        "named": _flag(bool(scope.managers or scope.supported or scope.links)),
        "books": _flag(bool(scope.managers)),
        "linking": _flag(scope.links),
        "retail_links": _array(scope.retail_links),
        "corporate_links": _array(scope.corporate_links),
        "staff": scope.staff_id,
    }


def enter(scope: Scope) -> None:
    """Says to the database who asks from now on, on this process's connection; one round trip.

    Where nobody is known and no connection is open there is nothing to say: a new connection sees nothing.
    """
    _said.scope = scope
    if not settings.ROW_SECURITY or (scope == NOBODY and connection.connection is None):
        return
    connection.ensure_connection()
    values = settings_of(scope)
    calls = ", ".join(f"set_config('guanxi.{name}', %s, false)" for name in values)
    role = f"set_config('role', '{ROLE}', false), " if settings.ASSUME_ROLE else ""
    # Not through Django's cursor: it is no query of the page's. Prepared, since to plan it takes as long as to run it.
    connection.connection.execute(f"SELECT {role}{calls}", list(values.values()), prepare=True)


def leave() -> None:
    """Gives the connection back to its owner, where the role was only assumed (tests, a single-user demo)."""
    _said.scope = None
    if settings.ROW_SECURITY and settings.ASSUME_ROLE and connection.connection is not None:
        connection.connection.execute("RESET ROLE")


@contextmanager
def entered(scope: Scope) -> Iterator[None]:
    """The database sees ``scope`` while the block lasts, then again what it saw before: a request's, or none."""
    before = getattr(_said, "scope", None)
    enter(scope)
    try:
        yield
    finally:
        enter(before or NOBODY)
        if before is None:
            leave()


# What this thread's connection was told last; None where no request and no block is open.
_said = threading.local()
NOBODY = Scope.nothing()
SYSTEM = Scope.everything("")
"""The scope of jobs that belong to the house and not to a person; a job that somebody asked for takes that person's."""


def _flag(value: bool) -> str:
    return "on" if value else "off"


def _array(values: tuple[str, ...]) -> str:
    return "{" + ",".join('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values) + "}"


def protect(using: BaseDatabaseWrapper) -> None:
    """Makes role, rights and policies what the models say; does nothing where they are so already.

    Where the owner may not make roles or declare functions leakproof, ``guanxi doctor`` says what the database's
    administrator must do.
    """
    with using.cursor() as cursor:
        cursor.execute("SELECT rolcreaterole OR rolsuper, rolsuper FROM pg_roles WHERE rolname = current_user")
        makes_roles, is_superuser = cursor.fetchone()
        cursor.execute("SELECT true FROM pg_roles WHERE rolname = %s", [ROLE])
        exists = cursor.fetchone() is not None
        if not exists and makes_roles:
            cursor.execute(
                f"DO $$ BEGIN CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS; "
                "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            )
            exists = True
        if is_superuser:
            for name in NUMERIC:
                cursor.execute(f"ALTER FUNCTION pg_catalog.{name}(numeric, numeric) LEAKPROOF")
        tables = set(using.introspection.table_names(cursor))
        standing = _columns(cursor)
        asking.make(using, cursor, _asked_about(), **_links())
        # Migrated only in part, a table is not yet what its policy speaks of.
        whole = [
            model
            for model in protected_models()
            if standing.get(model._meta.db_table, frozenset()) >= {f.column for f in model._meta.concrete_fields}
        ]
        for model in whole:
            _police(cursor, model)
        if len(whole) == len(protected_models()):
            asking.clear(cursor)
        if exists:
            _grant(cursor, tables)


def _columns(cursor: Any) -> dict[str, set[str]]:
    """The columns of each table."""
    cursor.execute("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
    found: dict[str, set[str]] = {}
    for table, column in cursor.fetchall():
        found.setdefault(table, set()).add(column)
    return found


def _police(cursor: Any, model: type[Model]) -> None:
    table = model._meta.db_table
    condition = policy_of(model)
    mark = hashlib.sha256(condition.encode()).hexdigest()[:16]
    cursor.execute(
        "SELECT obj_description(oid, 'pg_policy') FROM pg_policy WHERE polname = %s AND polrelid = %s::regclass",
        [POLICY, table],
    )
    found = cursor.fetchone()
    if found == (mark,):
        return
    cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    cursor.execute(f"DROP POLICY IF EXISTS {POLICY} ON {table}")
    cursor.execute(f"CREATE POLICY {POLICY} ON {table} USING ({condition})")
    cursor.execute(f"COMMENT ON POLICY {POLICY} ON {table} IS '{mark}'")


def policy_of(model: type[Any]) -> str:
    """The condition under which a row of a model's table is seen, as SQL."""
    paths: ScopePaths = model.scope_paths
    if paths.second is not None:
        return f"({_condition(model, paths)}) AND ({_condition(model, paths.second)})"
    return _condition(model, paths)


def _condition(model: type[Any], paths: ScopePaths) -> str:
    table = model._meta.db_table
    if "__" in paths.manager:
        # The policy of the row's record applies to the sub-select as well: a row is seen with its record.
        ways = [_seen_with(model, paths.manager.partition("__")[0])]
        ways += [asking.seen(_model_of(other), f"{table}.{column}") for column, other in paths.ends]
        if paths.before and "__" not in paths.before:
            ways.append(f"({paths.record} IS NULL AND {_seen_with(model, paths.before)})")
        ways += [f"{column} = {WHO}" for column in paths.people if "__" not in column]
        if paths.owner and "__" not in paths.owner:
            # Behind another record the policy of that record has said so already.
            before = f" AND {model._meta.get_field(paths.before).column} IS NULL" if paths.before else ""
            nobodys = f"{paths.record} IS NULL{before}"
            ways.append(f"({nobodys} AND {paths.owner} = {WHO})")
            if paths.guests:
                relation = model._meta.get_field(paths.guests)
                invited = f"g.{relation.field.column} = {table}.{model._meta.pk.column} AND g.staff_id = {WHO}"
                guests = relation.related_model._meta.db_table
                ways.append(f"({nobodys} AND EXISTS (SELECT 1 FROM {guests} g WHERE {invited}))")
        if paths.kind == "kind":
            # Said by the row itself, whose record is asked only for those who see records beside the post's: by its
            # number where that is enough, and for a book by itself.
            record = model._meta.get_field(paths.manager.partition("__")[0]).column
            named = [*_beside_the_post(f"{table}.{record}"), f"({_is_on('books')} AND {ways[0]})"]
            ways = [_by_line(), f"({_is_on('named')} AND ({' OR '.join(named)}))"]
        elif "__" not in paths.institution:
            ways.insert(0, f"({_is_on('alike')} AND institution_id = ANY ({_ids('retail_ids')}))")
        return " OR ".join((EVERYTHING, *ways))
    ways = [EVERYTHING, *(f"{column} = {WHO}" for column in paths.people)]
    if paths.manager:
        ways.append(f"{paths.manager} = ANY ({_ids('managers')})")
    if paths.kind == "kind":
        ways.insert(1, _by_line())
    elif paths.kind:
        ways.append(_seen_with(model, paths.kind.partition("__")[0]))
        ways.insert(1, f"({_is_on('alike')} AND institution_id = ANY ({_ids('retail_ids')}))")
    else:
        ways.insert(1, f"({_is_on('alike')} AND institution_id = ANY ({_ids('retail_ids')}))")
    if paths.record == "id" or (paths.record and paths.kind == "kind"):
        own = paths.record == "id"
        ways += _beside_the_post(f"{table}.{'id' if own else 'party_id'}", walked=not own)
    return " OR ".join(ways)


def _by_line() -> str:
    """The condition that a row with a kind and an institution of its own is seen by the post."""
    corporate, retail = (
        f"THEN {_is_on(f'{line}_all')} OR institution_id = ANY ({_ids(f'{line}_ids')})"
        for line in ("corporate", "retail")
    )
    # Sums of nights before they knew their kind have none: they are seen where no wall stands, when both lines see the
    # same. Each list stands here once, since each is a sub-select to plan.
    known = f"WHEN kind = '{KIND_OF_LINE['corporate']}' {corporate} WHEN kind = '{KIND_OF_LINE['retail']}'"
    return f"CASE {known} OR {_is_on('alike')} {retail} ELSE false END"


def _seen_with(model: type[Any], name: str) -> str:
    """The condition that the record to which a foreign key points is seen."""
    field = model._meta.get_field(name)
    return asking.seen(field.related_model, f"{model._meta.db_table}.{field.column}")


def _model_of(table: str) -> type[Model]:
    return next(model for model in protected_models() if model._meta.db_table == table)


def _asked_about() -> list[type[Model]]:
    """The models whose records policies of others ask about, each once."""
    found: dict[type[Model], None] = {}
    for model in protected_models():
        paths: ScopePaths = model.scope_paths  # type: ignore[attr-defined]
        names = [path.partition("__")[0] for path in (paths.manager, paths.kind) if "__" in path]
        found |= {model._meta.get_field(name).related_model: None for name in names}  # type: ignore[misc]
        found |= {_model_of(other): None for _column, other in paths.ends}
        if paths.before and "__" not in paths.before:
            found[model._meta.get_field(paths.before).related_model] = None  # type: ignore[index]
    return list(found)


def _beside_the_post(record: str, *, walked: bool = False) -> list[str]:
    """The conditions that a record is seen by its number: supported, or across the wall.

    ``walked``: lists walk the table's rows in an order of their own, so that a call for each would be dear.
    """
    linked = asking.linked_row(record, **_links()) if walked else asking.linked(record)
    # The second is asked last, and not at all of those without such a post.
    return [f"{record} = ANY ({_ids('supported')})", f"({_is_on('linking')} AND {linked})"]


def _links() -> dict[str, str]:
    """The institutions from whose side somebody looks across the wall, as expressions, by line."""
    return {line: _ids(f"{line}_links") for line in KIND_OF_LINE}


def _is_on(name: str) -> str:
    """Read for each row that comes so far: planning one more sub-select costs what a thousand rows do."""
    return f"(current_setting('guanxi.{name}', true) = 'on')"


def _ids(name: str) -> str:
    # An array that is made once a query, of the columns' own type: a cast of the column would lose its index.
    text = f"coalesce(nullif(current_setting('guanxi.{name}', true), ''), '{{}}')"
    return f"(SELECT {text}::varchar[])::varchar[]"


def _grant(cursor: Any, tables: set[str]) -> None:
    """The role reads what is published and writes what the site keeps; nothing of partitions, nothing of inbox."""
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
    partitions = _names(cursor, "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid")
    published = {
        model._meta.db_table for model in apps.get_models() if model._meta.app_label in settings.PUBLISHED_APPS
    }
    appended = {model._meta.db_table for model in apps.get_models() if is_append_only(model)}
    read, written = [], []
    for table in sorted(tables - partitions - appended - {"django_migrations"}):
        (read if table in published or table in settings.PUBLISHED_TABLES else written).append(table)
    if kept := sorted(appended & tables):
        cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {', '.join(kept)} FROM {ROLE}")
        cursor.execute(f"GRANT SELECT, INSERT ON {', '.join(kept)} TO {ROLE}")
    if read:
        cursor.execute(f"GRANT SELECT ON {', '.join(read)} TO {ROLE}")
    if written:
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(written)} TO {ROLE}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")


def keep_functions(cursor: Any, *, for_the_site: Iterable[str], for_the_owner: Iterable[str]) -> None:
    """Lets nobody but the owner call functions, named with their parameters, and the site's role some of them."""
    site = tuple(for_the_site)
    for name in (*site, *for_the_owner):
        cursor.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
    if cursor.fetchone():
        for name in site:
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {ROLE}")


def is_append_only(model: type[Model]) -> bool:
    """Whether the role only adds to a model's table and reads it: logs that say so, and the history of rows."""
    return bool(getattr(model, "append_only", False)) or hasattr(model, "pgh_tracked_model")


def _names(cursor: Any, sql: str) -> set[str]:
    cursor.execute(sql)
    return {row[0] for row in cursor.fetchall()}
