"""How the tables of this room follow when two customers turn out to be one."""

from __future__ import annotations

from guanxi.crm.kernel.merging import Follows, register, twin


def register_following() -> None:
    """Registers the items of hand-overs. Where both stand in one, the number of items that was signed must stay."""
    register(Follows(table="handover_item", clash=twin("handover_item", "handover_id"), aside=False))
