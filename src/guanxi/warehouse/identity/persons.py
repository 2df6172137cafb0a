"""The model of persons: Chinese names first, Latin ones too."""

from __future__ import annotations

from guanxi.warehouse.identity.model import ELSE, Field, Level, Model


def either(left: str, *right: str) -> str:
    """SQL: a left column equals one of the right ones."""
    return f"{left}_l IN ({', '.join(f'{column}_r' for column in right)})"


# One character in three or four of a Chinese name; one letter in five of a Latin one, three at the most.
_ONE_OFF = (
    "length(name_l) >= 3 AND length(name_r) >= 3"
    " AND levenshtein(name_l, name_r)"
    " <= CASE WHEN length(name_l) >= 15 THEN 3 WHEN length(name_l) >= 10 THEN 2 ELSE 1 END"
)
_PART = (
    "(given_letters_l = given_letters_r AND length(given_letters_l) > 3)"
    " OR (family_letters_l = family_letters_r AND initials_l = initials_r)"
    " OR name_l LIKE concat('% ', name_r) OR name_l LIKE concat(name_r, ' %')"
    " OR name_r LIKE concat('% ', name_l) OR name_r LIKE concat(name_l, ' %')"
)

NAME = Field(
    "name",
    "name_l IS NULL OR name_r IS NULL",
    (
        Level("same", "name_l = name_r", 0.82, 0.00005, "name"),
        Level("former", "former_l = name_r OR former_r = name_l", 0.01, 0.000001),
        Level("other_order", "name_sorted_l = name_sorted_r OR name_letters_l = turned_letters_r", 0.02, 0.00002),
        Level("same_reading", "name_letters_l = name_letters_r", 0.04, 0.0001, "name_letters"),
        Level("in_latin", "latin_l = name_letters_r OR latin_r = name_letters_l", 0.01, 0.0001),
        Level("one_off", _ONE_OFF, 0.06, 0.002),
        Level("part", _PART, 0.025, 0.008),
        Level("family", "family_letters_l = family_letters_r", 0.01, 0.035, "family_letters"),
        Level("different", ELSE, 0.005, 0.955),
    ),
    "name_validity",
)  # fmt: skip

BIRTH = Field(
    "birth",
    "birth_l IS NULL OR birth_r IS NULL",
    (
        Level("same", "birth_l = birth_r", 0.93, 0.00005),
        Level(
            "one_off",
            "levenshtein(birth_l, birth_r) <= 1 OR (substr(birth_l, 1, 4) = substr(birth_r, 1, 4)"
            " AND substr(birth_l, 5, 2) = substr(birth_r, 7, 2) AND substr(birth_l, 7, 2) = substr(birth_r, 5, 2))",
            0.04, 0.0015,
        ),
        Level("two_off", "levenshtein(birth_l, birth_r) <= 2", 0.02, 0.02),
        Level("different", ELSE, 0.01, 0.9785),
    ),
    "birth_validity",
)  # fmt: skip

_SAME_OTHER = f"{either('other_1', 'other_1', 'other_2')} OR {either('other_2', 'other_1', 'other_2')}"
_TWO_RESIDENTS = "resident_l IS NOT NULL AND resident_r IS NOT NULL"
# Two valid numbers are two people, however near: twins are registered one after the other.
_NEAR = (
    f"({_TWO_RESIDENTS} AND levenshtein(resident_l, resident_r) <= 2"
    " AND NOT (resident_validity_l = 'valid' AND resident_validity_r = 'valid'))"
    " OR (substr(other_1_l, 1, 5) = substr(other_1_r, 1, 5) AND levenshtein(other_1_l, other_1_r) <= 2)"
)
DOCUMENT = Field(
    "document",
    f"NOT (({_TWO_RESIDENTS}) OR (other_1_l IS NOT NULL AND other_1_r IS NOT NULL))",
    (
        Level("same", f"resident_l = resident_r OR {_SAME_OTHER}", 0.90, 0.0000002),
        Level("two_off", _NEAR, 0.08, 0.00002),
        Level("different", ELSE, 0.02, 0.9999798),
    ),
    "resident_validity",
)

PHONE = Field(
    "phone",
    "phone_1_l IS NULL OR phone_1_r IS NULL",
    (
        Level(
            "same",
            f"{either('phone_1', 'phone_1', 'phone_2')} OR {either('phone_2', 'phone_1', 'phone_2')}",
            0.65, 0.000002,
        ),
        Level("one_off", "levenshtein(phone_1_l, phone_1_r) <= 1", 0.03, 0.00001),
        Level("different", ELSE, 0.32, 0.999988),
    ),
    "phone_validity",
)  # fmt: skip

MAIL = Field(
    "mail",
    "mail_l IS NULL OR mail_r IS NULL",
    (Level("same", "mail_l = mail_r", 0.75, 0.000001), Level("different", ELSE, 0.25, 0.999999)),
)

_PARTS = ("part_1", "part_2", "part_3")


