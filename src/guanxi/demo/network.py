"""Head office, branches and sub-branches, and the people who work there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from pypinyin import lazy_pinyin

from guanxi.demo.making import Making
from guanxi.demo.places import CITIES, STREETS, County

BANK = "澄川农村商业银行"
BANK_EN = "Chengchuan Rural Commercial Bank"
HEAD_OFFICE = "810000"
SLOTS = 4096


@dataclass(frozen=True, slots=True)
class SubBranch:
    """A sub-branch, numbered from 1. ``number`` is ``bbss``: branch and sub-branch within it."""

    no: int
    number: str
    branch: int
    name: str
    name_en: str
    county: County
    weight: float

    @property
    def institution_id(self) -> str:
        """Its institution number."""
        return f"81{self.number}"


def size(customers: int) -> tuple[int, int]:
    """How many branches and sub-branches a bank of that many customers has."""
    subs = max(6, round(math.sqrt(customers) / 6))
    return max(2, min(len(CITIES), round(subs / 6))), subs


def sub_branches(making: Making) -> list[SubBranch]:
    """The sub-branches. The first, at the head office's door, is the largest and richest."""
    branches, count = size(making.spec.customers)
    found = []
    for index in range(count):
        branch, turn = index % branches, index // branches
        counties = CITIES[branch][2]
        county = counties[turn % len(counties)]
        street = "" if turn < len(counties) else STREETS[(turn * 7 + branch * 3) % len(STREETS)]
        name = f"{county.short}{street}支行"
        # Weights repeat over a short cycle: sub-branches differ in size, and a larger bank differs alike.
        weight = 2.2 if index == 0 else 0.6 + 0.1 * ((index * 5 + branch) % 9)
        found.append(
            SubBranch(
                no=index + 1,
                number=f"{branch + 1:02d}{turn + 1:02d}",
                branch=branch + 1,
                name=name,
                name_en=f"{_latin(county.short)} {_latin(street)}".strip() + " Sub-branch",
                county=county,
                weight=weight,
            )
        )
    return found


def slots(subs: list[SubBranch]) -> list[int]:
    """The numbers of the sub-branches, each as often as its weight, for a plain pick."""
    total = sum(sub.weight for sub in subs)
    filled: list[int] = []
    passed = 0.0
    for sub in subs:
        passed += sub.weight
        filled.extend([sub.no] * (round(SLOTS * passed / total) - len(filled)))
    return filled


def create_institutions(making: Making, subs: list[SubBranch]) -> None:
    """Makes ``institution`` (the contract's columns, head office first) and ``sub_branch`` (one row each)."""
    rows: list[tuple[object, ...]] = [
        (HEAD_OFFICE, f"{BANK}总行", f"{BANK_EN} Head Office", None, "bank", CITIES[0][0], date(2005, 6, 28), "open")
    ]
    branches = max(sub.branch for sub in subs)
    for branch in range(1, branches + 1):
        city, english, _ = CITIES[branch - 1]
        short = city.removesuffix("市").removesuffix("土家族苗族自治州")
        opened = date(2005 + branch % 5, 1 + branch % 12, 8 + branch % 20)
        rows.append(
            (f"81{branch:02d}00", f"{short}分行", f"{english} Branch", HEAD_OFFICE, "branch", city, opened, "open")
        )
        for sub in subs:
            if sub.branch == branch:
                since = date(2006 + sub.no % 15, 1 + sub.no % 12, 1 + sub.no % 28)
                parent = f"81{branch:02d}00"
                rows.append((sub.institution_id, sub.name, sub.name_en, parent, "sub_branch", city, since, "open"))
    making.run(
        "CREATE TABLE institution (institution_id VARCHAR, institution_name VARCHAR, institution_name_en VARCHAR, "
        "parent_id VARCHAR, institution_kind VARCHAR, city VARCHAR, opened_on DATE, status VARCHAR)"
    )
    making.insert("institution", rows)
    making.run(
        "CREATE TABLE sub_branch (sub_no INTEGER, number VARCHAR, institution_id VARCHAR, branch INTEGER, "
        "county_code VARCHAR, county VARCHAR, county_short VARCHAR, city VARCHAR)"
    )
    making.insert(
        "sub_branch",
        [
            (s.no, s.number, s.institution_id, s.branch, s.county.code, s.county.name, s.county.short, s.county.city)
            for s in subs
        ],
    )


def _latin(words: str) -> str:
    return "".join(lazy_pinyin(words)).capitalize()
