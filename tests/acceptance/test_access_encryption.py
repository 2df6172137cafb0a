"""Personal data at rest: nothing of it stands clear in the database, and its keys are rotated while the site serves."""

from __future__ import annotations

import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

import psycopg
import pytest
from django.urls import reverse
from psycopg import sql

from guanxi import keyring as keys
from guanxi.crm.kernel.sealed import sealed_fields, sealed_models
from guanxi.crm.party.models import ContactPoint, PartyIdentifier
from guanxi.sealing import context_of, head_now, name_of, unseal_column
from tests.acceptance.nights import SPEC, House, deliver
from tests.acceptance.test_walk import PASSWORD, wait_for
from tests.web.conftest import sign_in

__all__ = ["sign_in"]

RAW = ("quality_quarantinedrow", "raw")


def clear_values(url: str) -> dict[tuple[str, str], list[tuple[str, bytes]]]:
    """Every sealed value of a database, opened, by table and column; with the id of its key. Raises where one does not
    open: all are read at one moment.
    """
    found = {}
    with psycopg.connect(url) as connection:
        connection.execute("set transaction isolation level repeatable read")
        for model in sealed_models():
            table = model._meta.db_table
            for field in sealed_fields(model):
                key = [next(f.column for f in model._meta.concrete_fields if f.attname == name) for name in field.key]
                columns = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in key)
                rows = connection.execute(
                    sql.SQL("select {}, {} from {} where length({}) > 0").format(
                        sql.Identifier(field.column), columns, sql.Identifier(table), sql.Identifier(field.column)
                    )
                ).fetchall()
                opened = unseal_column(field.label, [context_of(row[1:]) for row in rows], [row[0] for row in rows])
                ids = [name_of(row[0])[1] for row in rows]
                found[table, field.column] = list(zip(ids, opened, strict=True))
    return found


def texts_of(url: str) -> Iterator[tuple[str, str, bytes]]:
    """Every value of every column of every table, as bytes: text in UTF-8, binary as it is; each only once."""
    with psycopg.connect(url) as connection:
        columns = connection.execute(
            "select c.oid::regclass::text, a.attname, a.atttypid::regtype::text from pg_class c"
            " join pg_attribute a on a.attrelid = c.oid join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind = 'r' and a.attnum > 0 and not a.attisdropped"
            " and n.nspname not in ('pg_catalog', 'information_schema') order by 1, 2"
        ).fetchall()
        assert len(columns) > 500
        for table, column, kind in columns:
            value = sql.Identifier(column) if kind == "bytea" else sql.SQL("{}::text").format(sql.Identifier(column))
            for (one,) in connection.execute(sql.SQL("select distinct {} from {}").format(value, sql.SQL(table))):
                if one is not None:
                    yield table, column, one.encode() if isinstance(one, str) else one


@pytest.mark.long
def test_no_personal_number_phone_address_or_account_stands_clear_in_any_table(past, finished):
    url = finished.options.database_url
    opened = clear_values(url)
    known: dict[bytes, tuple[str, str]] = {}
    for place, values in opened.items():
        if place[1] == "annual_income":
            continue  # a round amount stands in many places that have nothing to do with income
        for _key, value in values:
            if len(value) >= 7:
                known[value] = place
    for place in (
        ("party_partyidentifier", "number"), ("party_contactpoint", "value"), ("holding_agreement", "account_number"),
        ("holding_event", "counterparty_account"), ("org_staff", "phone"), ("party_party", "annual_income"), RAW,
        ("quality_quarantinedrow", "message"),
    ):  # fmt: skip
        assert len(opened[place]) > 3, place
    assert len(known) > 2_000
    delivered = b"".join(file.read_bytes() for file in (past.files / SPEC.days[0].isoformat()).iterdir())
    numbers = [value for _key, value in opened["party_partyidentifier", "number"]]
    assert sum(number in delivered for number in numbers) > len(numbers) / 2  # they are what the bank delivered

    # Numbers are searched in every run of digits and letters, whatever stands around; other texts as they are.
    plain = {value for value in known if re.fullmatch(rb"[0-9A-Za-z]+", value)}
    sizes = sorted({len(value) for value in plain})
    others = {value: value.decode().encode("gb18030") for value in set(known) - plain if known[value] != RAW}
    raw = {value for _key, value in opened[RAW] if len(value) > 20}
    leaks, seen, looked = [], set(), 0
    by_place: dict[tuple[str, str], list[bytes]] = {}
    for table, column, value in texts_of(url):
        looked += 1
        by_place.setdefault((table, column), []).append(value)
        for run in re.findall(rb"[0-9A-Za-z]{7,}", value):
            if run in seen:
                continue
            seen.add(run)
            for size in sizes:
                for at in range(len(run) - size + 1):
                    if run[at : at + size] in plain:
                        leaks.append((table, column, run, known[run[at : at + size]]))
    assert looked > 20_000
    for (table, column), values in by_place.items():
        whole = b"\0".join(values)
        leaks += [(table, column, value) for value, written in others.items() if value in whole or written in whole]
        leaks += [(table, column, "line") for value in raw if value in whole]
    assert leaks == []


