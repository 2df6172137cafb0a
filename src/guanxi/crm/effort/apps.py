"""The app's name for Django."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class EffortConfig(AppConfig):
    name = "guanxi.crm.effort"
    label = "effort"
    verbose_name = _("Sums of work")

    def ready(self) -> None:
        """Registers what is held about a person; after each migration the database counts as the code says."""
        from guanxi.crm.effort.following import register_following
        from guanxi.crm.effort.inventory import register_all

        register_all()
        register_following()
        post_migrate.connect(_define)


def _define(app_config: AppConfig, using: str, **_rest: Any) -> None:
    if app_config.label != "effort":
        return
    from django.db import connections

    from guanxi.crm.effort.database import define

    define(connections[using])
