"""What the house does to opportunities by itself, each in one statement."""

from __future__ import annotations

from django.db import connection

# Who leads changes of open ones alone: what was won or lost stays whose it was. The institution changes of all.
_FOLLOW = """
UPDATE sales_opportunity o
SET owner_id = CASE WHEN o.state = 'open' AND o.follows THEN coalesce(p.manager_id, o.owner_id) ELSE o.owner_id END,
    institution_id = p.institution_id, version = o.version + 1
FROM party_party p
WHERE p.id = o.party_id
    AND (p.institution_id <> o.institution_id
        OR (o.state = 'open' AND o.follows AND p.manager_id IS NOT NULL AND p.manager_id <> o.owner_id))
"""


def follow_managers() -> int:
    """Gives open opportunities that go with their customer to whoever looks after the customer now, and all of them the
    customer's institution; returns how many changed. One statement; a job runs it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW)
        return cursor.rowcount
