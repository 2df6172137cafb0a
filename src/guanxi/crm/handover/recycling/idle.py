"""The manager has not looked at the customer for some days, by the log of who did what."""

from __future__ import annotations

import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanxi.crm.handover.recycling.base import Ground, Kind

# Whoever was handed over within the time had no time yet to be looked at.
_IDLE = """
SELECT p.manager_id, p.id FROM party_party p
WHERE p.kind = %(kind)s AND p.institution_id = ANY(%(places)s) AND p.manager_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.subject = p.id AND e.actor = p.manager_id AND e.at >= %(since)s)
    AND NOT EXISTS (SELECT 1 FROM org_assignment a WHERE a.party_id = p.id AND a.kind = 'lead'
        AND a.valid_to IS NULL AND a.valid_from >= %(since)s)
    AND EXISTS (SELECT 1 FROM audit_entry f WHERE f.at < %(since)s)
ORDER BY p.id
"""


def find(ground: Ground) -> dict[str, list[str]]:
    """Customers of whom the log knows nothing by their manager for so many days; none while the log is younger."""
    since = ground.today - datetime.timedelta(days=ground.threshold)
    with connection.cursor() as cursor:
        cursor.execute(_IDLE, {"kind": ground.kind, "places": list(ground.institutions), "since": since})
        found: dict[str, list[str]] = {}
        for manager, number in cursor.fetchall():
            found.setdefault(manager, []).append(number)
    return found


KIND = Kind(
    "idle", _("The manager has not opened the customer's page"), find, unit=pgettext_lazy("how many", "days"), least=7
)
