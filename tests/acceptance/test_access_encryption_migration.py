"""A database from before encryption comes to this version with all that it holds."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from guanxi.blindindex import tokens_of
from tests.acceptance.test_access_encryption import clear_values, texts_of

pytestmark = pytest.mark.long
BEFORE = {
    "org": "0011",
    "party": "0002",
    "holding": "0001",
    "quality": "0002",
    "consent": "0002",
}
FILL = """
    insert into org_institution (id, name, name_en, kind, path, depth, city, status)
        values ('B', 'b', '', 'bank', 'B/', 0, '', 'open');
    insert into org_staff (id, name, password, institution_id, role, line, phone, email, is_active, is_staff,
            is_superuser, preferences)
        values ('S1', 's', '!', 'B', 'rm', 'both', '13800000001', '', true, false, false, '{}');
    update org_staff set phone = '13800000002';
    insert into party_party (id, kind, name, name_en, name_pinyin, gender, nationality, education, occupation,
            annual_income, industry_code, organisation_scale, institution_id, opened_on, investment_risk, aml_risk,
            restricted, status)
        select 'P' || i, 'person', 'n', '', 'n', '', '', '', '', case when i > 1 then 120000.50 + i end, '', '', 'B',
            '2020-01-01', '', '', false, 'active' from generate_series(1, 12000) as every (i);
    insert into party_partyidentifier (party_id, kind, number, is_primary) values
        ('P1', 'passport', 'E2000000', false), ('P1', 'passport', 'E1000000', true),
        ('P1', 'resident_id', '330106199001011234', true);
    insert into party_contactpoint (party_id, kind, sequence_no, value, region_code, is_primary)
        values ('P1', 'mobile', 1, '13857100000', '', true);
    insert into party_searchtoken values
        ('d1385', 'B', 'P1'), ('d1385', 'B', 'P2'), ('x330106199001011234', 'B', 'P1'), ('nn', 'B', 'P1');
    create table holding_event_202605 partition of holding_event for values from ('2026-05-01') to ('2026-06-01');
    insert into holding_event (event_date, event_id, night, party_id, agreement_id, event_time, kind, direction, amount,
            currency, channel, counterparty_name, counterparty_account, counterparty_bank, memo)
        select '2026-05-02', 'E' || i, '2026-05-02', 'P1', 'A1', now(), 'x', 'D', 1, 'CNY', '', '',
            case when i % 2 = 0 then '62220212340' || i else '' end, '', '' from generate_series(1, 10) as every (i);
    insert into quality_quarantinedrow (business_date, "table", file, line, "column", rule, message, raw, encoding,
            status, mended)
        values ('2026-05-01', 'party', 'f', 3, 'c', 'r', 'number is 330106199001011234', 'abc|13857100000'::bytea,
            'utf-8', 'waiting', '');
    update quality_quarantinedrow set mended = 'abc|13857100001', status = 'mended';
    insert into consent_rightscase (number, kind, party_id, requester, requester_name, proof, proof_reference, way,
            details, received_at, due_on, status, outcome)
        values ('R1', 'correction', 'P1', 'self', 'w', 'document', '330106199001011234', 'branch', 'some words', now(),
            now(), 'received', '');
    insert into consent_casestep (case_id, at, what, note) select id, now(), 'note', 'a note' from consent_rightscase;
    insert into consent_correction (case_id, field, old_value, new_value, state)
        select id, 'contact:mobile', '13857100000', '13857100001', 'proposed' from consent_rightscase;
    insert into quality_mendingimport (uploaded_at, file_name, sha256, rows)
        values (now(), 'f', 'ab', '[{"id": 1, "mended": "abc|13857100001"}]');
"""
TRIGGERS = (
    "select tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(oid), obj_description(oid, 'pg_trigger')"
    " from pg_trigger where not tgisinternal order by 1, 2"
)


@pytest.fixture
def old_database():
    """A database as it was before, with rows."""
    url = os.environ["DATABASE_URL"]
    name = f"test_before_{secrets.token_hex(6)}"
    address = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"create database {name} encoding 'UTF8' template template0")
        migrate = "; ".join(f"call_command('migrate', '{app}', '{to}', verbosity=0)" for app, to in BEFORE.items())
        code = f"import django; django.setup(); from django.core.management import call_command; {migrate}"
        environment = os.environ | {"DATABASE_URL": address}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        yield address
        connection.execute(f"drop database {name} with (force)")


def test_what_stood_clear_is_encrypted_by_the_migration(old_database):
    with psycopg.connect(old_database, autocommit=True) as connection:
        connection.execute(FILL)
        triggers = connection.execute(TRIGGERS).fetchall()
    done = subprocess.run(
        [sys.executable, "-m", "guanxi.cli", "migrate"],
        env=os.environ | {"DATABASE_URL": old_database}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = {place: sorted(value for _key, value in values) for place, values in clear_values(old_database).items()}
    assert found["party_partyidentifier", "number"] == [b"330106199001011234", b"E1000000", b"E2000000"]
    assert found["party_contactpoint", "value"] == [b"13857100000"]
    assert len(found["party_party", "annual_income"]) == 11_999
    assert b"120012.50" in found["party_party", "annual_income"]
    assert len(found["holding_event", "counterparty_account"]) == 5
    assert found["org_staff", "phone"] == [b"13800000002"]
    assert found["org_staffevent", "phone"] == [b"13800000001"]
    assert found["quality_quarantinedrow", "raw"] == [b"abc|13857100000"]
    assert found["quality_quarantinedrowevent", "mended"] == [b"abc|13857100001"]
    assert found["quality_quarantinedrow", "message"] == [b"number is 330106199001011234"]
    assert b"13857100001" in found["quality_mendingimport", "rows"][0]
    assert found["consent_correction", "old_value"] == [b"13857100000"]
    assert found["consent_casestep", "note"] == [b"a note"]
    assert found["consent_rightscase", "proof_reference"] == [b"330106199001011234"]
    with psycopg.connect(old_database) as connection:
        kept = {row[:2]: row for row in connection.execute(TRIGGERS)}
        assert [kept.get(row[:2]) for row in triggers] == triggers
        tokens = connection.execute("select token, party_id from party_searchtoken order by party_id, 1").fetchall()
        numbered = connection.execute("select kind, sequence_no from party_partyidentifier order by 1, 2").fetchall()
    assert set(tokens) == {
        ("nn", "P1"), (tokens_of("x", "330106199001011234")[0], "P1"), (tokens_of("d", "1385")[0], "P1"),
        (tokens_of("d", "1385")[0], "P2"),
    }  # fmt: skip
    assert numbered == [("passport", 1), ("passport", 2), ("resident_id", 1)]
    clear = (b"138571", b"330106199", b"E1000000", b"622202", b"13800000")
    assert [place for *place, value in texts_of(old_database) if any(one in value for one in clear)] == []
