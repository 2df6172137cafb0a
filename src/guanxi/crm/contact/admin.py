"""The bank's words for activities in the administration: outcomes and templates."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from guanxi.crm.contact.models import ActivityTemplate, Outcome
from guanxi.crm.org.administration import LooksMixin, administers


class WordsMixin(LooksMixin):
    """Words that administrators keep. What was used once is switched off, not deleted: old activities still say it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators."""
        return administers(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return administers(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(Outcome)
class OutcomeAdmin(WordsMixin, ModelAdmin):
    """What a call, visit, meeting or message can come to."""

    list_display = ("name_zh", "name_en", "kind", "result", "follow_up_days", "position", "is_active")
    list_filter = ("kind", "is_active")
    ordering = ("kind", "position", "id")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Kind and code stay as they are: what was recorded means them."""
        return ("kind", "code") if obj else ()


@admin.register(ActivityTemplate)
class ActivityTemplateAdmin(WordsMixin, ModelAdmin):
    """Texts to begin with."""

    list_display = ("name_zh", "name_en", "kind", "minutes", "position", "is_active")
    list_filter: ClassVar = ("kind", "is_active")
    ordering = ("kind", "position", "id")
