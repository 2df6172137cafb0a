"""What the bank released in the site, as a night reads it from the operational database; and what it went by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import psycopg

from guanxi.warehouse.rules.versions import Release, Ruling

_RELEASED = """
SELECT book, id, role, share, effective_from, content FROM rulings_version
WHERE effective_from <= %(day)s AND (state = 'released' OR (state = 'withdrawn' AND effective_until > %(day)s))
ORDER BY effective_from, decided_at, id
"""
_FORGET = "DELETE FROM rulings_night WHERE business_date = %s"
_REMEMBER = """
INSERT INTO rulings_night (business_date, book, label, share, content) VALUES (%s, %s, %s, %s, %s)
"""


def released(database_url: str, day: date) -> dict[str, list[Release]]:
    """By book what is in force in the night of ``day``, the newest last; for a night that is redone with what has been
    withdrawn since."""
    found: dict[str, list[Release]] = {}
    with psycopg.connect(database_url) as connection:
        for book, *row in connection.execute(_RELEASED, {"day": day}):
            found.setdefault(book, []).append(Release(*row))
    return found


def remember(database_url: str, day: date, ruled: Mapping[str, Ruling]) -> None:
    """Writes down what a night went by, so that each of its decisions can be explained however rules change."""
    with psycopg.connect(database_url) as connection:
        connection.execute(_FORGET, [day])
        for book, ruling in sorted(ruled.items()):
            share = ruling.share if ruling.challenger else 0
            for version, part in ((ruling.champion, 100 - share), (ruling.challenger, share)):
                if version is not None:
                    connection.execute(_REMEMBER, [day, book, version.label, part, version.content])
