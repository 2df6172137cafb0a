"""Sums that the warehouse published: of books by day, of industries by business date and by closed month."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.insight.models import CustomerFigure, Tier
from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.kernel.sums import Sums
from guanxi.crm.org.models import Institution
from guanxi.crm.party.models import PartyKind


class BookDay(models.Model):
    """Journal. Grain: one row a date, institution, manager, kind and tier: totals of a book, for home and for boards.

    ``manager_id`` is empty for customers without one; ``tier`` is empty for dates before the first night; ``kind`` is
    empty for nights before books knew it, which nobody behind a wall between the lines is shown.
    """

    scope_paths: ClassVar = ScopePaths(institution="institution_id", manager="manager_id", record="", kind="kind")
    sums: ClassVar = Sums(
        of=CustomerFigure,
        date="business_date",
        manager="manager_id",
        alike=("institution_id", "kind", "tier"),
        also=(("night", "business_date"),),
        measures=(
            ("customers", "1"),
            ("deposit", "deposit"),
            ("loan", "loan"),
            ("wealth", "wealth"),
            ("contribution_mtd", "contribution_mtd"),
            ("contribution_r12", "contribution_r12"),
        ),
        many="customers",
    )

    pk = models.CompositePrimaryKey("business_date", "institution_id", "manager_id", "kind", "tier")
    business_date = models.DateField(_("business date"))
    night = models.DateField()
    institution = models.ForeignKey(
        Institution, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    manager_id = models.CharField(max_length=32, default="")
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices, default="")
    tier = models.CharField(_("tier"), max_length=16, choices=Tier.choices, default="")
    customers = models.IntegerField(_("customers"))
    deposit = models.DecimalField(_("deposit"), max_digits=20, decimal_places=2)
    loan = models.DecimalField(_("loan"), max_digits=20, decimal_places=2)
    wealth = models.DecimalField(_("wealth"), max_digits=20, decimal_places=2)
    contribution_mtd = models.DecimalField(_("contribution of the month"), max_digits=20, decimal_places=2)
    contribution_r12 = models.DecimalField(_("contribution of twelve months"), max_digits=20, decimal_places=2)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("book of a day")
        verbose_name_plural = _("books of a day")
        indexes: ClassVar = [
            models.Index(fields=["night"], name="book_day_night"),
        ]


# Industries are summed by institution, not by book: whoever sees only own books has them summed from the customers.
BY_INSTITUTION = ScopePaths(institution="institution_id", manager="", record="", kind="kind")


class IndustryFigure(models.Model):
    """Grain: one row a published business date, institution and industry: organisations, their size, risk and gaps.

    ``industry`` is section and division (``C39``), empty where unknown. ``customers`` hold something, ``prospects``
    nothing. ``overdue_loan`` are the loans of customers of whom one is overdue, ``mention_loan`` and ``bad_loan`` those
    of customers whose worst grade is special mention, or below. ``without_…`` count customers.
    """

    scope_paths: ClassVar = BY_INSTITUTION

    pk = models.CompositePrimaryKey("business_date", "institution_id", "industry")
    business_date = models.DateField(_("business date"))
    institution = models.ForeignKey(
        Institution, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    industry = models.CharField(_("industry"), max_length=3)
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    customers = models.IntegerField(_("customers"))
    prospects = models.IntegerField(_("prospects"))
    deposit = models.DecimalField(_("deposits"), max_digits=20, decimal_places=2)
    loan = models.DecimalField(_("loans"), max_digits=20, decimal_places=2)
    wealth = models.DecimalField(_("wealth, funds and insurance"), max_digits=20, decimal_places=2)
    contribution_r12 = models.DecimalField(_("contribution of twelve months"), max_digits=20, decimal_places=2)
    overdue = models.IntegerField(_("customers overdue"))
    overdue_loan = models.DecimalField(_("loans overdue"), max_digits=20, decimal_places=2)
    mention_loan = models.DecimalField(_("loans of special mention"), max_digits=20, decimal_places=2)
    bad_loan = models.DecimalField(_("non-performing loans"), max_digits=20, decimal_places=2)
    without_deposit = models.IntegerField(_("without a deposit"))
    without_loan = models.IntegerField(_("without a loan"))
    without_settlement = models.IntegerField(_("without settlement"))
    without_payroll = models.IntegerField(_("without payroll"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("industry of a day")
        verbose_name_plural = _("industries of a day")


class IndustryMonth(models.Model):
    """Journal. Grain: one row a closed month, institution and industry: what growth is held against."""

    scope_paths: ClassVar = BY_INSTITUTION

    pk = models.CompositePrimaryKey("month", "institution_id", "industry")
    month = models.DateField(_("month"))
    night = models.DateField()
    institution = models.ForeignKey(
        Institution, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    industry = models.CharField(_("industry"), max_length=3)
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    customers = models.IntegerField(_("customers"))
    deposit_end = models.DecimalField(_("deposits at the end"), max_digits=20, decimal_places=2)
    loan_end = models.DecimalField(_("loans at the end"), max_digits=20, decimal_places=2)
    wealth_end = models.DecimalField(_("wealth at the end"), max_digits=20, decimal_places=2)
    contribution = models.DecimalField(_("contribution"), max_digits=20, decimal_places=2)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("industry of a month")
        verbose_name_plural = _("industries of a month")
        indexes: ClassVar = [models.Index(fields=["night"], name="industry_month_night")]
