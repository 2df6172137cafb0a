"""What this room holds about a person, for the register of ``kernel``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from guanxi.crm.effort.models import Contacted, Premier
from guanxi.crm.kernel.personal import Held, register


def register_all() -> None:
    """Registers last contacts, which say nothing that the activities do not, and who is premier, as the figures say."""
    register(
        Held(
            model=Contacted,
            lookups=("party_id",),
            kind="operation",
            title=_("Last contact"),
            copy_of="contact.Activity",
        )
    )
    register(
        Held(
            model=Premier,
            lookups=("party_id",),
            kind="operation",
            title=_("Last contact with a premier customer"),
            copy_of="insight.CustomerFigure",
        )
    )
