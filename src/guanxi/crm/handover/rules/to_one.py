"""All customers to one person; what finds no place there stays."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from guanxi.crm.handover.rules.base import Candidate, Options, Rule, Taker


def wish(_one: Candidate, taker: Taker, options: Options) -> int | None:
    """Only the one who was chosen, or the first where nobody was."""
    chosen = options.get("staff")
    return 0 if taker.staff_id == chosen or (not chosen and taker.position == 0) else None


RULE = Rule("to_one", _("To one person"), _("All go to the one chosen."), wish, by="staff")
