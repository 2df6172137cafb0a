"""What a typed text is looked up by in the table of search tokens; pure Python, for the screens.

Chinese characters, pinyin (whole or broken off anywhere), initials, both mixed, four or more digits of a phone, a
whole number: nobody says which it is, so a text is looked up as everything that it can be. A look-up compares tokens
with ``=`` alone, which stays quick behind row-level security; what tokens cannot tell is rechecked on the few rows
found. ``tokens.py`` makes the tokens.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from guanxi.warehouse.publish.search.syllables import SYLLABLES, VARIANTS, completions, ways
from guanxi.warehouse.publish.search.tokens import LONGEST_TOKEN, MOST_SYLLABLES, PHONE_RUN
from guanxi.warehouse.publish.search.writing import PLAIN, SPACES, WIDE

# What is typed beyond this is not read.
LONGEST_TEXT = 60
LONGEST_INITIALS = 12
# No syllable begins with these.
NEVER_INITIAL = frozenset("iuv")

_HALF_WIDTH = str.maketrans(dict(zip(WIDE, PLAIN, strict=True)))
_WRITTEN = {plain: "".join(wide for wide, other in zip(WIDE, PLAIN, strict=True) if other == plain) for plain in PLAIN}
_NUMBER = re.compile(r"[0-9+() -]+")


@dataclass(frozen=True, slots=True)
class Recheck:
    """A regular expression that a found party must match, the same for PostgreSQL (``~``) and Python.

    ``field`` is ``name`` or ``name_pinyin`` of the party (or of its figures), or ``phone``: the value of one of its
    contact points of the kinds in ``tokens.PHONES``.
    """

    field: Literal["name", "name_pinyin", "phone"]
    pattern: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """One way to find parties: those with any of ``tokens`` and every one of ``also``, that pass the recheck."""

    tokens: tuple[str, ...]
    also: tuple[str, ...] = ()
    recheck: Recheck | None = None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a text means: a party that any of the look-ups finds. No look-up for a text that says nothing."""

    text: str
    lookups: tuple[Lookup, ...]


def query_tokens(text: str) -> SearchQuery:
    """The look-ups of a typed text. Costs no query; see :func:`guanxi.warehouse.publish.search.search_sql`."""
    clean = _half_width(text)[:LONGEST_TEXT].strip()
    folded = clean.translate(dict.fromkeys(map(ord, SPACES)))
    lookups = [_by_name(folded)]
    letters = folded.replace("'", "").replace("’", "")
    if letters.isalpha() and (letters.isascii() or "ü" in letters):
        for spelling in _spellings(letters):
            lookups += [_by_pinyin(spelling), _by_long_pinyin(spelling), _by_initials(spelling), *_by_both(spelling)]
    digits = re.sub(r"[^0-9]", "", clean) if _NUMBER.fullmatch(clean) else ""
    if digits:
        lookups.append(_by_phone(_without_country(digits)))
    if folded and folded.isascii() and any(letter.isdigit() for letter in folded):
        whole = [folded, *((digits, _without_country(digits)) if digits else ())]
        lookups.append(Lookup(tuple(dict.fromkeys(f"x{word}"[:LONGEST_TOKEN] for word in whole))))
    return SearchQuery(clean, tuple(dict.fromkeys(lookup for lookup in lookups if lookup and lookup.tokens)))


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_HALF_WIDTH).lower()


