"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KernelConfig(AppConfig):
    name = "guanxi.crm.kernel"
    label = "kernel"
    verbose_name = _("kernel")
