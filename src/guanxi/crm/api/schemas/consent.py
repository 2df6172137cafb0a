"""Consents and requests of persons over the wire."""

from __future__ import annotations

import datetime
from typing import Literal

from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field

from guanxi.crm.api.schemas.parts import Coded, Strict, Text
from guanxi.crm.consent.codes import Purpose
from guanxi.crm.consent.rights_codes import CaseKind, Proof, Requester, Way


class Answer(Schema):
    """May the customer be contacted, or the data used, for a purpose through a channel, and why."""

    purpose: Coded
    channel: Coded
    allowed: bool
    why: Coded
    since: datetime.date | None
    until: datetime.date | None


class Answers(Schema):
    """The answers to all purposes and channels, as of today."""

    items: list[Answer]


Contactable = Literal["phone", "sms", "email", "wechat", "post", "in_person"]


class Consent(Strict):
    """What a customer says. A withdrawal without a purpose is one of everything."""

    decision: Literal["given", "withdrawn"]
    purpose: Purpose | None = Field(None, description=_("Needed where consent is given."))
    channels: list[Contactable] = Field(
        [], max_length=6, description=_("Needed for marketing and surveys; none in a withdrawal means all.")
    )
    how: Literal["form", "recording", "portal", "branch", "letter"]
    evidence: Text = Field("", max_length=200, description=_("Where the proof lies; needed where consent is given."))
    note: Text = Field("", max_length=300)
    said_on: datetime.date | None = Field(None, description=_("Today where it is left out."))
    valid_until: datetime.date | None = None


class Said(Schema):
    """One thing that was recorded."""

    id: int
    purpose: str
    channel: str
    decision: str


class Recorded(Schema):
    """What was recorded."""

    items: list[Said]


class Request(Strict):
    """A request of a person under the Personal Information Protection Law."""

    kind: CaseKind
    requester: Requester = Requester.SELF
    requester_name: Text = Field(min_length=1, max_length=120)
    proof: Proof
    proof_reference: Text = Field(min_length=1, max_length=120, description=_("Never the whole number of a document."))
    way: Way
    details: Text = Field("", max_length=2_000)
    received_on: datetime.date | None = None


class Received(Schema):
    """The receipt of a request."""

    number: str
    kind: Coded
    status: Coded
    received_on: datetime.date
    due_on: datetime.date


class Requests(Schema):
    """A customer's requests, the newest first."""

    items: list[Received]
