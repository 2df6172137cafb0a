"""What the house does to opportunities by itself, each in one statement."""

from __future__ import annotations

from django.db import connection

# Open ones alone: what was won or lost stays where and whose it was.
_FOLLOW = """
UPDATE sales_opportunity o
SET owner_id = CASE WHEN o.follows AND p.manager_id IS NOT NULL THEN p.manager_id ELSE o.owner_id END,
    institution_id = p.institution_id,
    version = o.version + 1
FROM party_party p
WHERE p.id = o.party_id AND o.state = 'open'
    AND ((o.follows AND p.manager_id IS NOT NULL AND p.manager_id <> o.owner_id)
        OR p.institution_id <> o.institution_id)
"""


def follow_managers() -> int:
    """Gives open opportunities that go with their customer to whoever looks after the customer now, and counts them in
    the customer's institution; returns how many. One statement over the open ones; a job runs it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW)
        return cursor.rowcount
