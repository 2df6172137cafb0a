"""The app's name for Django."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class KernelConfig(AppConfig):
    name = "guanxi.crm.kernel"
    label = "kernel"
    verbose_name = _("kernel")

    def ready(self) -> None:
        """After every migration the database's own protection is what the models say."""
        post_migrate.connect(_protect)


def _protect(app_config: AppConfig, using: str, **_rest: Any) -> None:
    if app_config.label != "contenttypes":  # said once for each app with models, when all migrations are done
        return
    from django.db import connections

    from guanxi.crm.kernel.protection import protect

    protect(connections[using])
