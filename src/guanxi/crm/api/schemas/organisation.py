"""Institutions, staff, products and oneself over the wire."""

from __future__ import annotations

import datetime
from typing import Literal

from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field

from guanxi.crm.api.schemas.parts import Coded, Named, Number, Ratio, Strict, Text


class Publication(Schema):
    """What the answers show: the newest publication of the night's job. All empty before the first night."""

    id: int | None
    business_date: datetime.date | None
    previous_business_date: datetime.date | None
    published_at: datetime.datetime | None


class Reach(Schema):
    """How far one verb reaches."""

    verb: str
    reach: Literal["nothing", "own", "institutions", "everything"]
    retail: list[str] | None = Field(description=_("Institutions whose retail customers; none for the whole bank."))
    corporate: list[str] | None = Field(
        description=_("Institutions whose corporate customers; none for the whole bank.")
    )
    managers: list[str] = Field(
        description=_("Staff numbers whose books are yours today: your own, and those covered.")
    )
    words: str = Field(description=_("The same in words."))


class TokenFacts(Schema):
    """The token that this request came with."""

    name: str
    abilities: list[str]
    expires_at: datetime.datetime
    records_a_day: int


class Me(Schema):
    """Who asks."""

    id: str
    name: str
    institution: Named | None
    roles: list[Coded]
    scopes: list[Reach]
    token: TokenFacts | None


class Institution(Schema):
    """An institution of the bank."""

    id: str
    name: str
    kind: Coded | None
    parent_id: str | None
    depth: int


class Institutions(Schema):
    """The institutions, each before those below it."""

    items: list[Institution]


class Colleague(Schema):
    """A relationship manager in service."""

    id: str
    name: str
    institution: Named


class Colleagues(Schema):
    """Relationship managers of the institutions that you see."""

    items: list[Colleague]


class Product(Schema):
    """A product of the catalogue."""

    id: str
    name: str
    dimension: Coded | None
    kind: Coded | None
    line: str
    on_sale: bool
    risk_level: str
    fee_rate: Ratio | None
    lowest_rate: Ratio | None = Field(description=_("A year, in CNY, in force at the business date."))
    highest_rate: Ratio | None


class Products(Schema):
    """The catalogue."""

    items: list[Product]


class Step(Schema):
    """A rate from a day on."""

    valid_from: datetime.date
    annual_rate: Ratio


class Rates(Schema):
    """The rates of a currency and a term, the oldest first."""

    currency: str
    term_days: int = Field(description=_("0 for none."))
    steps: list[Step]


class ProductRates(Schema):
    """A product with its rates."""

    id: str
    name: str
    kind: Coded | None
    on_sale: bool
    rates: list[Rates]


class Support(Schema):
    """Somebody who supports a customer beside the lead manager. ``version`` goes into ``If-Match``."""

    id: int
    staff: Named
    version: str


class Supports(Schema):
    """Who supports a customer today."""

    items: list[Support]


class NewSupport(Strict):
    """Whom to let support the customer."""

    staff: Number
    until: datetime.date | None = Field(None, description=_("The last day; without it until it is ended."))
    reason: Text = Field("", max_length=200)


class Cover(Schema):
    """A period in which somebody looks after another's customers. ``version`` goes into ``If-Match``."""

    id: int
    staff: Named
    substitute: Named
    first: datetime.date
    last: datetime.date
    reason: str
    version: str


class Covers(Schema):
    """The covers that last or will come, of the managers you are responsible for."""

    items: list[Cover]


class NewCover(Strict):
    """Who looks after whose customers, from the first day to the last, both included."""

    staff: Number
    substitute: Number
    first: datetime.date
    last: datetime.date
    reason: Text = Field("", max_length=200)
