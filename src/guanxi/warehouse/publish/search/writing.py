"""How names are folded before they are compared: small letters, half-width, without spaces."""

from __future__ import annotations

# Full-width letters and digits, which older core systems write, and the plain ones they stand for.
WIDE = "".join(chr(code) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)))
PLAIN = "0123456789" + "abcdefghijklmnopqrstuvwxyz" * 2
# Not part of a name as it is typed: spaces, the ideographic one among them.
SPACES = " \t\u00a0\u3000"


def half_width(column: str) -> str:
    """SQL: a text in small letters, half-width."""
    return f"lower(translate({column}, '{WIDE}', '{PLAIN}'))"


def without_spaces(column: str) -> str:
    """SQL: a text without its spaces."""
    return f"translate({column}, '{SPACES}', '')"
