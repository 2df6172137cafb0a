"""The bank's tables, in the order in which they are read: what is referred to comes before what refers to it."""

from __future__ import annotations

from guanxi.warehouse.landing.contract import Table
from guanxi.warehouse.landing.tables.agreement import AGREEMENT, AGREEMENT_PARTY, BALANCE
from guanxi.warehouse.landing.tables.event import EVENT
from guanxi.warehouse.landing.tables.organisation import INSTITUTION, STAFF
from guanxi.warehouse.landing.tables.party import CONTACT_POINT, PARTY, PARTY_IDENTIFIER, PARTY_RELATION
from guanxi.warehouse.landing.tables.product import EXCHANGE_RATE, FTP_CURVE, PRODUCT, RATE

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        INSTITUTION,
        STAFF,
        PARTY,
        PARTY_IDENTIFIER,
        CONTACT_POINT,
        PARTY_RELATION,
        PRODUCT,
        RATE,
        FTP_CURVE,
        EXCHANGE_RATE,
        AGREEMENT,
        AGREEMENT_PARTY,
        BALANCE,
        EVENT,
    )
}
