"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "guanxi.crm.web"
    label = "web"
    verbose_name = _("Web")

    def ready(self) -> None:
        """Registers the kinds of notification that the site has itself, and what else activities can be about."""
        from guanxi.crm.web.exports import telling  # noqa: F401
        from guanxi.crm.web.opportunities.about import register_about

        register_about()
