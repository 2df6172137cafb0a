"""What a typed text is looked up by in the table of search tokens; pure Python, for the screens.

Chinese characters, pinyin (whole or broken off anywhere), initials, both mixed, four or more digits of a phone, a
whole number: nobody says which it is, so a text is looked up as everything that it can be. A look-up compares tokens
with ``=`` alone, which stays quick behind row-level security; what tokens cannot tell is rechecked on the few rows
found. ``tokens.py`` makes the tokens; those of numbers are blind, and are looked up under every data key there is.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal

from guanxi.blindindex import tokens_of
from guanxi.warehouse.publish.search.syllables import LONGEST_SYLLABLE, SYLLABLES, VARIANTS, completions, ways
from guanxi.warehouse.publish.search.tokens import LONGEST_TOKEN, MOST_SYLLABLES, PHONE_RUN
from guanxi.warehouse.publish.search.writing import PLAIN, SPACES, WIDE

# What is typed beyond this is not read.
LONGEST_TEXT = 60
LONGEST_INITIALS = 12
# More runs of digits than a long phone number has say nothing more.
MOST_RUNS = 12
# No syllable begins with these.
NEVER_INITIAL = frozenset("iuv")

_HALF_WIDTH = str.maketrans(dict(zip(WIDE, PLAIN, strict=True)))
_WRITTEN = {plain: "".join(wide for wide, other in zip(WIDE, PLAIN, strict=True) if other == plain) for plain in PLAIN}
_NUMBER = re.compile(r"[0-9+() -]+")


@dataclass(frozen=True, slots=True)
class Recheck:
    """A regular expression that a found party must match, the same for PostgreSQL (``~``) and Python.

    ``field`` is ``name`` or ``name_pinyin`` of the party (or of its figures).
    """

    field: Literal["name", "name_pinyin"]
    pattern: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """One way to find parties: those with any of ``tokens`` and one of each of ``also``, that pass the recheck.

    ``digits`` is what one of a found party's phones must hold in a row, where the tokens say only that it holds every
    four of them: phones are encrypted, so whoever has the keys looks at the few that are found.
    """

    tokens: tuple[str, ...]
    also: tuple[tuple[str, ...], ...] = ()
    recheck: Recheck | None = None
    digits: str = ""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a text means: a party that any of the look-ups finds. No look-up for a text that says nothing."""

    text: str
    lookups: tuple[Lookup, ...]


def query_tokens(text: str) -> SearchQuery:
    """The look-ups of a typed text, at most four. Costs no query; ``search_sql`` makes the statement of them."""
    clean = _half_width(text)[:LONGEST_TEXT].strip()
    folded = clean.translate(dict.fromkeys(map(ord, SPACES)))
    digits = re.sub(r"[^0-9]", "", clean) if _NUMBER.fullmatch(clean) else ""
    tokens, pinyin = _whole_numbers(folded, digits), _Rechecked()
    for spelling in _spellings(folded.replace("'", "").replace("’", "")):
        if spelling.isalnum() and not spelling.isdigit():
            tokens += _by_pinyin(spelling) + _by_initials(spelling, pinyin)
            _by_long_pinyin(spelling, pinyin)
            _by_both(spelling, pinyin)
    exact = Lookup(tuple(dict.fromkeys(tokens))) if tokens else None
    lookups = (_by_name(folded), exact, pinyin.lookup(), _by_phone(_without_country(digits)))
    return SearchQuery(clean, tuple(lookup for lookup in lookups if lookup))


@dataclass
class _Rechecked:
    """Tokens whose parties are rechecked by the pinyin of their names; gathered into one look-up."""

    tokens: list[str] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)

    def add(self, token: str, pattern: str) -> None:
        """Parties with ``token`` are found where their pinyin goes like ``pattern`` from a syllable's start."""
        self.tokens.append(token)
        self.patterns.append(pattern)

    def lookup(self) -> Lookup | None:
        """All of it as one look-up."""
        if not self.tokens:
            return None
        pattern = f"(^| )({'|'.join(dict.fromkeys(self.patterns))})"
        return Lookup(tuple(dict.fromkeys(self.tokens)), (), Recheck("name_pinyin", pattern))


def digits_of(number: str) -> str:
    """The digits of a phone number, as its tokens are made of them."""
    return re.sub(r"[^0-9]", "", _half_width(number))


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
    return Lookup((first,), tuple((other,) for other in others), Recheck("name", pattern))


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


def _whole_numbers(folded: str, digits: str) -> list[str]:
    """A whole customer number, identifier or phone."""
    if not folded.isascii() or not any(letter.isdigit() for letter in folded):
        return []
    words = (folded, *((digits, _without_country(digits)) if digits else ()))
    return [token for word in dict.fromkeys(words) for token in tokens_of("x", word)]


