"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartyConfig(AppConfig):
    name = "guanxi.crm.party"
    label = "party"
    verbose_name = _("Customers")

    def ready(self) -> None:
        """Declares the sensitive fields."""
        from guanxi.crm.party.sensitive import declare

        declare()
