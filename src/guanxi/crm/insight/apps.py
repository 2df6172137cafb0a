"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    name = "guanxi.crm.insight"
    label = "insight"
    verbose_name = _("Insight")

    def ready(self) -> None:
        """Registers the reasons that rest on what is published."""
        from guanxi.crm.insight.reasons import PUBLISHED
        from guanxi.crm.insight.reasons.base import register

        register(*PUBLISHED)
