"""Pipelines, their stages and the reasons for winning and losing in the administration; every version is kept."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline

from guanxi.crm.kernel.administration import ReadOnlyAdmin
from guanxi.crm.org.administration import LooksMixin, administers
from guanxi.crm.sales.models import CloseReason, Pipeline, PipelineVersion, Stage
from guanxi.crm.sales.opportunity_codes import Required, State
from guanxi.crm.sales.pipeline_form import PipelineForm
from guanxi.crm.sales.pipeline_services import note_version


class KeepsMixin(LooksMixin):
    """What administrators keep. What was used once is switched off, not deleted: old opportunities still say it."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return administers(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


class StageForm(forms.ModelForm):
    """A stage, with what it requires to be ticked."""

    required = forms.MultipleChoiceField(
        label=_("required before it"),
        choices=Required.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Stage
        fields = (
            "code", "name_zh", "name_en", "process", "state", "probability", "days", "required", "position",
            "is_active",
        )  # fmt: skip


class StageFormSet(forms.BaseInlineFormSet):
    """The stages of a pipeline: it can only be worked with where one is open, one wins and one loses."""

    def clean(self) -> None:
        """Refuses a pipeline without an end or without a beginning."""
        super().clean()
        rows = [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None)]
        states = {row.get("state") for row in rows if row.get("is_active")}
        if not any(self.errors) and states != set(State.values):
            raise ValidationError(
                _("A pipeline in use needs a stage that is open, one that wins and one that loses."), code="ends"
            )


class StageInline(StackedInline):
    """The stages beneath their pipeline."""

    model = Stage
    form = StageForm
    formset = StageFormSet
    extra = 0
    ordering = ("position", "id")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return administers(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return administers(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may look at the pipeline."""
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(Pipeline)
class PipelineAdmin(KeepsMixin, ModelAdmin):
    """One pipeline a product line. Saving keeps what it has become as the next version; of two who save at once, the
    second sees what the first has changed.
    """

    form = PipelineForm
    list_display = ("name_zh", "name_en", "line", "tolerance", "version", "position", "is_active")
    ordering = ("position", "id")
    readonly_fields = ("line", "version")
    inlines: ClassVar = [StageInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: each product line has its pipeline."""
        return False

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **more: Any) -> Any:
        """The page; a version that is no longer the newest answers 409, as everywhere."""
        response = super().render_change_form(request, context, *args, **more)
        if getattr(context["adminform"].form, "is_stale", False):
            response.status_code = 409
        return response

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Keeps the version once the stages are written."""
        super().save_related(request, form, formsets, change)
        note_version(pipeline_id=form.instance.pk, by=str(request.user.pk))


@admin.register(PipelineVersion)
class PipelineVersionAdmin(LooksMixin, ReadOnlyAdmin):
    """What pipelines were: since when, by whom."""

    list_display = ("pipeline", "version", "made_by", "made_at")
    list_filter = ("pipeline",)
    ordering = ("-made_at", "-id")


@admin.register(CloseReason)
class CloseReasonAdmin(KeepsMixin, ModelAdmin):
    """Why opportunities are won or lost."""

    list_display = ("name_zh", "name_en", "state", "position", "is_active")
    list_filter = ("state", "is_active")
    ordering = ("state", "position", "id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators."""
        return administers(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """State and code stay as they are: what was recorded means them."""
        return ("state", "code") if obj else ()
