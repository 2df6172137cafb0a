"""Products, agreements and events, as the warehouse published them. Written by the night's job, read here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.kernel.sealed import SealedCharField
from guanxi.crm.org.models import Institution
from guanxi.crm.party.models import Party


class Dimension(models.TextChoices):
    """The dimensions of contribution."""

    DEPOSIT = "deposit", _("Deposit")
    LOAN = "loan", _("Loan")
    FEE = "fee", _("Fee business")
    E_BANKING = "e_banking", _("E-banking")


class AgreementKind(models.TextChoices):
    DEMAND_DEPOSIT = "demand_deposit", _("Demand deposit")
    TERM_DEPOSIT = "term_deposit", _("Term deposit")
    LOAN = "loan", _("Loan")
    CARD = "card", _("Card")
    WEALTH = "wealth", _("Wealth product")
    INSURANCE = "insurance", _("Insurance")
    FUND = "fund", _("Fund")
    E_BANKING = "e_banking", _("E-banking")


class Product(models.Model):
    """Grain: one row a product."""

    id = models.CharField(_("product code"), max_length=32, primary_key=True)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=200, default="", blank=True)
    dimension = models.CharField(_("dimension"), max_length=16, choices=Dimension.choices)
    kind = models.CharField(_("kind"), max_length=16, choices=AgreementKind.choices)
    line = models.CharField(_("line of business"), max_length=16)
    curve_code = models.CharField(_("transfer price curve"), max_length=16, default="", blank=True)
    day_basis = models.IntegerField(_("day basis"), default=360)
    fee_rate = models.DecimalField(_("fee rate"), max_digits=9, decimal_places=6, null=True, blank=True)
    risk_level = models.CharField(_("risk level"), max_length=2, default="", blank=True)
    on_sale = models.BooleanField(_("on sale"), default=True)
    launched_on = models.DateField(_("on sale since"), null=True, blank=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return self.name


class ProductRate(models.Model):
    """Grain: one row a product, currency, term and first day."""

    pk = models.CompositePrimaryKey("product_id", "currency", "term_days", "valid_from")
    product = models.ForeignKey(Product, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="rates")
    currency = models.CharField(_("currency"), max_length=3)
    term_days = models.IntegerField(_("term in days"))
    valid_from = models.DateField(_("from"))
    annual_rate = models.DecimalField(_("rate a year"), max_digits=9, decimal_places=6)

    class Meta:
        verbose_name = _("rate")
        verbose_name_plural = _("rates")


class Agreement(models.Model):
    """Grain: one row an agreement. ``balance`` is in the agreement's own currency, at the end of ``balance_date``: the
    business date at which the row was last written, because something about it had changed.
    """

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id")

    id = models.CharField(_("agreement number"), max_length=40, primary_key=True)
    kind = models.CharField(_("kind"), max_length=16, choices=AgreementKind.choices)
    account_number = SealedCharField(
        _("account or card number"),
        max_length=40,
        default="",
        blank=True,
        label="holding_agreement.account_number",
        key=("id",),
    )
    product = models.ForeignKey(
        Product, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name=_("product")
    )
    party = models.ForeignKey(
        Party,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="agreements",
        verbose_name=_("customer"),
    )
    institution = models.ForeignKey(
        Institution,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("booking institution"),
    )
    currency = models.CharField(_("currency"), max_length=3)
    opened_on = models.DateField(_("opened on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=16)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    annual_rate = models.DecimalField(_("rate a year"), max_digits=9, decimal_places=6, null=True, blank=True)
    term_days = models.IntegerField(_("term in days"), null=True, blank=True)
    value_date = models.DateField(_("value date"), null=True, blank=True)
    maturity_date = models.DateField(_("maturity"), null=True, blank=True)
    auto_renew = models.BooleanField(_("renews itself"), null=True, blank=True)
    repayment = models.CharField(_("repayment"), max_length=24, default="", blank=True)
    risk_grade = models.CharField(_("five-class grade"), max_length=16, default="", blank=True)
    days_overdue = models.IntegerField(_("days overdue"), null=True, blank=True)
    overdue_amount = models.DecimalField(_("amount overdue"), max_digits=18, decimal_places=2, null=True, blank=True)
    balance = models.DecimalField(_("balance"), max_digits=18, decimal_places=2, null=True, blank=True)
    balance_date = models.DateField(_("balance of"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        indexes: ClassVar = [
            models.Index(fields=["party", "kind"], name="agreement_party"),
            models.Index(fields=["product", "party"], name="agreement_product"),
        ]

    def __str__(self) -> str:
        return self.id


class AgreementParty(models.Model):
    """Grain: one row an agreement, party and role."""

    scope_paths: ClassVar = ScopePaths(
        institution="party__institution_id",
        manager="party__manager_id",
        ends=(("agreement_id", "holding_agreement"),),
    )

    pk = models.CompositePrimaryKey("agreement_id", "party_id", "role")
    agreement = models.ForeignKey(
        Agreement, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="parties"
    )
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    role = models.CharField(_("role"), max_length=24)
    valid_from = models.DateField(_("since"), null=True)
    valid_to = models.DateField(_("until"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("party to an agreement")
        verbose_name_plural = _("parties to agreements")
        indexes: ClassVar = [models.Index(fields=["party", "role"], name="agreement_party_party")]


class Event(models.Model):
    """Grain: one row an event. The table is partitioned by month of ``event_date``.

    ``night`` is the business date of the night that published the row.
    """

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id")

    pk = models.CompositePrimaryKey("event_date", "event_id")
    event_date = models.DateField(_("date"))
    event_id = models.CharField(_("event number"), max_length=40)
    night = models.DateField()
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    agreement = models.ForeignKey(Agreement, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    event_time = models.DateTimeField(_("time"))
    kind = models.CharField(_("kind"), max_length=16)
    direction = models.CharField(_("direction"), max_length=1)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    balance_after = models.DecimalField(_("balance after"), max_digits=18, decimal_places=2, null=True)
    channel = models.CharField(_("channel"), max_length=16)
    counterparty_name = models.CharField(_("other side"), max_length=200, default="")
    counterparty_account = SealedCharField(
        _("other side's account"),
        max_length=64,
        default="",
        label="holding_event.counterparty_account",
        key=("event_date", "event_id"),
    )
    counterparty_bank = models.CharField(_("other side's bank"), max_length=120, default="")
    fee_amount = models.DecimalField(_("fee"), max_digits=18, decimal_places=2, null=True)
    memo = models.CharField(_("memo"), max_length=200, default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar = [
            models.Index(fields=["party", "-event_time", "-event_id"], name="event_party"),
            models.Index(fields=["night"], name="event_night"),
        ]