@pytest.mark.django_db
def test_a_value_that_was_moved_or_changed_is_not_shown(cast, sign_in):
    """Somebody who writes to the database can neither give a customer another's phone nor change a digit of one."""
    from django.db import connection

    client = sign_in(cast.ai, "en")
    address = reverse("customer-identity", args=[cast.person.id])
    assert client.get(address).status_code == 200
    others = ContactPoint.objects.filter(kind="mobile").exclude(party_id=cast.person.id)
    with connection.cursor() as cursor:
        cursor.execute(
            "update party_contactpoint set value = (select value from party_contactpoint where party_id = %s"
            " and kind = 'mobile') where party_id = %s and kind = 'mobile'",
            [others.values_list("party_id", flat=True).first(), cast.person.id],
        )
    page = client.get(address)
    assert page.status_code == 503
    assert "cannot be opened" in page.text
    assert "Traceback" not in page.text
    with connection.cursor() as cursor:
        cursor.execute("update party_contactpoint set value = set_byte(value, 20, get_byte(value, 20) # 1)")
    assert client.get(address).status_code == 503
    assert client.get(reverse("home")).status_code == 200


@pytest.mark.django_db
def test_a_lost_key_is_named_on_the_page_and_by_the_doctor(own_keys, cast, sign_in, tmp_path, monkeypatch, caplog):
    lost = keys.keyring().active.id
    address = reverse("customer-identity", args=[cast.person.id])
    aside = own_keys.rename(tmp_path / "aside")
    for language, words in (("en", "is missing on this machine"), ("zh-hans", "缺少数据密钥")):
        page = sign_in(cast.ai, language).get(address)
        assert page.status_code == 503
        assert lost in page.text
        assert words in page.text
        assert "Traceback" not in page.text
    assert any(lost in record.getMessage() for record in caplog.records)
    # Whatever needs no such value goes on as ever: signing in, home, the list.
    assert sign_in(cast.ai, "en").get(reverse("customers")).status_code == 200
    from guanxi.commands.doctor import keys_in_use

    assert [finding.verdict for finding in keys_in_use()] == ["FAIL"]
    assert lost in next(keys_in_use()).what
    aside.replace(own_keys)
    assert sign_in(cast.ai, "en").get(address).status_code == 200
    assert [finding.verdict for finding in keys_in_use()] == ["ok"]


