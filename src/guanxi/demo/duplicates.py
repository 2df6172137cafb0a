"""Customers whom tellers entered a second time, with tellers' errors, and people who are easily taken for one.

What is true stands beside the files, in ``truth.csv``: one row a pair of customer numbers, ``same`` for a customer and
the second entry, ``twins``, ``father_and_son`` or ``family_phone`` for two people who must stay two.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from guanxi.demo.making import Making
from guanxi.demo.misspelling import Misspelling
from guanxi.demo.parties import party_id
from guanxi.warehouse.identity.checkdigits import resident_check

TRUTH = "truth.csv"
TRAPS = 0.004
"""Pairs of each kind of trap, as a share of the persons."""
_OTHERS = ("passport", "hk_macau_permit", "taiwan_permit", "military_id")


@dataclass(frozen=True, slots=True)
class Entry:
    """A person as a teller enters one."""

    name: str
    gender: str | None
    birth: date | None
    kind: str
    number: str | None
    phone: str | None
    address: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """Who is entered again: number, entry, and when the customer opened."""

    party_no: int
    party_id: str
    opened_on: date
    entry: Entry


def create_duplicates(making: Making) -> None:
    """Adds the second entries and the traps to ``party``, ``identifier`` and ``contact``; makes ``truth``.

    Some of the first one's time deposits go to the second. Nothing else refers to the added customers.
    """
    making.run("CREATE TABLE truth (left_id VARCHAR, right_id VARCHAR, kind VARCHAR)")
    if not making.spec.duplicates:
        return
    people = _people(making)
    chance = random.Random(making.spec.seed)  # noqa: S311 - nothing secret
    chosen = chance.sample(people, round(len(people) * making.spec.duplicates))
    added: list[tuple[Person, Person, str]] = []
    number = making.spec.customers
    misspelling = Misspelling.of_names(person.entry.name for person in people)
    for first in sorted(chosen, key=lambda person: person.party_no):
        number += 1
        own = _chance(making, first)
        entry = _entered_again(own, first.entry, misspelling)
        added.append((first, _second(making, own, first, entry, number), "same"))
    taken = {person.party_no for person in chosen}
    rest = [person for person in people if person.party_no not in taken and person.entry.kind == "resident_id"]
    few = max(3, round(len(people) * TRAPS))
    for first, (kind, made) in zip(
        chance.sample(rest, min(len(rest), few * len(_TRAPS))), list(_TRAPS.items()) * few, strict=False
    ):
        number += 1
        own = _chance(making, first)
        entry = made(own, first.entry)
        if entry is not None:
            added.append((first, _second(making, own, first, entry, number), kind))
    _insert(making, added)


def write_truth(making: Making, folder: Path) -> None:
    """Writes ``truth.csv`` beside the day folders, where there is something to tell."""
    rows = making.connection.execute("FROM truth ORDER BY ALL").fetchall()
    if rows:
        with (folder / TRUTH).open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows([("left_id", "right_id", "kind"), *rows])


def _chance(making: Making, person: Person) -> random.Random:
    return random.Random(f"{making.spec.seed}:{person.party_no}")  # noqa: S311 - nothing secret


def _people(making: Making) -> list[Person]:
    rows = making.connection.execute("""
        SELECT party.party_no, party.party_id, opened_on, party_name, gender, birth_date, identifier_kind,
            identifier_number, mobile.contact_value, home.contact_value, home.region_code
        FROM party
        JOIN identifier ON identifier.party_no = party.party_no AND is_primary
        LEFT JOIN contact AS mobile ON mobile.party_no = party.party_no AND mobile.contact_kind = 'mobile'
            AND mobile.sequence_no = 1
        LEFT JOIN contact AS home ON home.party_no = party.party_no AND home.contact_kind = 'home_address'
        WHERE party_kind = 'person' ORDER BY party.party_no
    """).fetchall()
    return [Person(number, given, opened, Entry(*entry)) for number, given, opened, *entry in rows]


def _second(making: Making, own: random.Random, first: Person, entry: Entry, number: int) -> Person:
    latest = making.spec.last_day
    days = max(1, (latest - first.opened_on).days)
    return Person(number, party_id(number, "person"), first.opened_on + timedelta(days=own.randrange(days)), entry)


def _entered_again(own: random.Random, entry: Entry, misspelling: Misspelling) -> Entry:
    """One to three things are otherwise than the first time; now and then nothing is."""
    changes = own.choices(list(_ERRORS), [weight for weight, _ in _ERRORS.values()], k=own.choice((0, 1, 1, 2, 2, 3)))
    for change in changes:
        entry = _ERRORS[change][1](own, entry, misspelling)
    return entry


def _old_number(own: random.Random, entry: Entry, _: Misspelling) -> Entry:
    if entry.kind != "resident_id" or not entry.number or len(entry.number) != 18 or entry.number[6:8] != "19":
        return entry
    return replace(entry, number=entry.number[:6] + entry.number[8:17])


def _mistyped_number(own: random.Random, entry: Entry, _: Misspelling) -> Entry:
    if not entry.number:
        return entry
    digits = list(entry.number)
    place = own.randrange(6, len(digits) - 1) if len(digits) > 8 else own.randrange(1, len(digits) - 1)
    if own.random() < 0.5 and digits[place] != digits[place + 1]:
        digits[place], digits[place + 1] = digits[place + 1], digits[place]
    else:
        digits[place] = own.choice([digit for digit in "0123456789" if digit != digits[place]])
    return replace(entry, number="".join(digits))


def _number_written_otherwise(own: random.Random, entry: Entry, misspelling: Misspelling) -> Entry:
    if not entry.number:
        return entry
    number = entry.number
    spaced = f"{number[:6]} {number[6:14]} {number[14:]}" if len(number) == 18 else f" {number}"
    return replace(entry, number=own.choice((number.lower(), spaced, misspelling.wide(number))))


def _other_document(own: random.Random, entry: Entry, _: Misspelling) -> Entry:
    return replace(entry, kind="passport", number=f"E{own.randrange(10**8):08d}")


def _no_document(own: random.Random, entry: Entry, _: Misspelling) -> Entry:
    return replace(entry, number=None)


def _name(
    make: Callable[[Misspelling, random.Random, str], str],
) -> Callable[[random.Random, Entry, Misspelling], Entry]:
    return lambda own, entry, misspelling: replace(entry, name=make(misspelling, own, entry.name))


def _birth(own: random.Random, entry: Entry, _: Misspelling) -> Entry:
    born = entry.birth
    if born is None:
        return entry
    turned = born.replace(month=born.day, day=born.month) if born.day <= 12 else None
    # No slip makes anybody older than the files may say: the row would be kept aside, and be nobody's second entry.
    year_off = born.replace(year=max(1900, born.year - 1), day=min(born.day, 28))
    choices = [None, date(1900, 1, 1), turned or born, year_off]
    return replace(entry, birth=own.choice(choices))


def _new_phone(own: random.Random, entry: Entry, _: Misspelling) -> Entry:
    return replace(entry, phone=own.choice((None, f"1{own.choice('358')}{own.randrange(10**9):09d}")))


def _phone_written_otherwise(own: random.Random, entry: Entry, misspelling: Misspelling) -> Entry:
    phone = entry.phone
    if not phone:
        return entry
    written = (f"+86 {phone}", f"0086{phone}", f"{phone[:3]}-{phone[3:7]}-{phone[7:]}", misspelling.wide(phone))
    return replace(entry, phone=own.choice(written))


def _moved(own: random.Random, entry: Entry, misspelling: Misspelling) -> Entry:
    if not entry.address or own.random() < 0.3:
        return replace(entry, address=None, region=None)
    return replace(entry, address=misspelling.elsewhere(own, entry.address))


def _address_written_otherwise(own: random.Random, entry: Entry, misspelling: Misspelling) -> Entry:
    return replace(entry, address=misspelling.address(own, entry.address)) if entry.address else entry


# How often each happens among what is otherwise.
_ERRORS: dict[str, tuple[float, Callable[[random.Random, Entry, Misspelling], Entry]]] = {
    "old_number": (6, _old_number),
    "mistyped_number": (7, _mistyped_number),
    "number_written_otherwise": (9, _number_written_otherwise),
    "other_document": (3, _other_document),
    "no_document": (2, _no_document),
    "traditional": (6, _name(Misspelling.traditional)),
    "spaced": (6, _name(Misspelling.spaced)),
    "homophone": (5, _name(Misspelling.homophone)),
    "other_character": (3, _name(Misspelling.other_character)),
    "other_order": (2, _name(Misspelling.other_order)),
    "latin": (2, _name(Misspelling.latin)),
    "former": (2, _name(Misspelling.former)),
    "birth": (6, _birth),
    "new_phone": (13, _new_phone),
    "phone_written_otherwise": (9, _phone_written_otherwise),
    "moved": (12, _moved),
    "address_written_otherwise": (14, _address_written_otherwise),
}


def _twin(own: random.Random, entry: Entry) -> Entry | None:
    """The other twin: one character of the name, the number registered next, and everything else the same."""
    if entry.number is None or len(entry.name) not in (2, 3):
        return None
    other = own.choice([letter for letter in "明亮强伟丽芳静敏杰涛" if letter != entry.name[-1]])
    serial = int(entry.number[14:17])
    body = f"{entry.number[:14]}{serial + 2 if serial < 998 else serial - 2:03d}"
    number = body + resident_check(body) if own.random() < 0.7 else None
    return replace(entry, name=entry.name[:-1] + other, number=number)


def _son(own: random.Random, entry: Entry) -> Entry | None:
    """A son of his father's name and birthday, at home still, reached by his father's phone."""
    if entry.number is None or entry.birth is None or entry.gender != "M" or entry.birth.year > 1990:
        return None
    try:
        born = entry.birth.replace(year=entry.birth.year + own.randrange(20, 34))
    except ValueError:
        return None
    body = f"{entry.number[:6]}{born:%Y%m%d}{entry.number[14:17]}"
    number = body + resident_check(body) if own.random() < 0.6 else None
    return replace(entry, birth=born, number=number)


def _spouse(own: random.Random, entry: Entry) -> Entry | None:
    """Somebody of the same household who gave the same phone: another name, sex, birth date and number."""
    if entry.number is None or entry.birth is None or entry.phone is None:
        return None
    born = entry.birth + timedelta(days=own.randrange(-1400, 1400) or 7)
    serial = int(entry.number[14:17])
    body = f"{entry.number[:6]}{born:%Y%m%d}{serial - 1 if serial else 1:03d}"
    name = own.choice("李王张刘陈杨黄周") + own.choice(("秀英", "建国", "丽华", "志强", "桂兰", "海燕", "文斌", "淑珍"))
    number = body + resident_check(body) if own.random() < 0.8 else None
    return replace(entry, name=name, gender="F" if entry.gender == "M" else "M", birth=born, number=number)


_TRAPS: dict[str, Callable[[random.Random, Entry], Entry | None]] = {
    "twins": _twin,
    "father_and_son": _son,
    "family_phone": _spouse,
}


def _insert(making: Making, added: list[tuple[Person, Person, str]]) -> None:
    import pyarrow as pa

    columns = ("first_no", "first_id", "party_no", "party_id", "opened_on", "kind", "name", "gender", "birth",
               "document", "number", "phone", "address", "region")  # fmt: skip
    rows = [
        (
            first.party_no, first.party_id, second.party_no, second.party_id, second.opened_on, kind,
            second.entry.name, second.entry.gender, second.entry.birth, second.entry.kind, second.entry.number,
            second.entry.phone, second.entry.address, second.entry.region,
        )
        for first, second, kind in added
    ]  # fmt: skip
    types = {"first_no": pa.int64(), "party_no": pa.int64(), "opened_on": pa.date32(), "birth": pa.date32()}
    turned = list(zip(*rows, strict=True))
    made = pa.table(
        {name: pa.array(values, types.get(name, pa.string())) for name, values in zip(columns, turned, strict=True)}
    )
    making.connection.register("again", made)
    making.run("""
        INSERT INTO party
        SELECT party.* REPLACE (again.party_no AS party_no, again.party_id AS party_id, again.name AS party_name,
            again.gender AS gender, again.birth AS birth_date, again.opened_on AS opened_on, NULL AS manager_id,
            NULL AS closed_on, 'active' AS status)
        FROM again JOIN party ON party.party_no = again.first_no ORDER BY again.party_no
    """)
    making.run("""
        INSERT INTO identifier BY NAME
        SELECT again.party_no, again.party_id, again.opened_on AS known_on, again.document AS identifier_kind,
            again.number AS identifier_number, NULL::DATE AS valid_from, NULL::DATE AS valid_to, true AS is_primary
        FROM again WHERE again.number IS NOT NULL ORDER BY again.party_no
    """)
    making.run("""
        INSERT INTO contact BY NAME
        SELECT party_no, party_id, opened_on AS known_on, kind AS contact_kind, 1 AS sequence_no,
            value AS contact_value, region AS region_code, true AS is_primary
        FROM (
            SELECT party_no, party_id, opened_on, 'mobile' AS kind, phone AS value, NULL::VARCHAR AS region FROM again
            UNION ALL
            SELECT party_no, party_id, opened_on, 'home_address', address, region FROM again
        ) WHERE value IS NOT NULL ORDER BY party_no, contact_kind
    """)
    making.run("INSERT INTO truth SELECT least(first_id, party_id), greatest(first_id, party_id), kind FROM again")
    # What the second entry was opened for: time deposits of the first that were opened since.
    moved = """
        FROM again
        WHERE again.kind = 'same' AND {0}.party_id = again.first_id AND {0}.agreement_no IN (
            SELECT agreement_no FROM numbered_agreement WHERE agreement_kind = 'term_deposit')
        AND {1} >= again.opened_on
    """
    making.run("UPDATE role SET party_no = again.party_no, party_id = again.party_id"
               + moved.format("role", "role.valid_from") + " AND role.role = 'holder'")  # fmt: skip
    making.run("UPDATE numbered_agreement SET party_no = again.party_no, party_id = again.party_id"
               + moved.format("numbered_agreement", "numbered_agreement.opened_on"))  # fmt: skip
    making.connection.unregister("again")
