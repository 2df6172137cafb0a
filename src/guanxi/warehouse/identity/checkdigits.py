"""Check digits of Chinese identity and credit codes and of card numbers, in Python and as SQL from the same weights."""

from __future__ import annotations

# GB 11643-1999: seventeen digits, weights 2^(18-i) mod 11; the remainder's check character.
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = "10X98765432"
# GB 32100-2015: seventeen characters of an alphabet without I, O, S, V, Z; weights 3^(i-1) mod 31.
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
# GB 11714-1997: eight characters, letters count from A = 10.
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_CHECKS = "0X987654321"


def resident_check(body: str) -> str:
    """The eighteenth character of a resident identity number, from its first seventeen (GB 11643-1999)."""
    if len(body) != 17:
        raise ValueError(f"{body} does not have seventeen digits")
    return RESIDENT_CHECKS[sum(int(digit) * weight for digit, weight in zip(body, RESIDENT_WEIGHTS, strict=True)) % 11]


def organisation_check(body: str) -> str:
    """The ninth character of an organisation code, from its first eight (GB 11714-1997)."""
    if len(body) != 8:
        raise ValueError(f"{body} does not have eight characters")
    total = sum(
        ORGANISATION_ALPHABET.index(character) * weight
        for character, weight in zip(body, ORGANISATION_WEIGHTS, strict=True)
    )
    return ORGANISATION_CHECKS[total % 11]


def credit_check(body: str) -> str:
    """The eighteenth character of a unified social credit code, from its first seventeen (GB 32100-2015)."""
    if len(body) != 17:
        raise ValueError(f"{body} does not have seventeen characters")
    total = sum(
        CREDIT_ALPHABET.index(character) * weight for character, weight in zip(body, CREDIT_WEIGHTS, strict=True)
    )
    return CREDIT_ALPHABET[-total % 31]


def luhn_check(body: str) -> str:
    """The last digit of a card number, from those before it (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _weighted_sum(body: str, weights: tuple[int, ...], alphabet: str | None) -> str:
    terms = []
    for place, weight in enumerate(weights, 1):
        character = f"substr({body}, {place}, 1)"
        value = f"(instr('{alphabet}', {character}) - 1)" if alphabet else f"{character}::INTEGER"
        terms.append(f"{value} * {weight}")
    return "(" + " + ".join(terms) + ")"


def resident_check_sql(body: str) -> str:
    """:func:`resident_check` of an SQL expression."""
    return f"substr('{RESIDENT_CHECKS}', 1 + {_weighted_sum(body, RESIDENT_WEIGHTS, None)} % 11, 1)"


def organisation_check_sql(body: str) -> str:
    """:func:`organisation_check` of an SQL expression."""
    total = _weighted_sum(body, ORGANISATION_WEIGHTS, ORGANISATION_ALPHABET)
    return f"substr('{ORGANISATION_CHECKS}', 1 + {total} % 11, 1)"


def credit_check_sql(body: str) -> str:
    """:func:`credit_check` of an SQL expression."""
    total = _weighted_sum(body, CREDIT_WEIGHTS, CREDIT_ALPHABET)
    return f"substr('{CREDIT_ALPHABET}', 1 + (31 - {total} % 31) % 31, 1)"


def luhn_check_sql(body: str, length: int) -> str:
    """:func:`luhn_check` of an SQL expression of ``length`` digits."""
    terms = []
    for place in range(1, length + 1):
        digit = f"substr({body}, {place}, 1)::INTEGER"
        doubled = (length - place) % 2 == 0
        terms.append(f"[0, 2, 4, 6, 8, 1, 3, 5, 7, 9][1 + {digit}]" if doubled else digit)
    return f"((10 - ({' + '.join(terms)}) % 10) % 10)::VARCHAR"
