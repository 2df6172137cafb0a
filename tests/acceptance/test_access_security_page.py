"""``docs/security.md`` says which test proves what: each exists, each requirement has one state, none is missing."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
STATES = {"met", "not met", "bank", "unused"}
CHINESE = {"符合": "met", "不符合": "not met", "银行负责": "bank", "未使用": "unused"}
# OWASP ASVS 5.0.0: the level of each requirement of a section, in order.
ASVS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3", "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223",
    "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222", "10.6": "22",
    "10.7": "222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23", "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
    "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
# GB/T 22239-2019, chapter 8.1: the technical requirements by item, the bank's chapters as a whole.
SCHEME = [
    "8.1.1", *(f"8.1.2.{item}" for item in range(1, 4)), *(f"8.1.3.{item}" for item in range(1, 7)),
    *(f"8.1.4.1{item}" for item in "abcd"), *(f"8.1.4.2{item}" for item in "abcdefg"),
    *(f"8.1.4.3{item}" for item in "abcd"), *(f"8.1.4.4{item}" for item in "abcdef"), "8.1.4.5", "8.1.4.6",
    "8.1.4.7a", "8.1.4.7b", "8.1.4.8a", "8.1.4.8b", "8.1.4.9a", "8.1.4.9b", "8.1.4.9c", "8.1.4.10a", "8.1.4.10b",
    "8.1.4.11a", "8.1.4.11b", *(f"8.1.5.{item}" for item in range(1, 5)), *(f"8.1.{item}" for item in range(6, 11)),
]  # fmt: skip


def tables(heading: str) -> list[list[str]]:
    """The rows of all tables below one heading of the second level."""
    (part,) = re.findall(rf"^## {re.escape(heading)}.*?\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    lines = [line for line in part.splitlines() if line.startswith("| ") and not line.startswith("|---")]
    found = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in found if row[0].strip() not in ("Number", "条款", "Who")]


@cache
def names_in(file: str) -> frozenset[str]:
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE))


def test_every_test_that_is_named_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 200
    for file, name in named:
        assert (ROOT / file).exists(), file
        assert not name or name in names_in(file), f"{file}::{name}"
    for document in re.findall(r"`(docs/[\w/.-]+\.md)`", PAGE):
        assert (ROOT / document).exists(), document


def test_every_threat_is_met_by_something_that_is_tested():
    threats = tables("Threats")
    assert len(threats) >= 15
    for who, wants, defence, proof in threats:
        assert wants and defence and "::" in proof, who  # noqa: PT018


def test_every_requirement_of_asvs_has_one_state():
    wanted = [
        f"V{section}.{number}"
        for section, levels in ASVS.items()
        for number, level in enumerate(levels, 1)
        if level in "12"
    ]
    assert len(wanted) == 253
    assert sum(map(len, ASVS.values())) == 345
    rows = tables("OWASP ASVS 5.0, level 2")
    assert [row[0] for row in rows] == wanted
    check((row[0], row[1], row[2], row[3]) for row in rows)


def test_both_tables_of_classified_protection_say_the_same():
    english, chinese = tables("Classified protection, level three"), tables("网络安全等级保护第三级对照表")
    assert [row[0] for row in english] == [row[0] for row in chinese] == SCHEME
    for one, other in zip(english, chinese, strict=True):
        assert one[2] == CHINESE[other[2]], one[0]
        assert one[4] == other[4], one[0]
    check((row[0], row[2], row[3], row[4]) for row in english)


def test_the_counts_are_those_of_the_tables():
    for heading, column in (("Classified protection, level three", 2), ("OWASP ASVS 5.0, level 2", 1)):
        states = [row[column] for row in tables(heading)]
        for state in set(states):
            many = states.count(state)
            assert re.search(rf"\b{many} {state}\b", PAGE), (heading, state, many)


def check(rows) -> None:
    for number, state, text, proof in rows:
        assert state in STATES, number
        assert len(text) > 3, f"{number} says nothing"
        assert ("::" in proof) is (state == "met"), f"{number}: what is met names its test, and nothing else does"
