"""The register of what hangs on a manager: each room says how much of it moves, or stays, when customers change hands.

A preview walks it, so that nobody signs for customers without having seen what comes along. What hangs on the customer
moves with them by itself; what hangs on the person stays with the person and is counted so that somebody sees to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.functional import Promise

# Customers and receivers of a hand-over, as a query with the columns party_id and receiver, and its parameters.
Placed = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hanging:
    """One kind of thing. ``moves``: it goes with the customers; else it stays with the giver.

    ``count`` says how many there are by receiver's number, of the giver (None for nobody) and the customers placed;
    things that stay are counted under the giver's own number.
    """

    name: str
    title: str | Promise
    moves: bool
    count: Callable[[str | None, Placed], Mapping[str, int]]


_REGISTER: dict[str, Hanging] = {}


def register(*entries: Hanging) -> None:
    """Makes kinds known; called when an application is ready."""
    for one in entries:
        _REGISTER[one.name] = one


def registered() -> tuple[Hanging, ...]:
    """Everything registered, in the order it was."""
    return tuple(_REGISTER.values())


def counted(
    table: str, condition: str = "true", column: str = "party_id"
) -> Callable[[str | None, Placed], Mapping[str, int]]:
    """How many rows of a table (``t``) belong to the customers placed, by receiver; one query."""

    def count(_giver: str | None, placed: Placed) -> Mapping[str, int]:
        sql, parameters = placed
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT i.receiver, count(*) FROM ({sql}) i JOIN {table} t ON t.{column} = i.party_id "
                f"WHERE {condition} GROUP BY 1",
                parameters,
            )
            return dict(cursor.fetchall())

    return count
