"""Special days in the administration: administrators enter a year once it is announced."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from guanxi.crm.org.administration import LooksMixin, administers
from guanxi.crm.workdays.models import SpecialDay
from guanxi.crm.workdays.queries import forget


@admin.register(SpecialDay)
class SpecialDayAdmin(LooksMixin, ModelAdmin):
    """Holidays and days made up for, the newest first."""

    list_display = ("day", "kind", "name_zh", "name_en")
    list_filter = ("kind",)
    date_hierarchy = "day"
    ordering = ("-day",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators."""
        return administers(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return administers(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators: an announcement may be changed."""
        return administers(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The day of a row stays: another day is another row."""
        return ("day",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Deadlines are counted by it from now on."""
        super().save_model(request, obj, form, change)
        forget()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Deadlines are counted without it from now on."""
        super().delete_model(request, obj)
        forget()
