"""Leads on the wire."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field

from guanxi.crm.api.schemas.parts import Bound, Coded, Money, Named, Strict, Text
from guanxi.crm.party.models import PartyKind
from guanxi.crm.sales.lead_codes import LeadProduct


class NewLead(Strict):
    """Somebody who may become a customer, as another system knows them."""

    kind: PartyKind
    name: Text = Field(min_length=1, max_length=200)
    contact_name: Text = Field("", max_length=120)
    phone: Text = Field("", max_length=40)
    identifier: Text = Field("", max_length=64)
    city: Text = Field("", max_length=60)
    industry: Text = Field("", max_length=8, description=_("Class or division of GB/T 4754."))
    product: LeadProduct | None = None
    amount: Bound | None = Field(None, description=_("In CNY."))
    source_detail: Text = Field("", max_length=120)
    note: Text = Field("", max_length=2_000)
    institution: Text = Field("", max_length=32, description=_("The own one where it is left out."))
    assign: bool = Field(True, description=_("Give it to a manager by the rules; else it lies in the pool."))


class Twin(Schema):
    """Somebody within the caller's scope who may be the same."""

    id: str
    is_customer: bool
    agrees_in: list[str]


class Lead(Schema):
    """A lead; its phone and a person's identifier are masked."""

    id: int
    kind: Coded
    name: str
    phone: str
    identifier: str
    city: str
    product: Coded | None
    amount: Money | None
    source: Coded
    state: Coded
    score: int
    institution: Named
    manager: Named | None
    accept_by: datetime.datetime | None
    customer: str | None
    opportunity: int | None
    made_at: datetime.datetime
    version: int


class Taken(Schema):
    """What was taken in. ``lead`` is empty where it went to somebody whom the caller does not see."""

    id: int
    state: Coded
    lead: Lead | None
    duplicates: list[Twin]