def _by_pinyin(letters: str) -> list[str]:
    """By syllables of which the last may be broken off: every syllable that it can become is looked up."""
    tokens = [f"p{letters}"] if len(letters) < LONGEST_TOKEN else []
    word = _leading_word(letters)
    most = MOST_SYLLABLES - bool(word)
    for at in range(len(word), len(letters)):
        head, rest = letters[len(word) : at], letters[at:]
        if (at or len(rest) > 1) and any(len(way) < most for way in ways(head)):
            tokens += [f"p{word}{head}{syllable}" for syllable in completions(rest)]
    if word == letters:
        # A Latin word and the beginning of a syllable: ``abck``.
        for at in range(max(1, len(letters) - LONGEST_SYLLABLE), len(letters)):
            tokens += [f"p{letters[:at]}{syllable}" for syllable in completions(letters[at:])]
    return tokens


def _by_long_pinyin(letters: str, rechecked: _Rechecked) -> None:
    """By the first syllables, where there are more than tokens hold or a Latin word stands among them."""
    for word in dict.fromkeys(("", _leading_word(letters))):
        end = next((end for end in range(len(letters), len(word), -1) if ways(letters[len(word) : end])), 0)
        rest = letters[end:]
        among = bool(rest) and not completions(rest)
        for way in ways(letters[len(word) : end]) if end else ():
            pieces = (word, *way) if word else way
            first = pieces[:MOST_SYLLABLES]
            if len(pieces) + bool(rest) > MOST_SYLLABLES or (among and len(pieces) > 1):
                rechecked.add("p" + "".join(first), " ?".join(letters))
            if among and 2 < len(pieces) <= MOST_SYLLABLES:
                # Its last syllable may be the beginning of the Latin word.
                rechecked.add("p" + "".join(first[:-1]), " ?".join(letters))


def _leading_word(letters: str) -> str:
    """What stands before the syllables: ``abc`` of ``abckeji``. All of it where there is no whole syllable at all."""
    for at in range(len(letters)):
        for end in range(len(letters), at, -1):
            if (ways(letters[at:end]) and (end == len(letters) or completions(letters[end:]))) or (
                at == 0 and completions(letters)
            ):
                return letters[:at]
    return letters


def _by_initials(letters: str, rechecked: _Rechecked) -> list[str]:
    if len(letters) > LONGEST_INITIALS or not letters.isalpha() or NEVER_INITIAL.intersection(letters):
        return []
    if len(letters) <= MOST_SYLLABLES:
        return [f"i{letters}"]
    rechecked.add(f"i{letters[:MOST_SYLLABLES]}", _initials(letters))
    return []


def _by_both(letters: str, rechecked: _Rechecked) -> None:
    """By syllables with initials among them (``zhangxm``, ``zxiaoming``): by all initials, then rechecked.

    Only the ways with the fewest pieces are followed, and those with one more (``xunz`` is xu n z too).
    """
    if not letters.isalpha():
        return
    possible = [way for way in ways(letters, short=True) if not any(piece in NEVER_INITIAL for piece in way)]
    fewest = min(map(len, possible), default=0)
    for way in possible:
        if len(way) <= fewest + 1 and _is_mixed(way):
            initials = "".join(piece[0] for piece in way)
            rechecked.add(f"i{initials[:MOST_SYLLABLES]}", _initials(way))


def _is_mixed(way: tuple[str, ...]) -> bool:
    """Whether there are syllables and initials, and not only the last syllable is broken off."""
    short = [piece not in SYLLABLES or len(piece) == 1 for piece in way]
    return not all(short) and any(short[:-1])


def _initials(pieces: str | tuple[str, ...]) -> str:
    return " ".join(piece if piece in SYLLABLES and len(piece) > 1 else f"{piece}[^ ]*" for piece in pieces)


def _without_country(digits: str) -> str:
    """A mobile number without China's country code."""
    return digits[2:] if len(digits) == 13 and digits.startswith("861") else digits


def _by_phone(digits: str) -> Lookup | None:
    """By four digits; of more, by every four in a row, the last ones first: they tell people apart best."""
    if len(digits) < PHONE_RUN:
        return None
    runs = dict.fromkeys(digits[at : at + PHONE_RUN] for at in range(len(digits) - PHONE_RUN, -1, -1))
    last, *others = [tokens_of("d", run) for run in list(runs)[:MOST_RUNS]]
    return Lookup(last, tuple(others), digits=digits if len(digits) > PHONE_RUN else "")
