"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SalesConfig(AppConfig):
    name = "guanxi.crm.sales"
    label = "sales"
    verbose_name = _("Sales")

    def ready(self) -> None:
        """Registers what is held about a person, what is secret, what hangs on a manager, and reasons to act today."""
        from guanxi.crm.sales import lead_registers, opportunity_registers, referral_registers
        from guanxi.crm.sales.following import register_following
        from guanxi.crm.sales.reasons import register_reasons

        lead_registers.register_all()
        opportunity_registers.register_all()
        referral_registers.register_all()
        register_reasons()
        register_following()
