"""What the bank says about leads: how they are scored, who gets them, and how long there is to accept one."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.org.models import Institution
from guanxi.crm.party.models import PartyKind
from guanxi.crm.sales.lead_codes import LeadProduct, LeadSource


class ScoringRule(models.Model):
    """Grain: one row a condition that gives a lead points (or takes them). ``value`` is what the criterion compares
    with; criteria are those of ``sales/leads/scoring``.
    """

    criterion = models.CharField(_("criterion"), max_length=16)
    value = models.CharField(_("compared with"), max_length=80, default="", blank=True)
    points = models.SmallIntegerField(_("points"))
    name_zh = models.CharField(_("name in Chinese"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("scoring rule")
        verbose_name_plural = _("scoring rules")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(points__gte=-100, points__lte=100),
                name="scoring_points_within_a_hundred",
                violation_error_message=_("Points lie between -100 and 100."),
            )
        ]

    def __str__(self) -> str:
        return self.name_zh

    def clean(self) -> None:
        """The criterion is known and its value makes sense."""
        from guanxi.crm.sales.leads.scoring import CRITERIA

        found = CRITERIA.get(self.criterion)
        if found is None:
            raise ValidationError({"criterion": _("Choose one of the criteria.")})
        try:
            found.condition(self.value)
        except ValueError as wrong:
            raise ValidationError({"value": str(wrong)}) from None

    def label(self, language: str) -> str:
        """The name in a language."""
        return self.name_en if language.startswith("en") else self.name_zh


class AssignmentRule(models.Model):
    """Grain: one row a rule; the first in their order that fits a lead and finds somebody decides.

    What is empty asks nothing of the lead. Those who may get it are the relationship managers of ``institution`` and
    below it (empty: of the lead's own institution and below it), of ``staff`` alone where numbers stand there; ``way``
    is one of ``sales/leads/assigning``.
    """

    name_zh = models.CharField(_("name in Chinese"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices, default="", blank=True)
    product = models.CharField(_("interest"), max_length=16, choices=LeadProduct.choices, default="", blank=True)
    source = models.CharField(_("source"), max_length=16, choices=LeadSource.choices, default="", blank=True)
    city = models.CharField(_("city"), max_length=60, default="", blank=True)
    least_score = models.PositiveSmallIntegerField(_("score of at least"), null=True, blank=True)
    institution = models.ForeignKey(
        Institution,
        models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("institution"),
    )
    staff = models.CharField(
        _("only these staff numbers"), max_length=400, default="", blank=True, help_text=_("Separated by commas.")
    )
    way = models.CharField(_("who of them"), max_length=16)

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")

    def __str__(self) -> str:
        return self.name_zh

    def clean(self) -> None:
        """The way is one that there is."""
        from guanxi.crm.sales.leads.assigning import WAYS

        if self.way not in WAYS:
            raise ValidationError({"way": _("Choose one of the ways.")})

    def label(self, language: str) -> str:
        """The name in a language."""
        return self.name_en if language.startswith("en") else self.name_zh

    def fits(self, lead: Any) -> bool:
        """Whether the rule is about a lead."""
        return (
            self.kind in ("", lead.kind)
            and self.product in ("", lead.product)
            and self.source in ("", lead.source)
            and (not self.city or self.city.removesuffix("市") == lead.city.removesuffix("市"))
            and (self.least_score is None or lead.score >= self.least_score)
        )

    @property
    def numbers(self) -> frozenset[str]:
        """The staff numbers named."""
        return frozenset(one.strip() for one in self.staff.replace("，", ",").split(",") if one.strip())


class LeadSetup(models.Model):
    """Grain: one row in all. Hours of acceptance are working time: the clock stands while the bank is closed.

    After ``accept_hours`` the branch manager is told, after ``recycle_hours`` more the lead falls back into the pool.
    A lead from the web falls into the pool of ``web_institution`` (empty: the topmost) where no institution lies in
    the city that was chosen.
    """

    opens = models.TimeField(_("the bank opens"), default=datetime.time(9))
    closes = models.TimeField(_("the bank closes"), default=datetime.time(17, 30))
    accept_hours = models.DecimalField(_("hours to accept"), max_digits=5, decimal_places=1, default=8)
    recycle_hours = models.DecimalField(
        _("further hours until it falls back"), max_digits=5, decimal_places=1, default=8
    )
    most_open = models.PositiveSmallIntegerField(_("most open leads a manager"), default=200)
    web_institution = models.ForeignKey(
        Institution,
        models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("institution of leads from the web"),
    )
    consent_zh = models.TextField(_("consent in Chinese"), max_length=1_000)
    consent_en = models.TextField(_("consent in English"), max_length=1_000)

    class Meta:
        verbose_name = _("how leads are handled")
        verbose_name_plural = _("how leads are handled")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="lead_setup_once"),
            models.CheckConstraint(
                condition=models.Q(opens__lt=models.F("closes")),
                name="lead_setup_opens_before_it_closes",
                violation_error_message=_("The bank opens before it closes."),
            ),
            models.CheckConstraint(
                condition=models.Q(accept_hours__gt=0, recycle_hours__gt=0),
                name="lead_setup_hours",
                violation_error_message=_("There is some time to accept."),
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def consent(self, language: str) -> str:
        """The text in a language."""
        return self.consent_en if language.startswith("en") else self.consent_zh