def _agrees(part: str) -> str:
    """SQL: 1 where a part is one of the other's. With a slip of the pen its beginning or its end is still right:
    cheaper than counting letters, where millions of pairs are compared."""
    others = ", ".join(f"{other}_r" for other in _PARTS)
    begins = f"length({part}_l) >= 6 AND substr({part}_l, 1, 5) = substr({part}_r, 1, 5)"
    ends = f"length({part}_l) >= 11 AND right({part}_l, 9) = right({part}_r, 9)"
    return f"CASE WHEN {part}_l IN ({others}) OR ({begins}) OR ({ends}) THEN 1 ELSE 0 END"


AGREEING = " + ".join(
    [*map(_agrees, _PARTS), *(f"CASE WHEN {part}_l = {part}_r THEN 1 ELSE 0 END" for part in ("house", "code"))]
)
"""SQL: in how many of an address's five parts two records agree."""

ADDRESS = Field(
    "address",
    "(code_l IS NULL AND part_1_l IS NULL AND part_2_l IS NULL)"
    " OR (code_r IS NULL AND part_1_r IS NULL AND part_2_r IS NULL)",
    (
        Level("four_parts", f"({AGREEING}) >= 4", 0.55, 0.000005),
        Level("three_parts", f"({AGREEING}) = 3", 0.15, 0.00003),
        Level("two_parts", f"({AGREEING}) = 2", 0.10, 0.001),
        Level("one_part", f"({AGREEING}) = 1", 0.10, 0.04),
        Level("different", ELSE, 0.10, 0.958965),
    ),
    "address_validity",
)

GENDER = Field(
    "gender",
    "gender_l IS NULL OR gender_r IS NULL",
    (Level("same", "gender_l = gender_r", 0.99, 0.5), Level("different", ELSE, 0.01, 0.5)),
)

_SAME_NAME = (
    "l.name = r.name OR l.name_sorted = r.name_sorted OR l.former = r.name OR r.former = l.name"
    " OR l.latin = r.name_letters OR r.latin = l.name_letters"
)
_NAMES_AGREE = f"{_SAME_NAME} OR l.name_letters = r.name_letters OR l.name_letters = r.turned_letters"
_ONE_CHARACTER = "length(l.name) >= 3 AND levenshtein(l.name, r.name) <= 1"
_SAME_DOCUMENT = (
    "(l.resident = r.resident AND l.resident_validity IN ('valid', 'unchecked')"
    " AND r.resident_validity IN ('valid', 'unchecked'))"
    " OR l.other_1 IN (r.other_1, r.other_2) OR l.other_2 IN (r.other_1, r.other_2)"
)
_CHINESE = "(l.name_letters <> replace(l.name, ' ', '') AND r.name_letters <> replace(r.name, ' ', ''))"

PERSON = Model(
    kind="person",
    fields=(NAME, BIRTH, DOCUMENT, PHONE, MAIL, ADDRESS, GENDER),
    keys=(
        "l.resident = r.resident",
        "l.other_1 = r.other_1",
        "l.phone_1 = r.phone_1",
        "l.phone_1 = r.phone_2",
        "l.phone_2 = r.phone_1",
        "l.birth = r.birth AND l.family_letters = r.family_letters",
        "l.birth = r.birth AND l.given_letters = r.given_letters",
        "l.name_letters = r.name_letters AND l.code = r.code",
        # A slip of the pen in a number spares its beginning or its end.
        "l.name_letters = r.name_letters AND substr(l.resident, 1, 6) = substr(r.resident, 1, 6)",
        "l.name_letters = r.name_letters AND substr(l.resident, 15, 4) = substr(r.resident, 15, 4)",
        "l.name_sorted = r.name_sorted AND substr(l.birth, 1, 4) = substr(r.birth, 1, 4)",
        "l.home = r.home",
        "l.birth = r.birth AND l.code = r.code",
        "l.birth = r.birth AND l.house = r.house",
        "l.mail = r.mail",
    ),
    training=(
        "l.resident = r.resident",
        "l.other_1 = r.other_1",
        "l.name = r.name AND l.birth = r.birth",
    ),
    certain=f"({_SAME_DOCUMENT}) AND ({_NAMES_AGREE} OR ({_ONE_CHARACTER}))",
    # Two valid numbers; one number and two names that have nothing in common; a generation between two who share what
    # families share; and for Chinese names, in which one character off, or another of the same sound, is the name of
    # somebody else (a twin, a brother), no document that says it is the same person.
    opposed=(
        "(l.resident <> r.resident AND l.resident_validity = 'valid' AND r.resident_validity = 'valid')"
        " OR (l.resident = r.resident AND l.resident_validity = 'valid' AND l.name IS NOT NULL AND r.name IS NOT NULL"
        f" AND NOT coalesce({_NAMES_AGREE} OR ({_ONE_CHARACTER}) OR l.given_letters = r.given_letters"
        " OR l.family_letters = r.family_letters, false))"
        f" OR (NOT coalesce({_SAME_DOCUMENT}, false) AND ("
        "abs(try_cast(left(l.birth, 4) AS INTEGER) - try_cast(left(r.birth, 4) AS INTEGER)) >= 12"
        f" OR ({_CHINESE} AND NOT coalesce({_SAME_NAME}, false))"
        " OR (l.gender <> r.gender"
        " AND NOT coalesce(l.phone_1 = r.phone_1 AND l.birth = r.birth AND l.name = r.name, false))))"
    ),
    strong="CASE WHEN resident_validity = 'valid' THEN resident END",
)
