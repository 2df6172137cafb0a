"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoldingConfig(AppConfig):
    name = "guanxi.crm.holding"
    label = "holding"
    verbose_name = _("Holdings")

    def ready(self) -> None:
        """Declares the sensitive fields."""
        from guanxi.crm.holding.sensitive import declare

        declare()
