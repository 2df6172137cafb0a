"""The published tables, in the order in which they are written."""

from __future__ import annotations

from guanxi.warehouse.publish.declare import Kind, Table
from guanxi.warehouse.publish.tables import daily, group, identity, journal, snapshot

TABLES: tuple[Table, ...] = (
    snapshot.INSTITUTION,
    snapshot.STAFF,
    snapshot.PRODUCT,
    snapshot.PRODUCT_RATE,
    snapshot.ASSUMPTION,
    snapshot.PARTY,
    snapshot.PARTY_IDENTIFIER,
    snapshot.CONTACT_POINT,
    snapshot.PARTY_RELATION,
    snapshot.AGREEMENT,
    snapshot.AGREEMENT_PARTY,
    snapshot.COMPANY_LINK,
    group.OWNERSHIP,
    group.GROUP_MEMBER,
    group.GUARANTEE_CIRCLE,
    group.HOUSEHOLD_MEMBER,
    identity.RECORD,
    identity.PAIR,
    identity.FIELD,
    identity.THRESHOLD_COUNT,
    identity.THRESHOLD_SAMPLE,
    daily.CUSTOMER_FIGURE,
    daily.AGREEMENT_FIGURE,
    daily.MATURITY,
    daily.INDUSTRY_FIGURE,
    daily.ALERT,
    journal.EVENT,
    journal.AGREEMENT_MONTH,
    journal.CUSTOMER_MONTH,
    journal.BALANCE_CHANGE,
    journal.TIER_CHANGE,
    journal.MOVEMENT,
    journal.BOOK_DAY,
    journal.INDUSTRY_MONTH,
)


_BY_NAME = {table.name: table for table in TABLES}


def published(name: str) -> Table | None:
    """The published table of this name; None for one that is declared elsewhere."""
    return _BY_NAME.get(name)


def tables_of(kind: Kind) -> tuple[Table, ...]:
    """The tables of one kind."""
    return tuple(table for table in TABLES if table.kind is kind)
