"""The app's name for Django."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SalesConfig(AppConfig):
    name = "guanxi.crm.sales"
    label = "sales"
    verbose_name = _("Sales")

    def ready(self) -> None:
        """Registers what is held about a person, what is secret, what hangs on a manager, and reasons to act today;
        after each migration the database sums as the code says.
        """
        from guanxi.crm.sales import lead_registers, opportunity_registers, referral_registers
        from guanxi.crm.sales.following import register_following
        from guanxi.crm.sales.reasons import register_reasons

        lead_registers.register_all()
        opportunity_registers.register_all()
        referral_registers.register_all()
        register_reasons()
        register_following()
        post_migrate.connect(_define)


def _define(app_config: AppConfig, using: str, **_rest: Any) -> None:
    if app_config.label != "sales":
        return
    from django.db import connections

    from guanxi.crm.sales.sum_database import define

    define(connections[using])
