"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactConfig(AppConfig):
    name = "guanxi.crm.contact"
    label = "contact"
    verbose_name = _("Activities and tasks")

    def ready(self) -> None:
        """Registers what is held about a person, what hangs on a manager and on a prospect, and the reasons that tasks
        are.
        """
        from guanxi.crm.contact import calendar_telling, telling  # noqa: F401 - registers its kinds of notification
        from guanxi.crm.contact.following import register_following
        from guanxi.crm.contact.hanging import register_hanging
        from guanxi.crm.contact.inventory import register_all
        from guanxi.crm.contact.named import register_kinds
        from guanxi.crm.contact.reasons import register_reasons
        from guanxi.crm.sales.leads import hung

        register_all()
        register_kinds()
        register_hanging()
        register_following()
        register_reasons()
        hung.register(
            hung.Hung("contact_activity"),
            hung.Hung("contact_task", follows=True),
            hung.Hung("contact_appointment", follows=True),
        )
