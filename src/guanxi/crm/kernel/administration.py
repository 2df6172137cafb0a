"""The administration: a site of django-unfold's, with a Content-Security-Policy of its own and lists that stay fast.

``docs/decisions/`` says why the administration alone may run inline script.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.db import connection, models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csp import csp_override
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from guanxi.crm.kernel.sensitive import declared

# django-unfold is built on Alpine.js, which evaluates expressions, and writes its colours inline. Everything still
# comes from this server, so these pages load nothing from outside and nobody may frame them but themselves.
POLICY = {
    **settings.SECURE_CSP,
    "script-src": [CSP.SELF, CSP.UNSAFE_INLINE, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "frame-ancestors": [CSP.SELF],
}
COUNTED = 1_000
"""How many rows of a large table's search result are counted before the count is called "more than"."""
LARGEST_PAGE = 200
"""How many pages of a large table can be leafed through: beyond it one searches."""


class AdministrationSite(UnfoldAdminSite):
    """The administration's site: signing in is the staff's own sign-in page; its policy allows unfold's scripts."""

    enable_nav_sidebar = True

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's, with the administration's Content-Security-Policy on what it answers."""
        return csp_override(POLICY)(super().admin_view(view, cacheable))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sends those who have not signed in to the staff's sign-in page, and tells the others that they may not."""
        from django.core.exceptions import PermissionDenied

        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        there = request.GET.get("next") or request.POST.get("next") or reverse("admin:index")
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': there})}")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """There is one page for the own password: it counts refusals and ends the other sessions."""
        return redirect("password")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Signs out as everywhere else, and as everywhere else by a form alone: no picture elsewhere can do it."""
        from django.contrib.auth import logout

        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        logout(request)
        return redirect(settings.LOGOUT_REDIRECT_URL)


class EstimatingPaginator(Paginator):
    """Counts without counting: PostgreSQL's own estimate of a whole table, and at most ``COUNTED`` rows of a search.

    Costs one query of the catalogue, or one that reads at most ``COUNTED`` rows.
    """

    @cached_property
    def count(self) -> int:
        """The number of rows as far as the pages go: exact for small results, never more than can be leafed through."""
        queryset: Any = self.object_list
        if not isinstance(queryset, models.QuerySet):
            return super().count
        if queryset.query.where:
            return queryset.order_by()[:COUNTED].count()
        estimate = estimated_rows(queryset.model)
        if estimate < COUNTED:
            return queryset.order_by()[:COUNTED].count()
        return min(estimate, LARGEST_PAGE * int(self.per_page))


def estimated_rows(model: type[models.Model]) -> int:
    """About how many rows a model's table holds, its partitions included: what PostgreSQL knew at its last analysis."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint from pg_class c where c.oid = %s::regclass"
            " or c.oid in (select relid from pg_partition_tree(%s::regclass) where isleaf)",
            [f'"{table}"', f'"{table}"'],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


class MasksMixin:
    """Sensitive fields show masked, as they are declared; in lists they cannot stand at all."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The fields, each sensitive one as its mask."""
        return [self._masked(name) for name in super().get_fields(request, obj)]  # type: ignore[misc]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """As above."""
        return [self._masked(name) for name in super().get_readonly_fields(request, obj)]  # type: ignore[misc]

    def get_list_display(self, request: HttpRequest) -> Any:
        """As above."""
        return [self._masked(name) for name in super().get_list_display(request)]  # type: ignore[misc]

    def _masked(self, name: Any) -> Any:
        model: Any = self.model  # type: ignore[attr-defined]
        entry = declared(model, name) if isinstance(name, str) else None
        if entry is None:
            return name

        def masked(row: Any) -> str:
            return entry.shown(getattr(row, entry.field), getattr(row, entry.by) if entry.by else "")

        masked.__name__ = f"masked_{name}"
        masked.short_description = model._meta.get_field(name).verbose_name  # type: ignore[attr-defined]
        return masked


class ReadOnlyAdmin(MasksMixin, ModelAdmin):
    """Rows that somebody else writes: the night's job, a trigger. They can be looked at, and nothing else."""

    actions = None
    list_disable_select_all = True
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes."""
        return False


class LargeTableAdmin(ReadOnlyAdmin):
    """A published table that may hold millions of rows: ordered and searched by its key alone, never counted.

    ``search_fields`` must be prefixes of indexed columns (``id__startswith``), so that a search reads an index.
    """

    paginator = EstimatingPaginator
    list_max_show_all = 0
    ordering = ("pk",)
    sortable_by = ()
    search_help_text = _("Beginning of the number")
