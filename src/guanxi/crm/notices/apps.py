"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "guanxi.crm.notices"
    label = "notices"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        """Registers what is held about a person, and the kinds of notification that this room has itself."""
        from guanxi.crm.notices import covers  # noqa: F401 - registers its kinds
        from guanxi.crm.notices.inventory import register_all

        register_all()
