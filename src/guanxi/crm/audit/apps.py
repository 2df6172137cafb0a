"""The app's name for Django, and what holds after every migration: rights and the months ahead."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "guanxi.crm.audit"
    label = "audit"
    verbose_name = _("Audit log")

    def ready(self) -> None:
        """After every migration the log's tables are there for the months ahead, and only for adding and reading."""
        post_migrate.connect(_hold, sender=self)


def _hold(using: str, **_rest: Any) -> None:
    from django.db import connections

    from guanxi.crm.audit.tables import hold

    hold(connections[using])
