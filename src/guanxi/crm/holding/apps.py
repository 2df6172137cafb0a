"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoldingConfig(AppConfig):
    name = "guanxi.crm.holding"
    label = "holding"
    verbose_name = _("Holdings")
