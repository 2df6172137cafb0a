"""Every address that changes something, as every role, for a record inside and one outside of what the role reaches:
outside it is refused and not one row of any table is another than before.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.test import Client

from guanxi.crm.org.models import Cover
from guanxi.crm.party.models import Party
from guanxi.crm.web.exports import services
from tests.acceptance.driving import kind_of, lets_in, url_of
from tests.acceptance.matrix import ANYBODY, Address, Row, addresses, driven_rows, row_of
from tests.acceptance.matrix_forms import FORMS, nothing
from tests.acceptance.on_stage import _django_db_helper  # noqa: F401 - the stage's savepoint a test
from tests.acceptance.stage import NAMED, STANDINGS, Stage, Standing, undone

pytestmark = pytest.mark.django_db
POSTS = tuple(one for one in STANDINGS if one.place != "T11" or one.role == "rm")
# What a request leaves whatever comes of it: its session, its entry in the log, what it is counted by.
ASIDE = {"org_staffsession", "web_attempts", "audit_entry", "audit_link", "audit_head", "org_addresslock"}


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr(services, "_defer", lambda _export: None)


def written_tables() -> list[str]:
    """The tables that the site's role may write, but for those that tell of each request."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
            " AND NOT relispartition AND has_table_privilege('guanxi_web', oid, 'INSERT')"
        )
        return sorted({row[0] for row in cursor.fetchall()} - ASIDE)


def fingerprint(tables: list[str]) -> dict[str, Any]:
    """How many rows each table has and what they hold, in one query."""
    others = "SELECT 'sessions', count(*), 0 FROM org_staffsession WHERE staff_id <> '1112'"
    sums = " UNION ALL ".join([
        others,
        *(
            f"SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {table} t"
            for table in tables
        ),
    ])  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sums)
        return {name: (rows, held) for name, rows, held in cursor.fetchall()}


