"""The ways in which a name, a number or an address comes to be written otherwise."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from guanxi.demo.places import ESTATES, PROVINCE, STREETS
from guanxi.warehouse.identity.standardise.text import characters

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@dataclass(frozen=True, slots=True)
class Misspelling:
    """Knows which characters names are written with, and how they are read."""

    letters: tuple[str, ...]
    reading: dict[str, str]

    @classmethod
    def of_names(cls, names: Iterable[str]) -> Misspelling:
        """From the names of a bank's customers."""
        from pypinyin import Style, lazy_pinyin

        letters = tuple(sorted({letter for name in names for letter in name if "\u4e00" <= letter <= "\u9fff"}))
        return cls(letters, {letter: lazy_pinyin(letter, style=Style.NORMAL)[0] for letter in letters})

    @staticmethod
    def wide(text: str) -> str:
        """In full-width characters."""
        return text.translate(_WIDE)

    def traditional(self, own: random.Random, name: str) -> str:
        """In traditional characters, as customers from Taiwan and Hong Kong write themselves."""
        return "".join(_traditional().get(letter, letter) for letter in name)

    def spaced(self, own: random.Random, name: str) -> str:
        """With spaces that line up names of two characters with those of three."""
        return own.choice((" ", "\u3000", "  ")).join(name) if len(name) == 2 else f"{name[:1]}\u3000{name[1:]} "

    def homophone(self, own: random.Random, name: str) -> str:
        """With another character of the same sound: 伟 for 炜."""
        place = own.randrange(1, len(name)) if len(name) > 1 else 0
        same = [
            one for one in self.letters if one != name[place] and self.reading[one] == self.reading.get(name[place])
        ]
        return name[:place] + own.choice(same) + name[place + 1 :] if same else name

    def other_character(self, own: random.Random, name: str) -> str:
        """With a wrong character."""
        place = own.randrange(1, len(name)) if len(name) > 1 else 0
        other = own.choice(self.letters)
        if name[place] not in self.reading:
            # In Latin letters two of them change places.
            return name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :] if place else name
        return name[:place] + other + name[place + 1 :]

    def other_order(self, own: random.Random, name: str) -> str:
        """Two characters of the given name the wrong way round."""
        return name[0] + name[2] + name[1] if len(name) == 3 else name

    def latin(self, own: random.Random, name: str) -> str:
        """As it stands in a passport."""
        if not 2 <= len(name) <= 3 or any(letter not in self.reading for letter in name):
            return name
        family, *given = (self.reading[letter] for letter in name)
        return f"{family.upper()} {''.join(given).upper()}"

    def former(self, own: random.Random, name: str) -> str:
        """With the former name behind it."""
        return f"{name}（曾用名：{name[0]}{own.choice(self.letters)}）"

    def address(self, own: random.Random, address: str) -> str:
        """Shortened or spaced, as tellers do."""
        written = (
            address.removeprefix(PROVINCE),
            address.replace(PROVINCE, "湖南").replace("市", "", 1),
            address.replace("号", "号 ").removesuffix("室"),
            self.wide(address),
            address.removeprefix(PROVINCE).replace("栋", "幢"),
        )
        return own.choice(written)

    def elsewhere(self, own: random.Random, address: str) -> str:
        """Another street of the same county."""
        cut = max(address.find(end) for end in ("区", "县", "市")) + 1
        home = f"{own.choice(STREETS)}{own.randrange(1, 600)}号{own.choice(ESTATES)}{own.randrange(1, 20)}栋"
        return f"{address[: cut or 6]}{home}{own.randrange(101, 2800)}室"


@cache
def _traditional() -> dict[str, str]:
    """One traditional character for each simplified one."""
    return dict(zip(*reversed(characters()), strict=True))
