"""The app's name for Django."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ConsentConfig(AppConfig):
    name = "guanxi.crm.consent"
    label = "consent"
    verbose_name = _("Consent and rights of the person")

    def ready(self) -> None:
        """Registers what is held about a person and what follows, and declares the sensitive fields; after every
        migration the database's functions are as the code says.
        """
        from guanxi.crm.consent.following import register_following
        from guanxi.crm.consent.inventory import register_all
        from guanxi.crm.consent.sensitive import declare

        register_all()
        register_following()
        declare()
        post_migrate.connect(_define)


def _define(app_config: AppConfig, using: str, **_rest: Any) -> None:
    if app_config.label != "consent":
        return
    from django.db import connections

    from guanxi.crm.consent.following import define

    define(connections[using])
