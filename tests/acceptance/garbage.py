"""What people, programs and attackers type where something else was asked for."""

from __future__ import annotations

from random import Random

# Markup that no page of the site has; where it comes back as such, what was typed became part of the page.
EVIL = "<gx-evil>"
AWKWARD: tuple[str, ...] = (
    "", " ", "0", "-1", "1", "2147483648", "-2147483649", "9223372036854775808", "1" + "0" * 30, "1e999", "NaN",
    "-Infinity", "0x10", "1.5", "١٢٣", "²", "١", "²³", "true", "null", "None", "undefined", "[]", "{}", "[1,2]",
    '{"a": 1}', "\x00", "a\x00b", "\x1b[31m", "\r\nSet-Cookie: a=b", "\n", "\t", "\u202e", "\ufeff",
    "王" * 300, "a" * 10_000, "💣" * 50, "é", "ß", "İ", "2026-02-30", "0000-00-00", "9999-12-31", "2026-11-28",
    "10000-01-01", "2026-11-28T25:00:00", "2026-11-28T10:00:00+99:00", "2026-W54", "00:00",
    "'", "' OR '1'='1", "'; DROP TABLE party_party; --", "1) OR (1=1", "%", "_", "\\", "%00", "%s", "%(a)s", "{{7*7}}",
    "${7*7}", "{% debug %}", EVIL, f'"{EVIL}', f"'{EVIL}", f"</script>{EVIL}", f"</title>{EVIL}", f"--{EVIL}",
    f"javascript:alert({EVIL})", "=1+1", "@SUM(1)", "../../../../etc/passwd", "..\\..\\", "//evil.example/",
    "https://evil.example/", "/\\evil.example", "\\\\evil.example", "/%0d%0aX: y", "http://[", "http://[::1", "*", "(",
    "[", "((((((((((", ".*", "^$", "password", "party__name", "party__manager__password", "-party__name", "id__regex",
    "staff__password__startswith", "pk", "-pk", "?", "__class__", "objects", "-", "--assets", "assets,name", "1112",
    "1111", "B11", "C0", "U", "P00001", "A000001", "00000000-0000-0000-0000-000000000000",
)  # fmt: skip


def awkward(random: Random) -> str:
    """One of them, now and then two in one."""
    one = random.choice(AWKWARD)
    return one + random.choice(AWKWARD) if random.random() < 0.1 else one
