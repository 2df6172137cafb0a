"""Who may use the administration, and what for: administrators everything it offers, auditors to look."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from guanxi.crm.org.models import Role


def does_everything(request: HttpRequest) -> bool:
    """Whether the person is free of every restriction of the administration."""
    return bool(getattr(request.user, "is_superuser", False))


def administers(request: HttpRequest) -> bool:
    """Whether the person is an administrator today."""
    return does_everything(request) or Role.ADMINISTRATOR in getattr(request, "roles", ())


def may_look(request: HttpRequest) -> bool:
    """Whether the person may look at the administration's lists: administrators and auditors admitted to it."""
    return administers(request) or Role.AUDITOR in getattr(request, "roles", ())


class LooksMixin:
    """Rows that administrators and auditors may look at; put before an admin class."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators and auditors."""
        return may_look(request)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only what the filters beside a list send: any other condition is a question about columns not shown."""
        field, _hop, how = lookup.partition("__")
        return field in getattr(self, "list_filter", ()) and how in ("", "exact", "in", "isnull")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Administrators and auditors."""
        return may_look(request)
