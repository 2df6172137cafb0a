"""Puts the transactions of a day in the order in which they were booked, which the files do not keep.

The ledger prints the balance after each transaction. Within a day the order is the one in which every balance follows
from the one before; interest was booked more exactly than it was printed, so a step may be off by ten haléř. Where the
day does not begin at the balance before (the file was cut in its middle, and a transaction is missing), it may begin
anywhere; where even then no order fits, the file's own stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from guanxi.demo.berka_source import Transaction

ROUNDING = (Decimal(0), Decimal("0.10"))


def in_order(transactions: Sequence[Transaction]) -> dict[int, list[Transaction]]:
    """The transactions of each account as they were booked, oldest first."""
    accounts: defaultdict[int, list[Transaction]] = defaultdict(list)
    for transaction in transactions:
        accounts[transaction.account_id].append(transaction)
    return {account: _account(rows) for account, rows in sorted(accounts.items())}


def _account(rows: list[Transaction]) -> list[Transaction]:
    ordered: list[Transaction] = []
    balance = Decimal(0)
    # The sort is stable: what cannot be told apart stays in the file's order.
    for _, day in groupby(sorted(rows, key=lambda row: row.day), key=lambda row: row.day):
        waiting = list(day)
        begins = [balance, *(row.balance - row.signed for row in waiting)]
        chains = (_chain(begin, waiting, limit) for begin in begins for limit in ROUNDING)
        chain = next((chain for chain in chains if chain is not None), waiting)
        ordered += chain
        balance = chain[-1].balance
    return ordered


def _chain(balance: Decimal, waiting: list[Transaction], limit: Decimal) -> list[Transaction] | None:
    if not waiting:
        return []
    for place, row in enumerate(waiting):
        if abs(balance + row.signed - row.balance) <= limit:
            rest = _chain(row.balance, waiting[:place] + waiting[place + 1 :], limit)
            if rest is not None:
                return [row, *rest]
    return None
