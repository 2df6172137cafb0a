"""Publications, and the assumptions behind the figures, in the administration."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from guanxi.crm.insight.models import Assumption, Publication
from guanxi.crm.kernel.administration import ReadOnlyAdmin
from guanxi.crm.org.administration import LooksMixin, may_look


@admin.register(Publication)
class PublicationAdmin(LooksMixin, ReadOnlyAdmin):
    """Each publication: which business date it shows and what it wrote."""

    list_display = ("business_date", "previous_business_date", "published_at", "run_id")
    ordering = ("-id",)
    date_hierarchy = None

    def get_urls(self) -> list[URLPattern]:
        """Also the assumptions: their key has several columns, which the administration cannot register."""
        return [
            path("assumptions/", self.admin_site.admin_view(self.assumptions), name="assumptions"),
            *super().get_urls(),
        ]

    def assumptions(self, request: HttpRequest) -> TemplateResponse:
        """The rates, unit costs and thresholds in force at the newest publication, by kind; one query."""
        from django.core.exceptions import PermissionDenied

        if not may_look(request):
            raise PermissionDenied
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Assumptions"),
            "assumptions": Assumption.objects.order_by("kind", "key", "-valid_from"),
            "opts": self.model._meta,
        }
        return TemplateResponse(request, "insight/assumptions.html", context)
