"""Runs, files, tests and rows kept aside in the administration: to look at; they are worked on in the site itself."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from guanxi.crm.kernel.administration import LargeTableAdmin, ReadOnlyAdmin
from guanxi.crm.org.administration import LooksMixin, may_look
from guanxi.crm.quality.models import (
    FileDelivery,
    MendingImport,
    NightRequest,
    QuarantinedRow,
    Reconciliation,
    Run,
    RunStep,
    TestResult,
)


class RunPart(TabularInline):
    """Rows that belong to a run."""

    extra = 0
    can_delete = False
    tab = True
    per_page = 50

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may look."""
        return may_look(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The night's job writes them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The night's job writes them."""
        return False


class StepInline(RunPart):
    """The steps of a run."""

    model: type[Model] = RunStep
    fields = ("position", "name", "status", "seconds", "rows", "peak_bytes")
    ordering = ("position",)


class FileInline(RunPart):
    """The files of a run."""

    model: type[Model] = FileDelivery
    fields = ("table", "file", "encoding", "rows", "accepted", "quarantined", "amount_total")
    ordering = ("id",)


class ReconciliationInline(RunPart):
    """The reconciliations of a run."""

    model: type[Model] = Reconciliation
    fields = ("rule", "expected", "actual")
    ordering = ("id",)


@admin.register(Run)
class RunAdmin(LooksMixin, ReadOnlyAdmin):
    """The nights' runs."""

    list_display = ("business_date", "status", "started_at", "finished_at", "id")
    list_filter = ("status",)
    search_fields = ("id__startswith",)
    ordering = ("-started_at",)
    inlines = (StepInline, FileInline, ReconciliationInline)

    def view_on_site(self, run: Run) -> str:  # type: ignore[bad-override]
        """The run's own page."""
        return f"/runs/{run.pk}/"


@admin.register(TestResult)
class TestResultAdmin(LooksMixin, LargeTableAdmin):
    """The results of the data tests, newest first."""

    list_display = ("name", "model", "severity", "status", "failures", "run")
    search_fields = ("run__id__startswith",)
    search_help_text = _("Beginning of the run's number")
    ordering = ("-id",)
    list_select_related = ("run",)


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(LooksMixin, LargeTableAdmin):
    """Rows kept aside; they are mended and dismissed in the site, which keeps their history."""

    list_display = ("business_date", "table", "line", "column", "rule", "status", "mended_by", "mended_at")
    search_fields = ("table__startswith",)
    search_help_text = _("Beginning of the table's name")
    ordering = ("-id",)
    fields = (
        "business_date",
        "table",
        "file",
        "line",
        "column",
        "rule",
        "message",
        "encoding",
        "status",
        "mended",
        "mended_by",
        "mended_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuarantinedRow]:
        """Without the raw bytes, which the site shows decoded."""
        return super().get_queryset(request).defer("raw").select_related("mended_by")

    def view_on_site(self, row: QuarantinedRow) -> str:  # type: ignore[bad-override]
        """The row's own page."""
        return f"/quarantine/{row.pk}/"


@admin.register(NightRequest)
class NightRequestAdmin(LooksMixin, ReadOnlyAdmin):
    """Who started the night's job from the screen, when, and how it went."""

    list_display = ("asked_at", "asked_by", "kind", "from_day", "status", "finished_at", "exit_code")
    list_filter = ("status", "kind")
    ordering = ("-asked_at",)
    list_select_related = ("asked_by",)


@admin.register(MendingImport)
class MendingImportAdmin(LooksMixin, ReadOnlyAdmin):
    """Uploaded files of mended rows."""

    list_display = ("file_name", "uploaded_by", "uploaded_at", "applied_at", "changed")
    ordering = ("-uploaded_at",)
    list_select_related = ("uploaded_by",)
    exclude = ("rows",)