@pytest.mark.django_db
def test_keys_and_ciphers_mix_and_search_finds_under_each(own_keys, cast, sign_in, monkeypatch, capsys):
    from guanxi.commands import keys as command

    first = keys.keyring().active.id
    monkeypatch.setenv("GUANXI_CIPHER", "sm4-gcm")
    second = keys.add_key().id
    client = sign_in(cast.ai, "en")

    def all_is_found():
        mobile = ContactPoint.objects.get(party_id=cast.person.id, kind="mobile").value
        number = PartyIdentifier.objects.get(party_id=cast.person.id, kind="resident_id").number
        for words in (number, mobile, mobile[3:7], mobile[2:9]):
            assert cast.person.id in client.get(reverse("search"), {"q": words}).text, words
        assert client.get(reverse("customer-identity", args=[cast.person.id])).status_code == 200

    all_is_found()
    contact = ContactPoint.objects.get(party_id=cast.person.id, kind="mobile")
    contact.value = "13900001111"
    contact.save()
    assert ContactPoint.objects.get(party_id=cast.person.id, kind="mobile").value == "13900001111"
    contact.value = "13857100000"
    contact.save()
    cast.ai.phone = "13911112222"
    cast.ai.save(update_fields=["phone"])
    history = type(cast.ai).history.rel.related_model.objects
    events = history.count()
    assert history.latest("pgh_id").phone == "13805711111"

    assert command.run_retire(first) == 1
    assert "still need" in capsys.readouterr().out
    assert command.run_rotate() == 0
    assert {(one.key_id, one.cipher) for one in command.rotation.used()} == {(second, "sm4-gcm")}
    assert set(command.keys_used()) == {second}
    all_is_found()
    assert history.count() == events, "encrypting a value anew is no change of it"
    assert history.latest("pgh_id").phone == "13805711111"
    assert command.run_rotate() == 0
    assert command.run_retire(second) == 1
    assert command.run_retire(first) == 0
    assert first not in own_keys.read_text()
    assert first in own_keys.with_name("data-keys.retired").read_text()
    all_is_found()
    assert command.run_list() == 0
    assert second in capsys.readouterr().out


class Reader:
    """Somebody who is signed in at a running site."""

    def __init__(self, url: str, number: str) -> None:
        self.url = url
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        form = self.opener.open(f"{url}/sign-in/").read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        fields = re.findall(r'<input[^>]* name="(\w+)"', form)
        name = next(field for field in fields if field in ("username", "number", "login"))
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], name: number, "password": PASSWORD}).encode()
        answer = self.opener.open(urllib.request.Request(f"{url}/sign-in/", data, {"Referer": url}))  # noqa: S310
        assert "/sign-in" not in answer.geturl()

    def get(self, path: str) -> tuple[int, str]:
        try:
            answer = self.opener.open(self.url + path)
            return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture
def served(finished, own_keys) -> Iterator[tuple[House, str, str]]:
    """A house with its site running, its address, and the number of somebody of the head office."""
    found = finished.query("select id from org_staff where role = 'head_office' and is_active order by id limit 1")
    [(number,)] = found
    environment = finished.environment() | {"GUANXI_RATE_LIMITS": "0", "GUANXI_MFA_ROLES": ""}
    done = subprocess.run(
        [sys.executable, "-m", "guanxi.cli", "staff", "password", number],
        env=environment, input=PASSWORD + "\n", text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert finished.command("assets")[0] == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "guanxi.cli", "serve", "--port", str(port), "--workers", "1"],
        env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/sign-in/", server)
        yield finished, f"http://127.0.0.1:{port}", number
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.communicate(timeout=30)


def under(url: str, key_id: str) -> tuple[int, int]:
    """How many of all sealed values and blind tokens are a key's, and how many there are."""
    counts = [
        f"select count(*) filter (where substr({field.column}, 3, %(size)s) = %(key)s::bytea), count(*)"
        f" from {model._meta.db_table} where length({field.column}) > 0"
        for model in sealed_models()
        for field in sealed_fields(model)
    ]
    counts.append(
        "select count(*) filter (where substr(token, 2, %(size)s) = %(text)s), count(*) from party_searchtoken"
        " where token ~ '^[dx]'"
    )
    with psycopg.connect(url) as connection:
        found = connection.execute(
            f"select sum(ours)::int, sum(every)::int from ({' union all '.join(counts)}) as one (ours, every)",
            {"size": len(key_id), "key": key_id.encode(), "text": key_id},
        ).fetchone()
    assert found is not None
    return found