def _by_name(folded: str) -> Lookup | None:
    """By one or two characters; of more, by the pairs at the beginning, in the middle and at the end."""
    if len(folded) <= 2:
        # One letter of a Latin name would be found with everybody who has it somewhere.
        return Lookup((f"n{folded}",)) if folded and not (len(folded) == 1 and folded.isascii()) else None
    pairs = [f"n{folded[at : at + 2]}" for at in (0, (len(folded) - 2) // 2, len(folded) - 2)]
    first, *others = dict.fromkeys(pairs)
    between = f"[{SPACES}]*"
    pattern = between.join(_any_writing(letter) for letter in folded)
    return Lookup((first,), tuple(others), Recheck("name", pattern))


def _any_writing(letter: str) -> str:
    writings = {letter, letter.upper(), *_WRITTEN.get(letter, "")}
    if len(writings) == 1:
        return re.escape(letter)
    return "[" + "".join(sorted(one for one in writings if len(one) == 1)) + "]"


def _spellings(letters: str) -> list[str]:
    other = letters
    for written, meant in VARIANTS:
        other = other.replace(written, meant)
    return list(dict.fromkeys(spelling for spelling in (letters, other) if spelling.isascii()))


def _by_pinyin(letters: str) -> Lookup:
    """By syllables of which the last may be broken off: every syllable that it can become is looked up."""
    tokens = [f"p{letters}"] if len(letters) < LONGEST_TOKEN else []
    for at in range(len(letters)):
        head, rest = letters[:at], letters[at:]
        if (head or len(rest) > 1) and any(len(way) < MOST_SYLLABLES for way in ways(head)):
            tokens += [f"p{head}{syllable}" for syllable in completions(rest)]
    return Lookup(tuple(dict.fromkeys(tokens)))


def _by_long_pinyin(letters: str) -> Lookup | None:
    """By the first syllables of more than tokens hold; the rest is rechecked."""
    tokens, patterns = [], []
    for at in range(len(letters)):
        head, rest = letters[:at], letters[at:]
        if completions(rest):
            for way in ways(head):
                if len(way) >= MOST_SYLLABLES:
                    tokens.append("p" + "".join(way[:MOST_SYLLABLES]))
                    patterns.append(" ".join((*way, rest)))
    if not tokens:
        return None
    return Lookup(tuple(dict.fromkeys(tokens)), (), _pinyin(patterns))


def _by_initials(letters: str) -> Lookup | None:
    if len(letters) > LONGEST_INITIALS or NEVER_INITIAL.intersection(letters):
        return None
    if len(letters) <= MOST_SYLLABLES:
        return Lookup((f"i{letters}",))
    return Lookup((f"i{letters[:MOST_SYLLABLES]}",), (), _pinyin([_initials(letters)]))


def _by_both(letters: str) -> list[Lookup]:
    """By syllables with initials among them (``zhangxm``, ``zxiaoming``): by all initials, then rechecked.

    Only the ways with the fewest pieces are followed, and none where plain syllables need fewer still.
    """
    possible = [way for way in ways(letters, short=True) if not any(piece in NEVER_INITIAL for piece in way)]
    fewest = min(map(len, possible), default=0)
    patterns: dict[str, list[str]] = {}
    for way in possible:
        if len(way) == fewest and _is_mixed(way):
            initials = "".join(piece[0] for piece in way)
            patterns.setdefault(initials[:MOST_SYLLABLES], []).append(_initials(way))
    return [Lookup((f"i{initials}",), (), _pinyin(found)) for initials, found in patterns.items()]


def _is_mixed(way: tuple[str, ...]) -> bool:
    """Whether there are syllables and initials, and not only the last syllable is broken off."""
    short = [piece not in SYLLABLES or len(piece) == 1 for piece in way]
    return not all(short) and any(short[:-1])


def _initials(pieces: str | tuple[str, ...]) -> str:
    return " ".join(piece if piece in SYLLABLES and len(piece) > 1 else f"{piece}[^ ]*" for piece in pieces)


def _pinyin(patterns: list[str]) -> Recheck:
    return Recheck("name_pinyin", f"(^| )({'|'.join(dict.fromkeys(patterns))})")


def _without_country(digits: str) -> str:
    """A mobile number without China's country code."""
    return digits[2:] if len(digits) == 13 and digits.startswith("861") else digits


def _by_phone(digits: str) -> Lookup | None:
    """By four digits; of more, by the last four and the first four."""
    if len(digits) < PHONE_RUN:
        return None
    last, first = f"d{digits[-PHONE_RUN:]}", f"d{digits[:PHONE_RUN]}"
    if len(digits) == PHONE_RUN:
        return Lookup((last,))
    also = (first,) if first != last else ()
    return Lookup((last,), also, Recheck("phone", "[^0-9]*".join(digits)))
