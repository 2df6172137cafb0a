"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrgConfig(AppConfig):
    name = "guanxi.crm.org"
    label = "org"
    verbose_name = _("Institutions and staff")

    def ready(self) -> None:
        """Sign-ins are recorded from the first one on; says which fields hold nothing of a customer's."""
        from guanxi.crm.org.sensitive import declare
        from guanxi.crm.org.traces import listen

        listen()
        declare()
