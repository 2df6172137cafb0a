"""The app's name for Django."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    name = "guanxi.crm.identity"
    label = "identity"
    verbose_name = _("One customer, one number")

    def ready(self) -> None:
        """Registers what is held about a person and what follows; after every migration the functions are as the code
        says.
        """
        from guanxi.crm.identity import following, telling  # noqa: F401 - registers its kinds of notification
        from guanxi.crm.identity.inventory import register_all
        from guanxi.crm.identity.sensitive import declare

        register_all()
        following.register_all()
        declare()
        post_migrate.connect(_define)


def _define(app_config: AppConfig, using: str, **_rest: Any) -> None:
    if app_config.label != "identity":
        return
    from django.db import connections

    from guanxi.crm.identity.database import define

    define(connections[using])
