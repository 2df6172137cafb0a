"""What the warehouse published about each customer: figures, history, changes. The one reader of the marts.

Three kinds of table (``docs/warehouse.md``, "Publication"):

* *daily* figures of one business date, a partition a date, replaced whole because every row changes every day;
* *journals*, rows that belong to the night that wrote them and never change unless that night is run again;
* :class:`Publication`, which says what the business date is.

All amounts are CNY unless a column says otherwise. Most tables are partitioned (see the migrations).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.holding.models import Agreement, Dimension
from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.org.models import Institution, Staff
from guanxi.crm.party.models import Party, PartyKind


class Tier(models.TextChoices):
    """The five tiers; premier is subdivided by :class:`SubTier`."""

    PREMIER = "premier", _("Premier")
    CORE = "core", _("Core")
    STANDARD = "standard", _("Standard")
    RESTRICTED = "restricted", _("Restricted")
    POTENTIAL = "potential", _("Potential")


class SubTier(models.TextChoices):
    VIP = "vip", _("VIP")
    AFFLUENT = "affluent", _("Affluent")


class Publication(models.Model):
    """Grain: one row a publication; the newest one is what the staff see."""

    business_date = models.DateField(_("business date"))
    previous_business_date = models.DateField(_("business date before"), null=True)
    snapshot = models.CharField(_("snapshot"), max_length=64)
    run_id = models.CharField(_("run"), max_length=36)
    published_at = models.DateTimeField(_("published at"))
    rows = models.JSONField(_("rows written"), default=dict)
    moves = models.IntegerField(_("times customers changed hands since"), default=0, db_default=0)

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")


class CustomerFigure(models.Model):
    """Grain: one row a customer and published business date; the row of every customer list.

    ``assets`` is deposits, wealth, funds and insurance together. ``product_kinds`` has bit 2^i set for the i-th kind
    of ``AgreementKind`` held. ``trend`` is the average assets of this month over those of the last month.
    ``industry`` is the section and division of GB/T 4754 of an organisation (``C39``), ``payroll_staff`` how many it
    paid wages through us of late. ``_previous``, ``_month_open`` and ``_year_open`` are the balances at the end of the
    business date before, of the last month, and of the last year. ``_r12`` is the running month and the eleven months
    before it.
    """

    scope_paths: ClassVar = ScopePaths(institution="institution_id", manager="manager_id", kind="kind")

    pk = models.CompositePrimaryKey("business_date", "party_id")
    business_date = models.DateField(_("business date"))
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    name = models.CharField(_("name"), max_length=200)
    name_pinyin = models.CharField(max_length=600)
    institution = models.ForeignKey(
        Institution,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("institution"),
    )
    manager = models.ForeignKey(
        Staff,
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("relationship manager"),
    )
    tier = models.CharField(_("tier"), max_length=16, choices=Tier.choices)
    sub_tier = models.CharField(_("subdivision"), max_length=16, choices=SubTier.choices, default="")
    tier_reason = models.CharField(_("reason"), max_length=16, default="")
    tier_decision = models.CharField(max_length=1000, default="", db_default="")
    tier_since = models.DateField(_("tier since"))
    deposit = models.DecimalField(_("deposits"), max_digits=20, decimal_places=2)
    loan = models.DecimalField(_("loans"), max_digits=20, decimal_places=2)
    wealth = models.DecimalField(_("wealth, funds and insurance"), max_digits=20, decimal_places=2)
    assets = models.DecimalField(_("assets"), max_digits=20, decimal_places=2)
    assets_previous = models.DecimalField(_("assets previous"), max_digits=20, decimal_places=2)
    assets_month_open = models.DecimalField(_("assets month open"), max_digits=20, decimal_places=2)
    assets_year_open = models.DecimalField(_("assets year open"), max_digits=20, decimal_places=2)
    loan_previous = models.DecimalField(_("loan previous"), max_digits=20, decimal_places=2)
    loan_month_open = models.DecimalField(_("loan month open"), max_digits=20, decimal_places=2)
    loan_year_open = models.DecimalField(_("loan year open"), max_digits=20, decimal_places=2)
    assets_adb_mtd = models.DecimalField(_("average daily assets of the month"), max_digits=20, decimal_places=2)
    assets_adb_qtd = models.DecimalField(_("average daily assets of the quarter"), max_digits=20, decimal_places=2)
    assets_adb_ytd = models.DecimalField(_("average daily assets of the year"), max_digits=20, decimal_places=2)
    deposit_adb_mtd = models.DecimalField(_("average daily deposit of the month"), max_digits=20, decimal_places=2)
    deposit_adb_qtd = models.DecimalField(_("average daily deposit of the quarter"), max_digits=20, decimal_places=2)
    deposit_adb_ytd = models.DecimalField(_("average daily deposit of the year"), max_digits=20, decimal_places=2)
    loan_adb_mtd = models.DecimalField(_("average daily loan of the month"), max_digits=20, decimal_places=2)
    loan_adb_qtd = models.DecimalField(_("average daily loan of the quarter"), max_digits=20, decimal_places=2)
    loan_adb_ytd = models.DecimalField(_("average daily loan of the year"), max_digits=20, decimal_places=2)
    contribution_mtd = models.DecimalField(_("contribution of the month"), max_digits=20, decimal_places=2)
    contribution_r12 = models.DecimalField(_("contribution of twelve months"), max_digits=20, decimal_places=2)
    deposit_r12 = models.DecimalField(_("deposit contribution of twelve months"), max_digits=20, decimal_places=2)
    loan_r12 = models.DecimalField(_("loan contribution of twelve months"), max_digits=20, decimal_places=2)
    fee_r12 = models.DecimalField(_("fee contribution of twelve months"), max_digits=20, decimal_places=2)
    e_banking_r12 = models.DecimalField(_("e-banking contribution of twelve months"), max_digits=20, decimal_places=2)
    interest_r12 = models.DecimalField(_("net interest of twelve months"), max_digits=20, decimal_places=2)
    fees_r12 = models.DecimalField(_("fees of twelve months"), max_digits=20, decimal_places=2)
    cost_r12 = models.DecimalField(_("cost to serve of twelve months"), max_digits=20, decimal_places=2)
    expected_loss_r12 = models.DecimalField(_("expected loss of twelve months"), max_digits=20, decimal_places=2)
    months_known = models.SmallIntegerField(_("months known"))
    trend = models.DecimalField(_("trend"), max_digits=12, decimal_places=4, null=True)
    product_kinds = models.IntegerField(_("kinds of products held"))
    product_count = models.IntegerField(_("agreements"))
    days_overdue = models.IntegerField(_("days overdue"))
    risk_grade = models.CharField(_("worst grade"), max_length=16, default="")
    next_maturity = models.DateField(_("next maturity"), null=True)
    restricted = models.BooleanField(_("restricted"))
    opened_on = models.DateField(_("customer since"))
    industry = models.CharField(_("industry"), max_length=3, default="", db_default="")
    payroll_staff = models.IntegerField(_("staff paid through us"), default=0, db_default=0)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("customer figure")
        verbose_name_plural = _("customer figures")
        indexes: ClassVar = [
            # Lists go by (sort, key) with both in one direction, so that a page begins at one row comparison.
            models.Index(fields=["-assets", "-party"], name="figure_assets"),
            models.Index(fields=["-contribution_r12", "-party"], name="figure_contribution"),
            models.Index(fields=["-loan", "-party"], name="figure_loan"),
            models.Index(fields=["tier", "-assets", "-party"], name="figure_tier"),
            models.Index(fields=["tier", "-contribution_r12", "-party"], name="figure_tier_contribution"),
            models.Index(fields=["institution", "-assets", "-party"], name="figure_institution"),
            models.Index(fields=["manager", "-assets", "-party"], name="figure_manager"),
            # A product that few hold, a customer who is overdue: found among a million without reading them all.
            models.Index(fields=["product_kinds", "-assets", "-party"], name="figure_kinds"),
            models.Index(
                fields=["industry", "-assets", "-party"], name="figure_industry", condition=~models.Q(industry="")
            ),
            models.Index(
                fields=["-days_overdue", "-party"], name="figure_overdue", condition=models.Q(days_overdue__gt=0)
            ),
        ]


class AgreementFigure(models.Model):
    """Grain: one row an agreement and published business date: the running month, with the inputs of its formula.

    ``interest = balance_sum * spread / day_basis`` where no rate changed within the month; ``interest_sum`` is the
    exact sum over the days of balance times that day's spread, so ``interest = interest_sum / day_basis`` always.
    """

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id")

    pk = models.CompositePrimaryKey("business_date", "agreement_id")
    business_date = models.DateField(_("business date"))
    agreement = models.ForeignKey(Agreement, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    dimension = models.CharField(_("dimension"), max_length=16, choices=Dimension.choices)
    balance = models.DecimalField(_("balance"), max_digits=20, decimal_places=2)
    balance_previous = models.DecimalField(_("balance of the business date before"), max_digits=20, decimal_places=2)
    balance_month_open = models.DecimalField(_("balance of the last month's end"), max_digits=20, decimal_places=2)
    adb_mtd = models.DecimalField(_("average daily balance of the month"), max_digits=20, decimal_places=2)
    adb_qtd = models.DecimalField(_("average daily balance of the quarter"), max_digits=20, decimal_places=2)
    adb_ytd = models.DecimalField(_("average daily balance of the year"), max_digits=20, decimal_places=2)
    days = models.SmallIntegerField(_("days"))
    balance_sum = models.DecimalField(_("sum of daily balances"), max_digits=24, decimal_places=2)
    annual_rate = models.DecimalField(_("rate a year"), max_digits=9, decimal_places=6, null=True)
    ftp_rate = models.DecimalField(_("transfer price"), max_digits=9, decimal_places=6, null=True)
    day_basis = models.SmallIntegerField(_("day basis"))
    interest_sum = models.DecimalField(_("sum of balance times spread"), max_digits=32, decimal_places=8)
    interest = models.DecimalField(_("net interest"), max_digits=20, decimal_places=2)
    fee_events = models.DecimalField(_("fees of events"), max_digits=20, decimal_places=2)
    fee_accrued = models.DecimalField(_("fees on the balance"), max_digits=20, decimal_places=2)
    fees = models.DecimalField(_("fees"), max_digits=20, decimal_places=2)
    event_count = models.IntegerField(_("events"))
    event_cost = models.DecimalField(_("cost of events"), max_digits=20, decimal_places=2)
    upkeep_cost = models.DecimalField(_("cost of upkeep"), max_digits=20, decimal_places=2)
    cost = models.DecimalField(_("cost to serve"), max_digits=20, decimal_places=2)
    loss_rate = models.DecimalField(_("expected loss a year"), max_digits=9, decimal_places=6, null=True)
    expected_loss = models.DecimalField(_("expected loss"), max_digits=20, decimal_places=2)
    contribution = models.DecimalField(_("contribution"), max_digits=20, decimal_places=2)
    interest_r12 = models.DecimalField(_("net interest of twelve months"), max_digits=20, decimal_places=2)
    fees_r12 = models.DecimalField(_("fees of twelve months"), max_digits=20, decimal_places=2)
    cost_r12 = models.DecimalField(_("cost to serve of twelve months"), max_digits=20, decimal_places=2)
    expected_loss_r12 = models.DecimalField(_("expected loss of twelve months"), max_digits=20, decimal_places=2)
    contribution_r12 = models.DecimalField(_("contribution of twelve months"), max_digits=20, decimal_places=2)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("agreement figure")
        verbose_name_plural = _("agreement figures")
        indexes: ClassVar = [
            models.Index(fields=["party"], name="agreement_figure_party"),
        ]


class AgreementMonth(models.Model):
    """Journal. Grain: one row an agreement and closed month, with the inputs of its formula."""

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id")

    pk = models.CompositePrimaryKey("month", "agreement_id")
    month = models.DateField(_("month"))
    agreement = models.ForeignKey(Agreement, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    night = models.DateField()
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    dimension = models.CharField(_("dimension"), max_length=16, choices=Dimension.choices)
    balance_end = models.DecimalField(_("balance at the end"), max_digits=20, decimal_places=2)
    adb = models.DecimalField(_("average daily balance"), max_digits=20, decimal_places=2)
    days = models.SmallIntegerField(_("days"))
    balance_sum = models.DecimalField(_("sum of daily balances"), max_digits=24, decimal_places=2)
    annual_rate = models.DecimalField(_("rate a year"), max_digits=9, decimal_places=6, null=True)
    ftp_rate = models.DecimalField(_("transfer price"), max_digits=9, decimal_places=6, null=True)
    day_basis = models.SmallIntegerField(_("day basis"))
    interest_sum = models.DecimalField(_("sum of balance times spread"), max_digits=32, decimal_places=8)
    interest = models.DecimalField(_("net interest"), max_digits=20, decimal_places=2)
    fee_events = models.DecimalField(_("fees of events"), max_digits=20, decimal_places=2)
    fee_accrued = models.DecimalField(_("fees on the balance"), max_digits=20, decimal_places=2)
    fees = models.DecimalField(_("fees"), max_digits=20, decimal_places=2)
    event_count = models.IntegerField(_("events"))
    event_cost = models.DecimalField(_("cost of events"), max_digits=20, decimal_places=2)
    upkeep_cost = models.DecimalField(_("cost of upkeep"), max_digits=20, decimal_places=2)
    cost = models.DecimalField(_("cost to serve"), max_digits=20, decimal_places=2)
    loss_rate = models.DecimalField(_("expected loss a year"), max_digits=9, decimal_places=6, null=True)
    expected_loss = models.DecimalField(_("expected loss"), max_digits=20, decimal_places=2)
    contribution = models.DecimalField(_("contribution"), max_digits=20, decimal_places=2)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("month of an agreement")
        verbose_name_plural = _("months of agreements")
        indexes: ClassVar = [
            models.Index(fields=["party"], name="agreement_month_party"),
            models.Index(fields=["night"], name="agreement_month_night"),
        ]


class CustomerMonth(models.Model):
    """Journal. Grain: one row a customer and closed month."""

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id")

    pk = models.CompositePrimaryKey("party_id", "month")
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    month = models.DateField(_("month"))
    night = models.DateField()
    deposit_end = models.DecimalField(_("deposit at the end"), max_digits=20, decimal_places=2)
    loan_end = models.DecimalField(_("loan at the end"), max_digits=20, decimal_places=2)
    wealth_end = models.DecimalField(_("wealth at the end"), max_digits=20, decimal_places=2)
    deposit_adb = models.DecimalField(_("average daily deposit"), max_digits=20, decimal_places=2)
    loan_adb = models.DecimalField(_("average daily loan"), max_digits=20, decimal_places=2)
    wealth_adb = models.DecimalField(_("average daily wealth"), max_digits=20, decimal_places=2)
    deposit_contribution = models.DecimalField(_("deposit contribution"), max_digits=20, decimal_places=2)
    loan_contribution = models.DecimalField(_("loan contribution"), max_digits=20, decimal_places=2)
    fee_contribution = models.DecimalField(_("fee contribution"), max_digits=20, decimal_places=2)
    e_banking_contribution = models.DecimalField(_("e-banking contribution"), max_digits=20, decimal_places=2)
    interest = models.DecimalField(_("net interest"), max_digits=20, decimal_places=2)
    fees = models.DecimalField(_("fees"), max_digits=20, decimal_places=2)
    cost = models.DecimalField(_("cost to serve"), max_digits=20, decimal_places=2)
    expected_loss = models.DecimalField(_("expected loss"), max_digits=20, decimal_places=2)
    contribution = models.DecimalField(_("contribution"), max_digits=20, decimal_places=2)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("month of a customer")
        verbose_name_plural = _("months of customers")
        indexes: ClassVar = [
            models.Index(fields=["night"], name="customer_month_night"),
        ]


class BalanceChange(models.Model):
    """Journal. Grain: one row a customer and date at whose end a total had changed; between rows it stood still."""

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id")

    pk = models.CompositePrimaryKey("party_id", "balance_date")
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    balance_date = models.DateField(_("date"))
    night = models.DateField()
    deposit = models.DecimalField(_("deposit"), max_digits=20, decimal_places=2)
    loan = models.DecimalField(_("loan"), max_digits=20, decimal_places=2)
    wealth = models.DecimalField(_("wealth"), max_digits=20, decimal_places=2)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("balance change")
        verbose_name_plural = _("balance changes")
        indexes: ClassVar = [
            models.Index(fields=["night"], name="balance_change_night"),
        ]


class TierChange(models.Model):
    """Journal. Grain: one row a customer and night in which the tier or its subdivision changed.

    ``decision`` names the version of the rules and the row of each table that answered, ``inputs`` what they were
    asked with, ``name=value`` a line.
    """

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id")

    pk = models.CompositePrimaryKey("party_id", "night")
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    night = models.DateField(_("date"))
    tier_before = models.CharField(_("tier before"), max_length=16, choices=Tier.choices, default="")
    sub_tier_before = models.CharField(_("subdivision before"), max_length=16, choices=SubTier.choices, default="")
    tier = models.CharField(_("tier"), max_length=16, choices=Tier.choices)
    sub_tier = models.CharField(_("subdivision"), max_length=16, choices=SubTier.choices, default="")
    reason = models.CharField(_("reason"), max_length=16, default="")
    decision = models.CharField(max_length=1000, default="", db_default="")
    inputs = models.CharField(max_length=1000, default="", db_default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("tier change")
        verbose_name_plural = _("tier changes")
        indexes: ClassVar = [
            models.Index(fields=["night", "party"], name="tier_change_night"),
        ]


class Movement(models.Model):
    """Journal. Grain: one row a customer and night in which assets or loans moved by more than the set amount."""

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id")

    pk = models.CompositePrimaryKey("night", "party_id")
    night = models.DateField(_("date"))
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    assets_change = models.DecimalField(_("change of assets"), max_digits=20, decimal_places=2)
    loan_change = models.DecimalField(_("change of loans"), max_digits=20, decimal_places=2)
    moved = models.DecimalField(_("larger of the two, without sign"), max_digits=20, decimal_places=2)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        indexes: ClassVar = [
            models.Index(fields=["-moved", "party"], name="movement_moved"),
        ]


class Maturity(models.Model):
    """Daily. Grain: one row a published business date and agreement that matures within the set number of days."""

    scope_paths: ClassVar = ScopePaths(institution="institution_id", manager="manager_id")

    pk = models.CompositePrimaryKey("business_date", "agreement_id")
    business_date = models.DateField(_("business date"))
    agreement = models.ForeignKey(Agreement, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    institution = models.ForeignKey(
        Institution, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    manager = models.ForeignKey(
        Staff, models.DO_NOTHING, db_constraint=False, null=True, db_index=False, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=16)
    maturity_date = models.DateField(_("maturity"))
    balance = models.DecimalField(_("balance"), max_digits=20, decimal_places=2)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("maturity")
        verbose_name_plural = _("maturities")
        indexes: ClassVar = [
            models.Index(fields=["maturity_date", "agreement"], name="maturity_by_date"),
            models.Index(fields=["manager", "maturity_date"], name="maturity_manager"),
            models.Index(fields=["institution", "maturity_date"], name="maturity_institution"),
            models.Index(fields=["party"], name="maturity_party"),
        ]


class Assumption(models.Model):
    """Snapshot. Grain: one row a kind of assumption, key and first day: the rates and unit costs behind the figures."""

    pk = models.CompositePrimaryKey("kind", "key", "valid_from")
    kind = models.CharField(_("kind"), max_length=24)
    key = models.CharField(_("for"), max_length=80)
    valid_from = models.DateField(_("from"))
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=6)

    class Meta:
        verbose_name = _("assumption")
        verbose_name_plural = _("assumptions")


# Models of this app that stand in files of their own.
from guanxi.crm.insight.alert_models import Alert  # noqa: E402
from guanxi.crm.insight.group_models import (  # noqa: E402
    GroupMember,
    GuaranteeCircle,
    HouseholdMember,
    Ownership,
)
from guanxi.crm.insight.link_models import CompanyLink, LinkRole  # noqa: E402
from guanxi.crm.insight.sum_models import BookDay, IndustryFigure, IndustryMonth  # noqa: E402

__all__ = [
    "AgreementFigure",
    "AgreementMonth",
    "Alert",
    "Assumption",
    "BalanceChange",
    "BookDay",
    "CompanyLink",
    "CustomerFigure",
    "CustomerMonth",
    "GroupMember",
    "GuaranteeCircle",
    "HouseholdMember",
    "IndustryFigure",
    "IndustryMonth",
    "LinkRole",
    "Maturity",
    "Movement",
    "Ownership",
    "Publication",
    "SubTier",
    "Tier",
    "TierChange",
]
