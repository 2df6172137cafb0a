"""Joiners, movers, leavers and rejoiners by the daily staff file: at once, through files, night and pages."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from guanxi.warehouse.landing.control import read_control, write_control
from guanxi.warehouse.landing.formats import read_feed
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.landing.write import describe_file
from tests.acceptance.nights import SPEC, House, deliver

pytestmark = pytest.mark.long
OPENING, FIRST, LAST = SPEC.days
STAFF = TABLES["staff"]
COLUMNS = [column.name for column in STAFF.columns]
TODAY = date.today()  # noqa: DTZ011 - the site's own today, on this machine
Row = dict[str, str]

# What a process of the site says: opens a session, or asks with one.
SITE = """
import json, sys
import django
from guanxi.crm.config import settings as ours
ours.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
django.setup()
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
settings.MFA_ROLES = frozenset()
from django.test import Client
from django.utils import timezone
from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import standing_of
from guanxi.crm.insight.queries import newest_publication
for verb, what in json.loads(sys.argv[1]):
    client = Client()
    if verb == "open":
        client.force_login(Staff.objects.get(pk=what))
        print(json.dumps(client.cookies[settings.SESSION_COOKIE_NAME].value))
    elif verb == "ask":
        client.cookies[settings.SESSION_COOKIE_NAME] = what
        print(json.dumps([client.get("/").status_code, client.get("/customers/").status_code]))
    else:
        standing = standing_of(Staff.objects.get(pk=what), version=newest_publication().id, today=timezone.localdate())
        scope = standing.scope
        seen = scope.institution_ids, scope.managers, scope.supported
        print(json.dumps([sorted(standing.roles), *map(list, seen)]))
"""


def site(house: House, *steps: tuple[str, str]) -> list:
    """What the site answers to some steps, in a process of its own on the house's database."""
    environment = house.environment() | {"DJANGO_SETTINGS_MODULE": "guanxi.crm.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", SITE, json.dumps(steps)], env=os.environ | environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def rewrite(folder: Path, change: Callable[[dict[str, Row]], None]) -> None:
    """The day's staff file says what ``change`` makes of its rows (by number), and the control file with it."""
    form = read_feed(folder.parent).format(STAFF)
    control = read_control(folder / "staff.ctl")
    file = folder / control.file
    packed = file.suffix == ".gz"
    content = gzip.decompress(file.read_bytes()) if packed else file.read_bytes()
    delimiter = form.delimiter.encode()
    # Bytes as they are: only numbers and codes are changed.
    rows: dict[str, Row] = {}
    for line in content.split(b"\n"):
        if line:
            row = dict(zip(COLUMNS, [one.decode("latin-1") for one in line.split(delimiter)], strict=True))
            rows[row["staff_id"]] = row
    change(rows)
    content = b"".join(delimiter.join(row[name].encode("latin-1") for name in COLUMNS) + b"\n" for row in rows.values())
    file.unlink()
    file.write_bytes(gzip.compress(content) if packed else content)
    count, total, checksum = describe_file(file, STAFF, form)
    (folder / "staff.ctl").unlink()
    write_control(folder, replace(control, rows=count, amount_total=total, sha256=checksum))


def night(house: House, files: Path, day: date, change: Callable[[dict[str, Row]], None]) -> None:
    """The day's files with another staff file, and the night."""
    deliver(files, house.options.inbox, day)
    rewrite(house.options.inbox / day.isoformat(), change)
    status, printed = house.command("night")
    assert status == 0, printed


