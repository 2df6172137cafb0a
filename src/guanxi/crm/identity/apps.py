"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    name = "guanxi.crm.identity"
    label = "identity"
    verbose_name = _("One customer, one number")

    def ready(self) -> None:
        """Registers what is held about a person."""
        from guanxi.crm.identity.inventory import register_all
        from guanxi.crm.identity.sensitive import declare

        register_all()
        declare()
