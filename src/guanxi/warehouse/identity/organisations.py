"""The model of organisations: their codes, and names of which tellers leave out the place or the legal form."""

from __future__ import annotations

from guanxi.warehouse.identity.model import ELSE, Field, Level, Model
from guanxi.warehouse.identity.persons import ADDRESS, MAIL, PHONE

NAME = Field(
    "name",
    "name_l IS NULL OR name_r IS NULL",
    (
        Level("same", "name_l = name_r", 0.70, 0.0001, "name"),
        Level("former", "former_l = name_r OR former_r = name_l", 0.02, 0.000001),
        Level(
            "same_core_and_place",
            "core_l = core_r AND (name_code_l = name_code_r OR substr(name_code_l, 1, 4) = substr(name_code_r, 1, 4))",
            0.12, 0.0001,
        ),
        Level("same_core", "core_l = core_r", 0.06, 0.002, "core"),
        Level("same_reading", "name_letters_l = name_letters_r", 0.03, 0.0001),
        Level(
            "one_off",
            "(length(core_l) >= 4 AND levenshtein(core_l, core_r) <= 1) OR (length(core_l) >= 4 AND length(core_r) >= 4"
            " AND (core_l LIKE concat('%', core_r, '%') OR core_r LIKE concat('%', core_l, '%')))",
            0.05, 0.003,
        ),
        Level("different", ELSE, 0.02, 0.9947),
    ),
    "name_validity",
)  # fmt: skip

CODE = Field(
    "code",
    "organisation_l IS NULL OR organisation_r IS NULL",
    (
        Level("same", "credit_l = credit_r OR organisation_l = organisation_r", 0.92, 0.000002),
        Level(
            "two_off",
            "levenshtein(organisation_l, organisation_r) <= 2"
            " AND NOT (credit_validity_l = 'valid' AND credit_validity_r = 'valid')",
            0.06, 0.0005,
        ),
        Level("different", ELSE, 0.02, 0.999498),
    ),
    "credit_validity",
)  # fmt: skip

FOUNDED = Field(
    "founded",
    "founded_l IS NULL OR founded_r IS NULL",
    (
        Level("same", "founded_l = founded_r", 0.92, 0.0002),
        Level("one_off", "levenshtein(founded_l, founded_r) <= 1", 0.04, 0.003),
        Level("different", ELSE, 0.04, 0.9968),
    ),
    "founded_validity",
)

_NAMES_AGREE = (
    "l.name = r.name OR l.core = r.core OR l.name_letters = r.name_letters OR l.former = r.name OR r.former = l.name"
)
_SAME_CODE = "l.organisation = r.organisation"

ORGANISATION = Model(
    kind="organisation",
    fields=(NAME, CODE, FOUNDED, PHONE, MAIL, ADDRESS),
    keys=(
        _SAME_CODE,
        "l.other_1 = r.other_1",
        "l.name = r.name",
        "l.core = r.core",
        "l.phone_1 = r.phone_1",
        "l.name_letters = r.name_letters",
        "l.founded = r.founded AND l.code = r.code",
    ),
    training=(_SAME_CODE, "l.name = r.name"),
    certain=f"{_SAME_CODE} AND ({_NAMES_AGREE} OR levenshtein(l.core, r.core) <= 1)",
    opposed=(
        "(l.credit <> r.credit AND l.credit_validity = 'valid' AND r.credit_validity = 'valid')"
        f" OR (NOT coalesce({_SAME_CODE}, false) AND NOT coalesce({_NAMES_AGREE}, false))"
    ),
    strong="CASE WHEN credit_validity = 'valid' THEN credit END",
)
