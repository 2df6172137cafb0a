"""What rooms above keep about prospects: their rows go over to the customer whom a prospect becomes.

A table that has such rows names the prospect in ``lead_id`` and the customer in ``party_id``, which is empty until
there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from guanxi.crm.sales.lead_codes import LeadState


@dataclass(frozen=True, slots=True)
class Hung:
    """A table; ``follows``: its rows may go with who looks after the customer (columns ``follows``, ``staff_id``)."""

    table: str
    follows: bool = False

    def adoption(self, which: str) -> str:
        """The statement that gives the rows of some prospects (``which``, a condition on the lead ``l``) to the
        customers they have become.
        """
        follows = ", follows = t.follows OR t.staff_id IS NOT DISTINCT FROM p.manager_id" if self.follows else ""
        return f"""
UPDATE {self.table} t SET party_id = p.id{follows}
FROM sales_lead l JOIN party_party p ON p.id = l.party_id
WHERE {which} AND t.lead_id = l.id AND t.lead_id IS NOT NULL AND t.party_id IS NULL"""


_TABLES: dict[str, Hung] = {}


def register(*tables: Hung) -> None:
    """Makes tables known; called when an application is ready."""
    _TABLES.update({one.table: one for one in tables})


def adopt_hung(cursor: Any, lead_ids: Sequence[int]) -> None:
    """Gives what hangs on prospects who have become customers to these; one statement a table."""
    for one in _TABLES.values():
        cursor.execute(one.adoption("l.id = ANY (%(leads)s)"), {"leads": list(lead_ids)})


def adopt_strays(cursor: Any) -> None:
    """Gives customers what still hangs on the prospects they were: a series that was written on while somebody
    converted its prospect copies what it saw before. One statement a table.
    """
    for one in _TABLES.values():
        cursor.execute(one.adoption("l.state = %(converted)s"), {"converted": LeadState.CONVERTED})


def nothing_hung(alias: str) -> str:
    """The condition, as SQL, that nothing hangs on the lead with this alias."""
    return " AND ".join(f"NOT EXISTS (SELECT 1 FROM {one} t WHERE t.lead_id = {alias}.id)" for one in _TABLES) or "true"
