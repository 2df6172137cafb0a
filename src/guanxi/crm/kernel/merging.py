"""The register of what follows when two records turn out to be one: each room says how its tables do.

A table that names a record is here, or a test fails. From the register the database's functions are made
(``identity/database.py``); nothing here knows what a bank is. Conditions and expressions are SQL over ``t`` (the row of
the number that goes) and ``p`` (``p.gone``, ``p.kept``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise


class Layer(StrEnum):
    """Who else writes the table, and so how long what a merge does to it holds."""

    SITE = "site"  # the site's own: until the merge is undone
    JOURNAL = "journal"  # published a night and never again: the same
    OVERLAY = "overlay"  # published as it is so tonight: until the next night, which has the number itself


class How(StrEnum):
    """What a merge does to the rows of the number that goes."""

    MOVES = "moves"  # they get the other number
    ADDS_UP = "adds up"  # they are added to the other's rows of the same key
    ASIDE = "aside"  # they are put aside
    OWN = "own"  # by a function of its own, which is named here
    STAYS = "stays"  # nothing: a log, or derived from what moves


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """One column of one table that names a record.

    ``key`` are the columns that make a row what it is. A row for which ``clash`` holds cannot move (the other number
    has its like): it is put ``aside``, or stays where it is. ``over`` are further columns of a row that moves, with
    what they become. ``only`` narrows the rows that a statement touches at all. ``sums`` says of ``ADDS_UP`` what each
    column becomes, as an expression over ``t`` (the row that stays) and ``g``; what is not named stays. ``made`` is
    when a row was made: rows made after a merge are shared out when it is undone, by ``parent`` (a column and the table
    that it points to) where there is one; ``label`` is SQL for what such a row is called, ``title`` names the kind of
    thing.
    ``history`` is the table of the row's history, which moves along. ``why`` says why something stays.
    """

    table: str
    column: str = "party_id"
    key: tuple[str, ...] = ("id",)
    how: How = How.MOVES
    layer: Layer = Layer.SITE
    clash: str = ""
    aside: bool = True
    only: str = ""
    over: Mapping[str, str] = field(default_factory=dict)
    sums: Mapping[str, str] = field(default_factory=dict)
    made: str = ""
    parent: tuple[str, str] | None = None
    label: str = "''"
    title: str | Promise = ""
    history: str = ""
    function: str = ""
    why: str = ""


def twin(table: str, *columns: str, column: str = "party_id", when: str = "") -> str:
    """The condition that the number that stays has a row like ``t`` already; ``when`` narrows both."""
    alike = " AND ".join(f"o.{name} = t.{name}" for name in columns)
    more = "".join(f" AND {when.format(row)}" for row in ("t", "o")) if when else ""
    return f"EXISTS (SELECT 1 FROM {table} o WHERE o.{column} = p.kept{' AND ' + alike if alike else ''}{more})"


_REGISTER: dict[tuple[str, str], Follows] = {}


def register(*entries: Follows) -> None:
    """Makes tables known; called when an application is ready."""
    for one in entries:
        _REGISTER[one.table, one.column] = one


def registered(*layers: Layer) -> tuple[Follows, ...]:
    """Everything registered, of some layers or of all, in the order it was."""
    return tuple(one for one in _REGISTER.values() if not layers or one.layer in layers)
