"""The bank's rules about leads in the administration: points, who gets a lead, how long there is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget

from guanxi.crm.org.administration import LooksMixin, administers
from guanxi.crm.sales.leads.assigning import WAYS
from guanxi.crm.sales.leads.scoring import CRITERIA
from guanxi.crm.sales.models import AssignmentRule, LeadSetup, ScoringRule


class RulesMixin(LooksMixin):
    """Rules that administrators keep; one that is no longer wanted is switched off."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators."""
        return administers(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return administers(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(ScoringRule)
class ScoringRuleAdmin(RulesMixin, ModelAdmin):
    """What gives a lead points."""

    list_display = ("name_zh", "name_en", "criterion", "value", "points", "position", "is_active")
    list_filter = ("is_active",)
    ordering = ("position", "id")

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """The criterion is one of those there are."""
        if db_field.name == "criterion":
            return forms.ChoiceField(
                label=db_field.verbose_name,
                choices=[(name, one.title) for name, one in CRITERIA.items()],
                widget=UnfoldAdminSelectWidget,
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(RulesMixin, ModelAdmin):
    """Who gets a lead."""

    list_display = ("name_zh", "name_en", "way", "product", "city", "position", "is_active")
    list_filter = ("is_active", "way")
    ordering = ("position", "id")

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """The way is one of those there are."""
        if db_field.name == "way":
            return forms.ChoiceField(
                label=db_field.verbose_name,
                choices=[(name, one.title) for name, one in WAYS.items()],
                widget=UnfoldAdminSelectWidget,
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(LeadSetup)
class LeadSetupAdmin(RulesMixin, ModelAdmin):
    """How long there is, how many a manager may have, and what people agree to on the web."""

    list_display = ("__str__", "opens", "closes", "accept_hours", "recycle_hours", "most_open")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: there is one."""
        return False
