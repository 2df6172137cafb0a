"""The API's application."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    """What programs call."""

    name = "guanxi.crm.api"
    label = "api"
    verbose_name = _("API")
