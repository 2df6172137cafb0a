"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkdaysConfig(AppConfig):
    name = "guanxi.crm.workdays"
    label = "workdays"
    verbose_name = _("Working days")

    def ready(self) -> None:
        """Says what of this room holds no secret of a customer."""
        from guanxi.crm.kernel.sensitive import not_secret
        from guanxi.crm.workdays.models import Leave

        not_secret(Leave, "what somebody wrote about their own leave, shown to nobody else", "note")
