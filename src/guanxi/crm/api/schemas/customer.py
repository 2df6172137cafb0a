"""A customer over the wire. What is sensitive is masked as everywhere."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field

from guanxi.crm.api.schemas.parts import Cny, Coded, Money, Named, Ratio


class Row(Schema):
    """A customer in a list."""

    id: str = Field(description=_("Customer number."))
    name: str
    kind: str = Field(description=_("person or organisation."))
    tier: Coded
    sub_tier: Coded | None
    institution: Named
    manager: Named | None
    assets: Money = Field(description=_("Deposits, wealth, funds and insurance."))
    deposit: Money
    wealth: Money
    loan: Money
    contribution_12_months: Money
    next_maturity: date | None
    days_overdue: int
    customer_since: date


class CustomerPage(Schema):
    """A page of customers. ``next`` is given as ``page`` for the page after it; none on the last."""

    business_date: date | None
    items: list[Row]
    next: str | None


class Document(Schema):
    """An identity document; its number is masked."""

    kind: Coded
    number: str = Field(description=_("Masked."))
    valid_from: date | None
    valid_to: date | None
    is_primary: bool


class Contact(Schema):
    """A way to reach the customer; what is sensitive of it is masked."""

    kind: Coded
    value: str = Field(description=_("Masked."))
    is_primary: bool
    marketing_allowed: bool = Field(description=_("Whether marketing by this way is agreed to today."))


class Balance(Schema):
    """A balance now and before."""

    now: Cny
    previous: Cny = Field(description=_("At the business date before."))
    month_open: Cny = Field(description=_("At the end of the last month."))
    year_open: Cny = Field(description=_("At the end of the last year."))


class Averages(Schema):
    """Average daily balances to date."""

    month: Cny
    quarter: Cny
    year: Cny


class Figures(Schema):
    """What the night published of the customer, as of the business date."""

    tier: Coded
    sub_tier: Coded | None
    tier_since: date
    tier_reason: str
    assets: Balance
    loan: Balance
    deposit: Cny
    wealth: Cny
    assets_average: Averages
    contribution_month: Cny
    contribution_12_months: Cny
    deposit_12_months: Cny
    loan_12_months: Cny
    fee_12_months: Cny
    e_banking_12_months: Cny
    agreements: int
    days_overdue: int
    risk_grade: Coded | None
    next_maturity: date | None


class Customer(Schema):
    """One customer."""

    id: str
    kind: str
    name: str
    name_latin: str
    gender: Coded | None
    birth_date: date | None
    nationality: str
    education: Coded | None
    occupation: str
    income: str = Field(description=_("Income a year, as a band."))
    industry: str
    size: Coded | None
    registered_capital: Money | None
    employees: int | None
    founded_on: date | None
    institution: Named
    manager: Named | None
    customer_since: date
    risk_appetite: Coded | None
    restricted: bool
    status: str
    use_stopped: Coded | None = Field(description=_("Set where every use beyond the contract is stopped."))
    documents: list[Document]
    contacts: list[Contact]
    business_date: date
    figures: Figures | None


class Agreement(Schema):
    """What a customer holds, as the core banking system has it."""

    id: str
    kind: Coded
    number: str = Field(description=_("The number that the customer knows, masked."))
    product: Named
    dimension: str
    currency: str
    opened_on: date
    closed_on: date | None
    status: Coded | None
    balance: Money | None
    amount: Money | None
    annual_rate: Ratio | None
    maturity_date: date | None
    auto_renew: bool | None
    risk_grade: Coded | None
    days_overdue: int
    overdue: Money | None
    balance_cny: Money | None
    contribution_12_months: Money | None


class Role(Schema):
    """What the customer is in another's agreement, or another in the customer's."""

    role: Coded | None
    other: Named | None = Field(description=_("None where the other is no customer of yours."))
    agreement_id: str | None
    kind: Coded | None
    balance: Money | None


class Holdings(Schema):
    """Everything a customer holds, and the roles between customers."""

    business_date: date
    items: list[Agreement]
    roles_in_others: list[Role]
    others_in_own: list[Role]
    truncated: bool = Field(description=_("Whether there are more agreements than are shown."))


class Related(Schema):
    """A relation: ``from`` is (kind) of ``to``; keys of parties."""

    source: str
    target: str
    kind: Coded
    share: Ratio | None
    valid_from: date | None
    valid_to: date | None


class Party(Schema):
    """Somebody in the network. Of one who is no customer of yours only the key is there."""

    key: str
    step: int
    id: str | None
    name: str | None
    kind: str | None


class Relations(Schema):
    """The relations around a customer, two steps far."""

    parties: list[Party]
    relations: list[Related]
    truncated: bool


class ValueMonth(Schema):
    """A closed month: balances, averages, contribution by dimension and component."""

    month: date = Field(description=_("Its first day."))
    deposit_end: Cny
    loan_end: Cny
    wealth_end: Cny
    deposit_average: Cny
    loan_average: Cny
    wealth_average: Cny
    deposit: Cny
    loan: Cny
    fee: Cny
    e_banking: Cny
    interest: Cny
    fees: Cny
    cost: Cny
    expected_loss: Cny
    contribution: Cny


class Value(Schema):
    """What a customer brings in, by month, the oldest first."""

    business_date: date
    contribution_month: Money | None
    contribution_12_months: Money | None
    months: list[ValueMonth]


class TierStep(Schema):
    """A change of tier."""

    night: date
    before: Coded | None
    after: Coded | None
    reason: str


class TierHistory(Schema):
    """The changes of a customer's tier, the newest first."""

    items: list[TierStep]


class Event(Schema):
    """Something that happened on an account; money that went out is negative."""

    id: str
    at: datetime
    kind: Coded | None
    channel: Coded | None
    amount: Money
    balance_after: Money | None
    fee: Money | None
    agreement_id: str
    counterparty: str
    counterparty_account: str = Field(description=_("Masked."))
    counterparty_bank: str
    memo: str = Field(description=_("Long numbers in it are masked."))


class EventPage(Schema):
    """A page of events, the newest first. ``next`` is given as ``after`` for the page after it."""

    items: list[Event]
    next: str | None


class Hit(Schema):
    """A customer found."""

    id: str
    name: str
    kind: str
    tier: Coded
    institution: str
    manager: str


class Found(Schema):
    """What a search found, largest assets first; ``more``: there are others, search more closely."""

    items: list[Hit]
    more: bool
