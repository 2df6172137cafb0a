"""Appointments with a customer or a prospect go with them, as tasks do: what is agreed for next week still is."""

from __future__ import annotations

from django.db import connection, transaction

# Which appointments: planned ones that lie ahead and go with whom they are about, who is now somebody else's.
_MOVED = """w.id = a.{column} AND {which} a.state = 'planned' AND a.follows AND a.starts_at > now()
    AND w.manager_id IS NOT NULL AND w.manager_id <> a.staff_id"""
_GUESTS = f"""
DELETE FROM contact_attendance t USING contact_appointment a, {{table}} w
WHERE a.id = t.appointment_id AND {_MOVED} AND t.staff_id = w.manager_id
"""
_OWNERS = f"""
UPDATE contact_attendance t SET staff_id = w.manager_id
FROM contact_appointment a, {{table}} w
WHERE a.id = t.appointment_id AND {_MOVED} AND t.answer = 'own'
"""
_ROWS = f"""
UPDATE contact_appointment a SET staff_id = w.manager_id, version = a.version + 1
FROM {{table}} w
WHERE {_MOVED}
"""
WHOSE = (
    {"table": "party_party", "column": "party_id", "which": ""},
    {"table": "sales_lead", "column": "lead_id", "which": "a.party_id IS NULL AND"},
)


def follow_managers() -> int:
    """Gives planned appointments that go with their customer or prospect to whoever looks after them now; returns how
    many moved. Six statements over what lies ahead.
    """
    moved = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for whose in WHOSE:
            for statement in (_GUESTS, _OWNERS, _ROWS):
                cursor.execute(statement.format(**whose))
            moved += cursor.rowcount
    return moved