def test_the_staff_file_takes_effect_at_once_and_sessions_of_leavers_end(past, opened):
    managers = [
        row
        for row in opened.query(
            "select s.id, s.institution_id from org_staff s join org_post p on p.staff_id = s.id"
            " where s.is_active and p.role = 'rm' and p.valid_to is null order by s.id"
        )
        if not row[0].startswith("00")
    ]
    mover, changer, leaver, gone, stays = (number for number, _place in managers[:5])
    home = dict(managers)
    elsewhere = next(place for _number, place in managers if place != home[mover])
    [(customer,)] = opened.query("select id from party_party where manager_id = %s limit 1", stays)
    with psycopg.connect(opened.options.database_url) as connection:
        for number in (leaver, gone):
            # Beside the file's post: one for a time, one to come; a book to cover, a customer to support.
            connection.execute(
                "insert into org_post (staff_id, institution_id, role, line, valid_from, valid_to) values"
                " (%s, %s, 'branch_manager', 'both', %s, %s), (%s, %s, 'auditor', 'both', %s, null)",
                [number, home[number], FIRST, TODAY + timedelta(400), number, home[number], TODAY + timedelta(30)],
            )
            connection.execute(
                "insert into org_cover (staff_id, substitute_id, valid_from, valid_to, reason, made_at) values"
                " (%s, %s, %s, %s, '', now())", [stays, number, OPENING, TODAY + timedelta(400)],
            )  # fmt: skip
            connection.execute(
                "insert into org_assignment (party_id, staff_id, kind, valid_from, reason, made_at, instead_of, ended)"
                " values (%s, %s, 'support', %s, '', now(), '', '')", [customer, number, OPENING],
            )  # fmt: skip
    keys = site(opened, *(("open", number) for number in (mover, leaver, gone, stays)))
    assert site(opened, *(("ask", key) for key in keys)) == [[200, 200]] * 4
    before = site(opened, ("stand", leaver))[0]
    assert before == [["branch_manager", "rm"], [home[leaver]], [leaver, stays], [customer]]

    def first(rows: dict[str, Row]) -> None:
        rows[mover]["institution_id"] = elsewhere
        rows[changer]["role"] = "branch_manager"
        rows[leaver] |= {"status": "left"}
        del rows[gone]
        plain = rows[stays] | {"left_on": "", "status": "active"}
        like = read_feed(past.files).format(STAFF).date_format
        rows["770001"] = plain | {"staff_id": "770001", "joined_on": FIRST.strftime(like)}
        rows["770002"] = plain | {"staff_id": "770002", "joined_on": (TODAY + timedelta(30)).strftime(like)}

    night(opened, past.files, FIRST, first)
    # Who left is out at the next click; who moved or stayed is not.
    assert site(opened, *(("ask", key) for key in keys)) == [[200, 200], [302, 302], [302, 302], [200, 200]]
    nothing = [[], [], [], []]
    stood = site(opened, *(("stand", number) for number in (mover, changer, leaver, gone, "770001", "770002")))
    assert stood == [
        [["rm"], [], [mover], []],
        [["branch_manager"], [home[changer]], [], []],
        nothing,
        nothing,
        [["rm"], [], ["770001"], []],
        nothing,
    ]
    posts = "select institution_id, valid_from, valid_to from org_post where staff_id = %s order by valid_from"
    assert opened.query(posts, mover)[-2:] == [
        (
            home[mover],
            opened.query(posts, mover)[-2][1],
            OPENING if timedelta(1) == FIRST - OPENING else FIRST - timedelta(1),
        ),
        (elsewhere, FIRST, None),
    ]

    def last(rows: dict[str, Row]) -> None:
        first(rows)
        rows[leaver]["status"] = "active"
        rows[gone] = rows[stays] | {"staff_id": gone, "institution_id": home[gone]}
        rows[mover] |= {"institution_id": home[mover]}

    night(opened, past.files, LAST, last)
    # Who comes back has the file's post and nothing of what was given before; old sessions stay closed.
    assert site(opened, *(("ask", key) for key in keys[:3])) == [[200, 200], [302, 302], [302, 302]]
    assert site(opened, *(("stand", number) for number in (leaver, gone, mover))) == [
        [["rm"], [], [leaver], []],
        [["rm"], [], [gone], []],
        [["rm"], [], [mover], []],
    ]
    assert opened.query(
        "select count(*) from org_cover where substitute_id = any(%s) and valid_to > %s", [leaver, gone], LAST
    ) == [(0,)]
