"""Customers whom nobody in service looks after: those without a manager, and those of somebody who has left."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache

from guanxi.crm.insight.book_queries import books_by_manager, customers_in
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.models import Staff


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who has left and still has customers. ``since`` is the last day, where it is known."""

    staff_id: str
    name: str
    since: datetime.date | None
    customers: int


@dataclass(frozen=True, slots=True)
class Orphans:
    """What waits to be given to somebody: customers of nobody, and leavers with theirs, the most customers first."""

    nobody: int
    leavers: tuple[Leaver, ...]

    @property
    def many(self) -> int:
        """How many customers in all."""
        return self.nobody + sum(one.customers for one in self.leavers)


@lru_cache(maxsize=512)
def orphans_in(published: int, date: datetime.date, scope: Scope) -> Orphans:
    """The customers within a scope whom nobody in service looks after; two or three queries, then remembered."""
    books = books_by_manager(scope, date=date)
    gone = {one.pk: one for one in Staff.objects.filter(pk__in=books, is_active=False).only("id", "name", "left_on")}
    known = set(Staff.objects.filter(pk__in=books).values_list("id", flat=True))
    leavers = [
        Leaver(number, gone[number].name if number in gone else number,
               gone[number].left_on if number in gone else None, book.customers)
        for number, book in books.items()
        if number in gone or number not in known
    ]  # fmt: skip
    leavers.sort(key=lambda one: (-one.customers, one.staff_id))
    return Orphans(customers_in(published, date, scope, None, ""), tuple(leavers))
