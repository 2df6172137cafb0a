"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsentConfig(AppConfig):
    name = "guanxi.crm.consent"
    label = "consent"
    verbose_name = _("Consent and rights of the person")

    def ready(self) -> None:
        """Registers what is held about a person, and declares the sensitive fields."""
        from guanxi.crm.consent.inventory import register_all
        from guanxi.crm.consent.sensitive import declare

        register_all()
        declare()
