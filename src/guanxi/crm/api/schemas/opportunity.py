"""Opportunities on the wire."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field

from guanxi.crm.api.schemas.parts import Bound, Cny, Coded, Money, Named, Number, Ratio, Strict, Text
from guanxi.crm.sales.opportunity_codes import ProductLine


class PipelineStage(Schema):
    """A stage of a pipeline. ``state``: whether what is in it is open, won or lost; ``required``: what must be known
    before an opportunity enters.
    """

    code: str
    label: str
    state: Coded
    probability: int = Field(description=_("Of winning, in per cent."))
    required: list[Coded]


class Pipeline(Schema):
    """The stages of a product line, in order, and why something of it is won or lost."""

    line: Coded
    name: str
    stages: list[PipelineStage]


class EndReason(Schema):
    """Why an opportunity is won, or lost."""

    code: str
    label: str
    state: Coded


class Pipelines(Schema):
    """The pipelines in use, and the reasons common to all."""

    pipelines: list[Pipeline]
    reasons: list[EndReason]


class OpportunityRow(Schema):
    """An opportunity in a list."""

    id: int
    title: str
    customer: Named | None = Field(description=_("Empty for a prospect who is no customer yet."))
    lead: int | None = Field(description=_("The prospect, where it is one."))
    line: Coded
    stage: Coded
    state: Coded
    probability: int = Field(description=_("Of winning, in per cent."))
    amount: Cny = Field(description=_("In CNY, at the published rate."))
    contribution: Cny = Field(description=_("Expected of the first twelve months, CNY."))
    expected_on: datetime.date
    closed_on: datetime.date | None
    manager: Named = Field(description=_("Who leads it."))
    institution: Named
    version: int


class OpportunityPage(Schema):
    """A page of opportunities."""

    items: list[OpportunityRow]
    next: str | None = Field(description=_("Ask for the next page with it; empty on the last."))


class OpportunityProduct(Schema):
    """A product of an opportunity, in its currency."""

    id: str
    name: str
    amount: Money
    term_days: int | None
    price: Ratio | None
    below_floor: bool
    contribution: Cny | None


class TeamMember(Schema):
    """Somebody in the team, with the share of the credit."""

    staff: Named
    part: Coded
    share: Ratio = Field(description=_("Of one: 0.3 are 30 per cent."))


class Opportunity(Schema):
    """One opportunity with its parts."""

    id: int
    title: str
    customer: Named | None = Field(description=_("Empty for a prospect who is no customer yet."))
    lead: int | None = Field(description=_("The prospect, where it is one."))
    line: Coded
    stage: Coded
    state: Coded
    probability: int = Field(description=_("Of winning, in per cent."))
    amount: Money | None
    amount_cny: Cny
    contribution: Cny
    term_days: int | None
    expected_on: datetime.date
    need: str
    decider: str
    manager: Named = Field(description=_("Who leads it."))
    institution: Named
    products: list[OpportunityProduct]
    team: list[TeamMember]
    competitors: list[str]
    origin: Coded
    opened_at: datetime.datetime
    stage_since: datetime.datetime
    closed_on: datetime.date | None
    reason: Coded | None
    reason_text: str
    version: int


class NewOpportunity(Strict):
    """Something that a customer may buy."""

    customer: Number
    line: ProductLine
    title: Text = Field(min_length=1, max_length=120)
    expected_on: datetime.date
    amount: Bound | None = Field(None, description=_("In the currency named."))
    currency: str = Field("CNY", pattern="^[A-Z]{3}$", description=_("ISO 4217."))
    term_days: int | None = Field(None, ge=1, le=36_500)
    need: Text = Field("", max_length=2_000)
    decider: Text = Field("", max_length=120)
    manager: Number | None = Field(None, description=_("Who leads it; the customer's manager where it is left out."))


class StageMove(Strict):
    """To which stage an opportunity moves; with the end also why."""

    version: int = Field(ge=1, le=2_147_483_647, description=_("The one that you read."))
    stage: Text = Field(min_length=1, max_length=24, description=_("The code of a stage of its pipeline."))
    reason: Text = Field("", max_length=24, description=_("The code of a reason, where it is won or lost."))
    text: Text = Field("", max_length=500)
    competitor: Text = Field("", max_length=80, description=_("Which bank got it, where it is lost."))
