"""The triggers that keep the sums of opportunities, whatever writes one, and the job that makes their entries fewer.

They belong to the tables' owner: whoever may write an opportunity need not be able to write a sum.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from guanxi.crm.kernel.statement_triggers import TOUCHED, are_there, statement_trigger

TABLE, LEADS = "sales_opportunity", "sales_lead"
ALL = f"SELECT 1 AS turn, n.* FROM {TABLE} n"


@dataclass(frozen=True, slots=True)
class Ledger:
    """A table of entries: by what it is grouped (column: expression over an opportunity ``a``, its customer ``p`` or
    prospect ``l``), and which opportunities it sums.
    """

    table: str
    keys: dict[str, str]
    which: str

    @property
    def names(self) -> str:
        """The columns by which it is grouped."""
        return ", ".join(self.keys)

    def entry(self, touched: str, leads: str = "sales_lead") -> str:
        """The statement that enters what was touched; ``leads`` says of which kind prospects are, or were."""
        places = ", ".join(str(place) for place in range(1, len(self.keys) + 1))
        return f"""
    INSERT INTO {self.table} ({self.names}, number, amount, contribution)
    SELECT {", ".join(self.keys.values())}, sum(turn), sum(turn * a.amount_cny), sum(turn * a.contribution)
    FROM ({touched}) a LEFT JOIN party_party p ON p.id = a.party_id
        LEFT JOIN {leads} l ON l.id = a.lead_id AND a.party_id IS NULL
    WHERE {self.which}
    GROUP BY {places}
    HAVING sum(turn) <> 0 OR sum(turn * a.amount_cny) <> 0 OR sum(turn * a.contribution) <> 0;"""

    def compaction(self) -> str:
        """The statement that puts one entry in the place of several. Who reads meanwhile sees either; what is entered
        meanwhile stays.
        """
        same = " AND ".join(f"e.{name} = m.{name}" for name in self.keys)
        return f"""
    WITH many AS (SELECT {self.names} FROM {self.table} GROUP BY {self.names} HAVING count(*) > 1),
    gone AS (DELETE FROM {self.table} e USING many m WHERE {same} RETURNING e.*)
    INSERT INTO {self.table} ({self.names}, number, amount, contribution)
    SELECT {self.names}, sum(number), sum(amount), sum(contribution) FROM gone GROUP BY {self.names}
    HAVING sum(number) <> 0 OR sum(amount) <> 0 OR sum(contribution) <> 0"""


COMMON = {"institution_id": "a.institution_id", "kind": "coalesce(p.kind, l.kind, '')", "stage_id": "a.stage_id"}
LEDGERS = (
    Ledger("sales_leadersum", {"owner_id": "a.owner_id", **COMMON}, "a.state = 'open'"),
    Ledger(
        "sales_monthsum",
        {
            **COMMON,
            "state": "a.state",
            "month": "date_trunc('month', CASE a.state WHEN 'open' THEN a.expected_on ELSE a.closed_on END"
            "::timestamp)::date",
        },
        "a.state IN ('open', 'won')",
    ),
)


def trigger(event: str) -> str:
    """One trigger of opportunities with its function, as SQL."""
    body = "".join(ledger.entry(TOUCHED[event]) for ledger in LEDGERS)
    return statement_trigger(f"sales_sums_{event}", event, TABLE, body)


def lead_trigger() -> str:
    """The trigger of prospects: what they may buy is entered anew where somebody corrects which kind they are."""
    changed = "SELECT r.id FROM removed r JOIN added n USING (id) WHERE r.kind <> n.kind"
    rows = f"SELECT {{turn}} AS turn, o.* FROM {TABLE} o WHERE o.party_id IS NULL AND o.lead_id IN ({changed})"
    sides = ((-1, "removed"), (1, "added"))
    body = "".join(ledger.entry(rows.format(turn=turn), side) for ledger in LEDGERS for turn, side in sides)
    return statement_trigger("sales_sums_lead", "update", LEADS, body)


def define(using: BaseDatabaseWrapper) -> None:
    """Makes functions and triggers what the code says, and sums what was there before there were any.

    Does nothing while tables are missing.
    """
    tables = (TABLE, LEADS, *(ledger.table for ledger in LEDGERS))
    with using.cursor() as cursor:
        if not are_there(cursor, tables):
            return
        for event in TOUCHED:
            cursor.execute(trigger(event))
        cursor.execute(lead_trigger())
    sum_all(using)


def sum_all(using: BaseDatabaseWrapper) -> None:
    """Sums every opportunity into ledgers that are empty. For the tables' owner."""
    with using.cursor() as cursor:
        for ledger in LEDGERS:
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {ledger.table})")
            if not cursor.fetchone()[0]:
                cursor.execute(ledger.entry(ALL))


def make_fewer() -> None:
    """Puts one entry in the place of those that say the same of the same; two statements, a job's."""
    with connection.cursor() as cursor:
        for ledger in LEDGERS:
            cursor.execute(ledger.compaction())