@pytest.mark.long
def test_rotation_is_killed_twice_while_the_site_serves_and_no_field_is_unreadable(past, served):
    house, address, number = served
    url = house.options.database_url
    before = {place: [value for _key, value in values] for place, values in clear_values(url).items()}
    old = keys.keyring().active.id
    party, account = house.query(
        "select party_id, count(*) from holding_event where length(counterparty_account) > 0"
        " group by 1 order by 2 desc, 1 limit 1"
    )[0]
    assert account > 0
    reader = Reader(address, number)
    phones = house.query(
        "select kind, sequence_no, value from party_contactpoint where party_id = %s and kind = 'mobile'", party
    )
    [(kind, place, sealed)] = phones[:1]
    phone = unseal_column("party_contactpoint.value", [context_of((party, kind, place))], [sealed])[0].decode()

    troubles: list[object] = []
    rounds = 0
    stop = threading.Event()

    def read_pages():
        nonlocal rounds
        while not stop.is_set():
            for path in ("identity/", "events/", "holdings/", ""):
                status, text = reader.get(f"/customers/{party}/{path}")
                if status != 200:
                    troubles.append((path, status, text[:2000]))
            for words in (phone, phone[-4:]):
                status, text = reader.get(f"/search/?q={words}")
                if status != 200 or party not in text:
                    troubles.append((words, status))
            rounds += 1

    def read_values():
        while not stop.is_set():
            try:
                now = clear_values(url)
            except Exception as error:
                troubles.append(error)
                return
            if {place: len(values) for place, values in now.items()} != {p: len(v) for p, v in before.items()}:
                troubles.append("values are missing")

    assert subprocess.run(
        [sys.executable, "-m", "guanxi.cli", "keys", "new"], env=house.environment(), check=False
    ).returncode == 0  # fmt: skip
    new = keys.keyring().active.id
    assert new != old
    threads = [threading.Thread(target=read_pages), threading.Thread(target=read_values)]
    for thread in threads:
        thread.start()
    try:
        reached = [0]
        for _kill in range(2):
            process = house.start("keys", "rotate")
            deadline = time.monotonic() + 120
            while under(url, new)[0] <= reached[-1] and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.002)
            os.killpg(process.pid, signal.SIGKILL)
            printed = process.communicate()[0]
            assert process.returncode == -signal.SIGKILL, printed
            count, every = under(url, new)
            assert reached[-1] < count < every, "it was to be killed in the middle"
            reached.append(count)
        # A night between the kills and the end finds some values under one key and some under the other.
        status, printed = house.command("keys", "retire", old)
        assert status == 1, printed
        status, printed = house.command("keys", "rotate")
        assert status == 0, printed
        seen = rounds
        deadline = time.monotonic() + 60
        while rounds < seen + 2 and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert troubles == []
    assert rounds > 2
    after = clear_values(url)
    assert {key for values in after.values() for key, _value in values} == {new}
    for place, values in after.items():
        assert sorted(value for _key, value in values) == sorted(before[place]), place
    status, printed = house.command("keys", "retire", old)
    assert status == 0, printed
    assert reader.get(f"/customers/{party}/identity/")[0] == 200
    assert party in reader.get(f"/search/?q={phone}")[1]


@pytest.mark.long
def test_a_publication_and_a_rotation_do_not_fight(past, own_keys, opened):
    """A night is done while a rotation is under way, and one after it: every value is what the bank delivered."""
    url = opened.options.database_url
    # The same nights without any rotation must come to the same.
    plain = past.after[2].copy(opened.options.warehouse.parent.with_name("plain"))
    wanted = clear_values(plain.options.database_url)
    old = keys.keyring().active.id
    new = keys.add_key().id
    deliver(past.files, opened.options.inbox, SPEC.days[1])
    night, rotation = opened.start("night"), opened.start("keys", "rotate")
    printed = [process.communicate(timeout=300)[0] for process in (night, rotation)]
    assert night.returncode == 0, printed[0]
    assert rotation.returncode == 0, printed[1]
    assert opened.business_date() == SPEC.days[1]
    status, said = opened.command("keys", "rotate")
    assert status == 0, said
    assert opened.command("keys", "retire", old)[0] == 0

    deliver(past.files, opened.options.inbox, SPEC.days[2])
    status, said = opened.command("night")
    assert status == 0, said
    values = clear_values(url)
    assert {key for found in values.values() for key, _value in found} == {new}
    head = head_now()
    stale = opened.query(
        "select count(*) from party_searchtoken where token ~ '^[dx]' and substr(token, 2, %s) <> %s", len(new), new
    )
    assert stale == [(0,)]
    assert head.endswith(new.encode())

    for place, found in wanted.items():
        if place[0].startswith(("party_", "holding_", "org_staff")):
            assert sorted(value for _key, value in values[place]) == sorted(value for _key, value in found), place
    count = "select count(*) from party_searchtoken"
    assert opened.query(count) == plain.query(count)
