"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WatchConfig(AppConfig):
    name = "guanxi.crm.watch"
    label = "watch"
    verbose_name = _("Unusual use of personal data")

    def ready(self) -> None:
        """Says which fields hold nothing of a customer's."""
        from guanxi.crm.kernel.sensitive import not_secret
        from guanxi.crm.watch.models import Inquiry

        not_secret(Inquiry, "what an officer found out about a colleague, for officers and auditors alone", "note")
