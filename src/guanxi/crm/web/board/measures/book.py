"""The book: how many customers somebody looks after, what they hold and bring in."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from guanxi.crm.insight.book_queries import Holding, books_by_manager
from guanxi.crm.web.board.measures.base import Asked, Cell, Column, Measure


def _read(asked: Asked) -> Mapping[str, Holding]:
    return books_by_manager(asked.scope, date=asked.day)


def _together(one: Holding, other: Holding) -> Holding:
    return Holding(
        one.customers + other.customers,
        one.assets + other.assets,
        one.loan + other.loan,
        one.contribution + other.contribution,
    )


BOOK = Measure(
    name="book",
    read=_read,
    none=Holding(),
    combine=_together,
    columns=(
        Column(
            key="customers",
            label=_("Customers"),
            draw=lambda display, book: Cell(display.count(book.customers), book.customers),
            sheet=lambda book: book.customers,
        ),
        Column(
            key="assets",
            label=_("Assets"),
            draw=lambda display, book: Cell(display.money(book.assets), book.assets),
            sheet=lambda book: book.assets,
            excel="#,##0.00",
        ),
        Column(
            key="contribution",
            label=_("Contribution, 12 months"),
            draw=lambda display, book: Cell(display.money(book.contribution), book.contribution),
            sheet=lambda book: book.contribution,
            excel="#,##0.00",
        ),
    ),
)
