"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RulingsConfig(AppConfig):
    name = "guanxi.crm.rulings"
    label = "rulings"
    verbose_name = _("Rules")

    def ready(self) -> None:
        """Says which fields hold nothing of a customer's."""
        from guanxi.crm.kernel.sensitive import not_secret
        from guanxi.crm.rulings.models import RuleNight, RuleVersion

        not_secret(RuleVersion, "rules and why they changed, which speak of no customer", "content", "reason", "note")
        not_secret(RuleNight, "rules, which speak of no customer", "content")
