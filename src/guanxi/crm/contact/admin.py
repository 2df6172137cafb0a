"""What administrators keep for activities and calendars: outcomes, templates, rooms and cars."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from guanxi.crm.contact.models import ActivityTemplate, Outcome, ReasonSetting, Resource
from guanxi.crm.contact.morning_services import put_setting
from guanxi.crm.insight.reasons.base import registered
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


class ReasonSettingForm(forms.ModelForm):
    """A new version of how much a reason weighs; what holds now is shown beside it."""

    reason = forms.ChoiceField(label=_("reason"))

    class Meta:
        model = ReasonSetting
        fields: ClassVar = ["reason", "weight", "lead_days", "keep_days", "half_life", "is_shown"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "reason" in self.fields:
            choices = [(one.code, one.label) for one in registered().values()]
            self.fields["reason"].choices = choices  # type: ignore[attr-defined]  # pyrefly: ignore[missing-attribute]


@admin.register(ReasonSetting)
class ReasonSettingAdmin(WordsMixin, ModelAdmin):
    """How much each kind of reason on the morning list weighs: the newest version holds, older ones stay to be read."""

    form = ReasonSettingForm
    list_display = (
        "kind", "version", "weight", "lead_days", "keep_days", "half_life", "is_shown", "made_by", "made_at",
    )  # fmt: skip
    list_select_related = ("made_by",)
    ordering = ("reason", "-version")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a change is a new version."""
        return False

    @admin.display(description=_("reason"), ordering="reason")
    def kind(self, setting: ReasonSetting) -> str:
        """The reason's name."""
        known = registered().get(setting.reason)
        return str(known.label) if known else setting.reason

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Puts the next version."""
        put_setting(obj, by=str(request.user.pk))


@admin.register(Resource)
class ResourceAdmin(WordsMixin, ModelAdmin):
    """Rooms and cars that can be booked. One that is no longer there is switched off: its bookings still name it."""

    list_display = ("name_zh", "name_en", "kind", "institution", "seats", "position", "is_active")
    list_filter: ClassVar = ("kind", "is_active")
    ordering = ("institution", "position", "id")
