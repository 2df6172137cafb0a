"""Consent in the administration: new versions of the texts; what people said, to look at."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from guanxi.crm.consent.models import ConsentText, RetentionRule
from guanxi.crm.org.administration import LooksMixin, administers


@admin.register(ConsentText)
class ConsentTextAdmin(LooksMixin, ModelAdmin):
    """A text in force stays as it is; a better one is a new version."""

    list_display = ("purpose", "version", "valid_from")
    list_filter = ("purpose",)
    ordering = ("purpose", "-version")
    fields: ClassVar = ["purpose", "version", "valid_from", "text_zh", "text_en"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators."""
        return administers(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: people agreed to these very words."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(RetentionRule)
class RetentionRuleAdmin(LooksMixin, ModelAdmin):
    """How long the law makes the bank keep what; one row a kind of data, none added, none taken away."""

    list_display = ("kind", "years", "kept_from", "basis_zh")
    ordering = ("kind",)
    readonly_fields: ClassVar = ["kind"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The kinds are the program's."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return administers(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False
