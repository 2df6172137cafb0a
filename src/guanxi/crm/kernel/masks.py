"""How a secret is shown without being told: pure functions, each the same when applied twice.

Where its length would tell something, a fixed number of stars stands for what is hidden. What a mask shows at most
stands in :data:`MASKS`; property tests hold it to that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

HIDDEN = "****"


class Secret(StrEnum):
    """Kinds of secrets; how one is masked depends on nothing else."""

    RESIDENT_NUMBER = "resident_number"
    DOCUMENT_NUMBER = "document_number"
    PHONE = "phone"
    EMAIL = "email"
    HANDLE = "handle"
    ADDRESS = "address"
    ACCOUNT = "account"
    INCOME = "income"
    WORDS = "words"
    WHOLE = "whole"


_RESIDENT = re.compile(r"(\d{4})(?:\d{13}[\dXx]|\d{11}|\*{14})")
_MOBILE = re.compile(r"(?:\+?86[- ]?)?(1\d\d)[- ]?(?:\d{4}|\*{4})[- ]?(\d{4})")
_LANDLINE = re.compile(r"(?:\+?86[- ]?)?\(?(0\d{2,3})\)?[- ]?(?:\d{5,6}|\*{4})(\d{2})(?:-\d{1,6})?")
_OTHER_PHONE = re.compile(r"\*{4}(\d{2})")
_ACCOUNT = re.compile(r"\*{4} ?([0-9A-Za-z]{4})")
_NUMBER_IN_WORDS = re.compile(r"\d{7,}[Xx]?|(?<!\d)(?:\d{4}[ -]){2,}\d{1,4}(?!\d)|(?<!\d)1\d\d[ -]\d{4}[ -]\d{4}(?!\d)")


def resident_number(number: str) -> str:
    """The first four digits, province and city. Never the end: with the day of birth and the county, which stand on
    the same page, the last four would tell the whole number.
    """
    found = _RESIDENT.fullmatch(number.strip())
    return f"{found[1]}{'*' * 14}" if found else HIDDEN


def document_number(number: str) -> str:
    """The first character and the last two of a number of seven and more; nothing of a shorter one."""
    number = number.strip()
    return f"{number[0]}******{number[-2:]}" if len(number) > 6 else HIDDEN


def phone(number: str) -> str:
    """Operator and last four of a mobile, area code and last two of a landline, the last two of any other."""
    number = number.strip()
    if found := _MOBILE.fullmatch(number):
        return f"{found[1]}{HIDDEN}{found[2]}"
    if found := _LANDLINE.fullmatch(number):
        return f"{found[1]}-{HIDDEN}{found[2]}"
    if _OTHER_PHONE.fullmatch(number):
        return number
    digits = "".join(sign for sign in number if sign.isascii() and sign.isdigit())
    return f"{HIDDEN}{digits[-2:]}" if len(digits) > 7 else HIDDEN


def email(address: str) -> str:
    """The first character and the domain."""
    local, at, domain = address.strip().rpartition("@")
    if not at or not domain:
        return HIDDEN
    return f"{local[0] if len(local) > 2 and local[0] != '*' else ''}***@{domain}"


def handle(name: str) -> str:
    """The first character of a name of four and more."""
    name = name.strip()
    return f"{name[0] if len(name) > 3 and name[0] != '*' else ''}***"


_PROVINCE = re.compile(r"[一-龥]{2,6}?(?:省|自治区|特别行政区)|(?:北京|天津|上海|重庆)市?|内蒙古|[一-龥]{2}省")
_PREFECTURE = re.compile(r"[一-龥]{2,10}?(?:自治州|地区|盟|市)")
_COUNTY = re.compile(r"[一-龥]{1,13}?(?:自治县|自治旗|新区|区|县|市|旗)")
# What only looks like a county: part of a street, an estate, a numbered block.
_NO_COUNTY = re.compile(r"[路街道巷弄村镇乡号幢栋园寓苑]|(?:小|社|校|院|厂|景|住宅|开发|[一二三四五六七八九十])区$")


def address(text: str) -> str:
    """Province, city and county; nothing where none of them is recognised."""
    rest, kept = text.strip(), ""
    for number, level in enumerate((_PROVINCE, _PREFECTURE, _COUNTY)):
        found = level.match(rest)
        if found is None or (number and _NO_COUNTY.search(found[0])) or (number == 2 and not kept):
            continue
        kept, rest = kept + found[0], rest[found.end() :]
    return f"{kept}***"


def account(number: str) -> str:
    """The last four of a number of eight and more; nothing of a shorter one."""
    number = number.strip()
    if _ACCOUNT.fullmatch(number):
        return f"{HIDDEN} {number[-4:]}"
    plain = "".join(sign for sign in number if sign.isascii() and sign.isalnum())
    return f"{HIDDEN} {plain[-4:]}" if len(plain) > 7 else HIDDEN


# From how much a year on; the word says up to how much.
BANDS: tuple[tuple[Decimal, str | Promise], ...] = (
    (Decimal(0), gettext_lazy("below CNY 100,000")),
    (Decimal(100_000), gettext_lazy("CNY 100,000 to 300,000")),
    (Decimal(300_000), gettext_lazy("CNY 300,000 to 1 million")),
    (Decimal(1_000_000), gettext_lazy("CNY 1 million to 5 million")),
    (Decimal(5_000_000), gettext_lazy("CNY 5 million and more")),
)


def income(amount: Any) -> str:
    """The band in which an amount a year lies, in the reader's language."""
    if any(amount == str(words) for _floor, words in BANDS):
        return str(amount)
    try:
        value = Decimal(amount)
    except (InvalidOperation, TypeError, ValueError):
        return HIDDEN
    if not value.is_finite():
        return HIDDEN
    return str(next((words for floor, words in reversed(BANDS) if value >= floor), BANDS[0][1]))


def words(text: str) -> str:
    """Free text in which every number of seven digits and more is reduced to its first three and last two."""
    return _NUMBER_IN_WORDS.sub(lambda found: f"{found[0][:3]}***{found[0][-2:]}", text)


def whole(value: Any) -> str:
    """Nothing: whether there is a value."""
    return HIDDEN if value not in ("", None) else ""


@dataclass(frozen=True, slots=True)
class Mask:
    """How a kind of secret is shown: the function, what it is called, and how much of the value it shows at most."""

    hide: Callable[[Any], str]
    title: str | Promise
    most: int


MASKS: dict[Secret, Mask] = {
    Secret.RESIDENT_NUMBER: Mask(resident_number, gettext_lazy("Identity card number"), 4),
    Secret.DOCUMENT_NUMBER: Mask(document_number, gettext_lazy("Document number"), 3),
    Secret.PHONE: Mask(phone, gettext_lazy("Phone number"), 7),
    Secret.EMAIL: Mask(email, gettext_lazy("E-mail address"), 1),  # and the domain
    Secret.HANDLE: Mask(handle, gettext_lazy("Account name of a messenger"), 1),
    Secret.ADDRESS: Mask(address, gettext_lazy("Address"), 40),
    Secret.ACCOUNT: Mask(account, gettext_lazy("Account or card number"), 4),
    Secret.INCOME: Mask(income, gettext_lazy("Income"), 0),
    Secret.WORDS: Mask(words, gettext_lazy("Free text"), 5),  # of each number in it
    Secret.WHOLE: Mask(whole, gettext_lazy("Confidential value"), 0),
}


def hide(kind: Secret, value: Any) -> str:
    """A value as everybody may see it; empty where there is none."""
    return "" if value in ("", None) else MASKS[kind].hide(value)
