"""What this room holds about a person, for the register of ``kernel``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.personal import Held, register
from guanxi.crm.notices.models import Notice


def register_all() -> None:
    """Registers notices: of a customer they hold the number alone."""
    register(
        Held(
            model=Notice,
            lookups=("party_id",),
            kind="operation",
            title=_("What the bank's staff were told about you"),
            left_out=("key", "facts", "mail", "about_kind", "about_id"),
        )
    )
