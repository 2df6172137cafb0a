"""The app's name for Django."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class HandoverConfig(AppConfig):
    name = "guanxi.crm.handover"
    label = "handover"
    verbose_name = _("Hand-over and pools")

    def ready(self) -> None:
        """Registers what hangs on a manager; after every migration the database's functions are as the code says."""
        from guanxi.crm.handover import informing  # noqa: F401 - registers its kinds of notification
        from guanxi.crm.handover.following import register_following
        from guanxi.crm.handover.hanging import register_all
        from guanxi.crm.handover.models import Handover
        from guanxi.crm.kernel.sensitive import not_secret

        register_all()
        register_following()
        not_secret(Handover, "the house's own numbers of customers, by which nothing can be proved or paid", "numbers")
        post_migrate.connect(_define)


def _define(app_config: AppConfig, using: str, **_rest: Any) -> None:
    if app_config.label != "handover":
        return
    from django.db import connections

    from guanxi.crm.handover.database import define

    define(connections[using])
