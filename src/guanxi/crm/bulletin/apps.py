"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BulletinConfig(AppConfig):
    name = "guanxi.crm.bulletin"
    label = "bulletin"
    verbose_name = _("Bulletin board")

    def ready(self) -> None:
        """Registers its kind of notification."""
        from guanxi.crm.bulletin import telling  # noqa: F401
