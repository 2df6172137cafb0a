"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    name = "guanxi.crm.quality"
    label = "quality"
    verbose_name = _("Data quality")

    def ready(self) -> None:
        """Declares the sensitive fields."""
        from guanxi.crm.quality import telling  # noqa: F401 - registers its kind of notification
        from guanxi.crm.quality.sensitive import declare

        declare()
