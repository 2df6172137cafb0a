"""How the tables of this room follow when two customers turn out to be one."""

from __future__ import annotations

from guanxi.crm.kernel.merging import Follows, How, register


def register_following() -> None:
    """Registers last contacts, which the triggers of activities keep."""
    register(
        Follows(
            table="effort_contacted",
            key=("party_id",),
            how=How.STAYS,
            why="kept by the triggers of activities, which move",
        ),
        Follows(
            table="effort_premier",
            key=("party_id",),
            how=How.STAYS,
            why="kept by the triggers of figures and activities, which move",
        ),
    )
