"""Published sums over books: how they follow when records change hands within a published day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """A model whose rows are sums over the rows of another one, by manager among other things.

    A model that has a manager and no record says by this how it is brought up to date when records move to another
    manager: ``of`` is the model summed over, ``date`` the day's column in both, ``manager`` the manager's (empty, never
    NULL, for none), ``alike`` the further columns that both have and by which is grouped, ``also`` columns with the one
    that fills them, ``measures`` the sums with what is summed (an expression over the other model's columns), ``many``
    the measure that counts: a row of none goes.
    """

    of: type[Any]
    date: str
    manager: str
    alike: tuple[str, ...]
    measures: tuple[tuple[str, str], ...]
    many: str
    also: tuple[tuple[str, str], ...] = ()


def entered(model: type[Any], sums: Sums, *, rows: str, manager: str, sign: str) -> str:
    """The statement that adds rows of the other model to their sums, or takes them away, as SQL.

    ``rows`` says which, from FROM on, as ``f``; ``manager`` and ``sign`` (1 or -1) are expressions over them.
    """
    key = (sums.date, *(column for column, _from in sums.also), sums.manager, *sums.alike)
    given = [f"f.{sums.date}", *(f"f.{source}" for _column, source in sums.also), manager]
    given += [f"f.{column}" for column in sums.alike]
    added = [f"sum({sign} * {what if what.isdigit() else f'f.{what}'})" for _name, what in sums.measures]
    measures = [name for name, _what in sums.measures]
    unique = ", ".join(field.column for field in model._meta.pk.fields)  # type: ignore[attr-defined]
    grouped = ", ".join(str(position) for position in range(1, len(key) + 1))
    raised = ", ".join(f"{name} = b.{name} + excluded.{name}" for name in measures)
    return f"""
    INSERT INTO {model._meta.db_table} AS b ({", ".join((*key, *measures))})
    SELECT {", ".join((*given, *added))} {rows}
    GROUP BY {grouped} ORDER BY {grouped}
    ON CONFLICT ({unique}) DO UPDATE SET {raised};"""
