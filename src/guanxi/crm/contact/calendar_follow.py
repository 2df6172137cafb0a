"""Appointments with a customer go with the customer, as tasks do: what is agreed for next week is still agreed."""

from __future__ import annotations

from django.db import connection, transaction

_GUESTS = """
DELETE FROM contact_attendance t USING contact_appointment a, party_party p
WHERE a.id = t.appointment_id AND p.id = a.party_id AND a.state = 'planned' AND a.follows AND a.starts_at > now()
    AND p.manager_id IS NOT NULL AND p.manager_id <> a.staff_id AND t.staff_id = p.manager_id
"""
_OWNERS = """
UPDATE contact_attendance t SET staff_id = p.manager_id
FROM contact_appointment a, party_party p
WHERE a.id = t.appointment_id AND p.id = a.party_id AND a.state = 'planned' AND a.follows AND a.starts_at > now()
    AND p.manager_id IS NOT NULL AND p.manager_id <> a.staff_id AND t.answer = 'own'
"""
_ROWS = """
UPDATE contact_appointment a SET staff_id = p.manager_id, version = a.version + 1
FROM party_party p
WHERE p.id = a.party_id AND a.state = 'planned' AND a.follows AND a.starts_at > now()
    AND p.manager_id IS NOT NULL AND p.manager_id <> a.staff_id
"""


def follow_managers() -> int:
    """Gives planned appointments that go with their customer to whoever looks after the customer now; returns how many
    moved. Three statements over what lies ahead.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (_GUESTS, _OWNERS, _ROWS):
            cursor.execute(statement)
        return cursor.rowcount