def written_to() -> dict[str, tuple[int, ...]]:
    """How many rows this transaction has inserted, updated and deleted so far by table, taken away again or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(pg_partition_root(relid), relid)::regclass::text, sum(n_tup_ins), sum(n_tup_upd),"
            " sum(n_tup_del) FROM pg_stat_xact_user_tables GROUP BY 1"
        )
        return {name: tuple(counts) for name, *counts in cursor.fetchall()}


class Watch:
    """Tells which tables hold other rows than at its beginning; reads those alone that were written to since."""

    def __init__(self, tables: list[str]) -> None:
        self.tables, self.before, self.written = tables, fingerprint(tables), written_to()

    def changed(self) -> list[str]:
        """The tables that differ, while what the last request wrote is still there."""
        written = written_to()
        touched = [table for table in self.tables if written.get(table) != self.written.get(table)]
        self.written = written
        return [name for name, held in fingerprint(touched).items() if self.before[name] != held]


def test_every_address_that_takes_post_has_a_form_that_would_change_something():
    takes = {address.name for address, row in driven_rows() if row.writes and address.name == row.name}
    lacking = sorted(takes - set(FORMS))
    assert not lacking, f"no form in tests/acceptance/matrix_forms.py for {', '.join(lacking)}"
    assert not sorted(set(FORMS) - takes), "these forms belong to no address that takes POST"


def records_for(stage: Stage, standing: Standing, address: Address, row: Row) -> dict[bool, dict[str, Any]]:
    """The records of one turn: one that the role reaches (True) and one that it does not, where there are such."""
    verb = row.post_verb or row.verb
    match kind_of(address, row):
        case "customer":
            parties = Party.objects.in_bulk(stage.by_relation.values())
            found: dict[bool, dict[str, Any]] = {}
            # Whatever order the database has; last, customers of another bank whom somebody knows by name.
            for relation in sorted(stage.by_relation, key=lambda one: one in NAMED):
                number = stage.by_relation[relation]
                party = parties[number]
                if number != stage.by_relation["supported"]:  # the person supports this one already
                    found.setdefault(stage.reaches(standing, verb, party), stage.records[number])
            return found
        case "person":
            return {True: {}, False: {**stage.theirs, "asked_export_id": stage.theirs["export_id"]}}
        case "colleague":
            far = Cover.objects.filter(staff=stage.cast.ren)[0].pk
            return {True: {}} | ({False: {"cover_id": far}} if standing.place not in ("B0", "U") else {})
        case _:
            return {True: {}}


@pytest.mark.parametrize("standing", POSTS, ids=str)
def test_a_post_is_let_through_inside_and_changes_nothing_outside(stage, standing):
    client = stage.stand(standing)
    watch, cookies, wrong = Watch(written_tables()), copy.deepcopy(client.cookies), []
    for address, row in driven_rows():
        if not row.writes:
            continue
        enters = row.writes == ANYBODY or (standing.role in row.writes and not standing.over)
        enters = enters and (standing.whole or not row.whole)
        for inside, records in records_for(stage, standing, address, row).items():
            url = url_of(stage, address, row, records)
            with undone():
                answer = client.post(url, FORMS[address.name](stage, {**stage.house, **records}))
                changed = watch.changed()
            client.cookies = copy.deepcopy(cookies)  # of the session that is there again
            came_in = bool(changed) if row.ends == 302 else lets_in(answer, row)
            if came_in is not (enters and inside):
                wrong.append((url, inside, answer.status_code, "ought to pass" if enters and inside else "passed"))
            elif not came_in and changed:
                wrong.append((url, "was refused and changed", changed))
            elif came_in and row.changes and not changed:
                wrong.append((url, answer.status_code, "was let through and changed nothing: is the form right?"))
    assert not wrong, wrong


@pytest.mark.parametrize("standing", [one for one in POSTS if one.line == "retail" and not one.over], ids=str)
def test_a_post_to_what_is_only_looked_at_changes_nothing(stage, standing):
    client, tables = stage.stand(standing), written_tables()
    before = fingerprint(tables)
    for address, row in driven_rows():
        if not row.writes:
            records = stage.records[stage.by_relation["supported"]] if kind_of(address, row) == "customer" else {}
            how = {"content_type": "application/json"} if address.name.startswith("api-v1:") else {}
            url = url_of(stage, address, row, records)
            assert client.post(url, {"name": "x"}, **how).status_code < 500, address.name
    after = fingerprint(tables)
    assert not [name for name, held in after.items() if before[name] != held]


def test_nothing_is_answered_to_whoever_has_not_signed_in(stage):
    client, tables = Client(), written_tables()
    before, wrong = fingerprint(tables), []
    for address in addresses():
        row = row_of(address.name)
        if row is None or row.public or row.driven:
            continue
        number = stage.by_relation["own"]
        url = url_of(stage, address, row, stage.records[number])
        for answer in (client.get(url), client.post(url, FORMS.get(address.name, nothing)(stage, stage.house))):
            to = answer.headers.get("Location", "")
            shut = answer.status_code in (401, 403, 404, 405) or "/sign-in/" in to or "/administration/login/" in to
            if not shut or stage.cast.parties[number].name in answer.text:
                wrong.append((url, answer.status_code, to))
    assert not wrong, wrong
    assert fingerprint(tables) == before


def test_no_view_is_excused_from_the_forgery_check(stage):
    client = Client(enforce_csrf_checks=True)
    client.force_login(stage.me)
    for address, row in driven_rows():
        records = stage.records[stage.by_relation["own"]] if kind_of(address, row) == "customer" else {}
        answer = client.post(url_of(stage, address, row, records), FORMS.get(address.name, nothing)(stage, stage.house))
        assert answer.status_code in (403, 405), (address.name, answer.status_code)
        assert not client.get("/security/").headers.get("Location"), f"{address.name} ended the session"


def test_whatever_is_written_is_noticed_and_what_is_put_back_is_not(stage):
    """The watch itself is tried: a change of every kind is seen, a write that leaves all as it was is none."""
    watch, covers = Watch(written_tables()), Cover.objects.filter(staff=stage.cast.ren)
    one = covers[0]
    more = Cover(staff=one.staff, substitute=one.substitute, valid_from=one.valid_from, valid_to=one.valid_to)
    history = {"org_cover", "org_coverevent"}
    for change, seen in (
        (lambda: None, set()),
        (lambda: covers.update(reason="x"), history),
        (lambda: covers.update(reason=F("reason")), set()),
        (lambda: Cover.objects.bulk_create([more]), history),
        (covers.delete, history),
        (lambda: Client().force_login(stage.cast.zhu), {"sessions", "org_staff"}),
        (lambda: Client().force_login(stage.me), {"org_staff"}),
    ):
        with undone():
            change()
            assert set(watch.changed()) == seen


def test_each_table_is_watched():
    tables = set(written_tables())
    for model in apps.get_models():
        table = model._meta.db_table
        if model._meta.app_label in settings.PUBLISHED_APPS or table in settings.PUBLISHED_TABLES:
            assert table not in tables, f"the site may write {table}"
    assert {"org_staff", "org_cover", "org_assignment", "web_export", "quality_quarantinedrow"} <= tables
