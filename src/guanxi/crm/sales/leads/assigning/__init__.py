"""The ways of choosing who gets a lead; a new one is a file and a line here."""

from __future__ import annotations

from guanxi.crm.sales.leads.assigning import capacity, product, round_robin, territory
from guanxi.crm.sales.leads.assigning.base import Asked, Taker, Way, choose

WAYS: dict[str, Way] = {way.name: way for way in (round_robin.WAY, capacity.WAY, territory.WAY, product.WAY)}

__all__ = ["WAYS", "Asked", "Taker", "Way", "choose"]
