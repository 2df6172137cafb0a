"""How names, phones and identifiers of leads are compared with each other and with those of customers.

Exactly as the tokens of customers are made (``warehouse/publish/search``), so that ``=`` finds both: names in small
letters, half-width and without spaces; phones by their digits, without China's country code; identifiers as names.
"""

from __future__ import annotations

import re
import unicodedata

from guanxi.blindindex import blind, tokens_of
from guanxi.crm.party.models import PartyKind
from guanxi.keyring import keyring
from guanxi.warehouse.publish.search.writing import PLAIN, SPACES, WIDE

_FOLDED = str.maketrans({**dict(zip(WIDE, PLAIN, strict=True)), **dict.fromkeys(SPACES)})
_NOT_DIGITS = re.compile(r"[^0-9]")
_RESIDENT = re.compile(r"\d{17}[\dx]")
_CREDIT = re.compile(r"[0-9a-hj-npqrtuwxy]{18}")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10x98765432"
CREDIT_SIGNS = "0123456789abcdefghjklmnpqrtuwxy"


def fold(text: str) -> str:
    """A name or number as it is compared."""
    return unicodedata.normalize("NFC", text).translate(_FOLDED).lower()


def digits_of(phone: str) -> str:
    """The digits of a phone number, without China's country code before a mobile's."""
    digits = _NOT_DIGITS.sub("", fold(phone))
    return digits[2:] if len(digits) == 13 and digits.startswith("861") else digits


def phone_token(phone: str) -> str:
    """By what a phone is found; empty for none."""
    digits = digits_of(phone)
    return blind("x", digits, keyring().active) if digits else ""


def identifier_token(identifier: str) -> str:
    """By what an identifier is found; empty for none."""
    word = fold(identifier)
    return blind("x", word, keyring().active) if word else ""


def tokens_for(*words: str) -> list[str]:
    """What numbers are looked up by: the tokens under every data key there is. Give folded words."""
    return [token for word in words if word for token in tokens_of("x", word)]


def looks_like_a_phone(phone: str) -> bool:
    """Whether it can be one: a mobile of eleven digits, or a landline of seven to twelve."""
    digits = digits_of(phone)
    return bool(re.fullmatch(r"1[3-9]\d{9}", digits)) or (len(digits) in range(7, 13) and digits[0] != "1")


def looks_like_an_identifier(identifier: str, kind: str) -> bool:
    """Whether the check digit is right: an identity card's for a person, a credit code's for a firm.

    Another document of a person (with letters at its beginning) has none; it has five signs and more.
    """
    word = fold(identifier)
    if kind == PartyKind.ORGANISATION:
        return bool(_CREDIT.fullmatch(word)) and _credit_check(word)
    if word[:1].isalpha():
        return 5 <= len(word) <= 20 and word.isascii() and word.isalnum()
    return bool(_RESIDENT.fullmatch(word)) and _resident_check(word)


def _resident_check(word: str) -> bool:
    return CHECKS[sum(int(sign) * weight for sign, weight in zip(word[:17], WEIGHTS, strict=True)) % 11] == word[17]


def _credit_check(word: str) -> bool:
    """GB 32100-2015: weights are the powers of three modulo 31."""
    if any(sign not in CREDIT_SIGNS for sign in word):
        return False
    total = sum(CREDIT_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(word[:17]))
    return CREDIT_SIGNS[(31 - total % 31) % 31] == word[17]
