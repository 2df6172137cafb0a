"""By what customers fall into a pool; a new kind is a file and a line here."""

from __future__ import annotations

from guanxi.crm.handover.recycling import idle, left, over_capacity, small
from guanxi.crm.handover.recycling.base import Kind

KINDS: dict[str, Kind] = {kind.name: kind for kind in (left.KIND, over_capacity.KIND, idle.KIND, small.KIND)}

__all__ = ["KINDS", "Kind"]
