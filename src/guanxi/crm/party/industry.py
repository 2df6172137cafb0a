"""Industries: the sections and divisions of GB/T 4754-2017, the industrial classification for economic activities.

``industry.csv`` beside this holds them, with their names in Chinese and, as the National Bureau of Statistics gives
them, in English. The bank's files hold a class such as ``3912`` or ``C3912``; the first two digits are the division,
which lies in one section. The warehouse knows the same as a word of its own, section and division: ``C39``
(``warehouse/dbt/macros/industry.sql``).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

FILE = Path(__file__).with_name("industry.csv")


@dataclass(frozen=True, slots=True)
class Named:
    """A section or a division with its names. ``key`` is how the warehouse writes it: ``C``, ``C39``."""

    key: str
    name_zh: str
    name_en: str

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its divisions, in the standard's order."""

    named: Named
    divisions: tuple[Named, ...]


@cache
def sections() -> tuple[Section, ...]:
    """The whole classification, in the standard's order."""
    found: dict[str, tuple[Named, list[Named]]] = {}
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            named = Named(row["section"] + row["division"], row["name_zh"], row["name_en"])
            if row["division"]:
                found[row["section"]][1].append(named)
            else:
                found[row["section"]] = (named, [])
    return tuple(Section(named, tuple(divisions)) for named, divisions in found.values())


@cache
def _by_key() -> dict[str, Named]:
    return {named.key: named for section in sections() for named in (section.named, *section.divisions)}


@cache
def _by_division() -> dict[str, Named]:
    return {named.key[1:]: named for section in sections() for named in section.divisions}


def named(key: str) -> Named | None:
    """The section or division that the warehouse writes so; None where there is none."""
    return _by_key().get(key)


@dataclass(frozen=True, slots=True)
class Industry:
    """A division within its section, named in the language of the page."""

    section_code: str
    section: str
    division_code: str
    division: str


def industry(code: str) -> Industry | None:
    """The section and division of a class of GB/T 4754-2017, or None where the code is in neither.

    Accepts the class with or without its section's letter; a section's letter alone gives a section without division.
    """
    letter, digits = (code[:1].upper(), code[1:]) if code[:1].isalpha() else ("", code)
    if division := _by_division().get(digits[:2]):
        section = _by_key()[division.key[0]]
        return Industry(section.key, section.name, division.key[1:], division.name)
    if section_only := _by_key().get(letter):
        return Industry(section_only.key, section_only.name, "", "")
    return None
