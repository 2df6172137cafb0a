"""Reasons of the morning list that are this room's: opportunities whose day comes or has passed."""

from __future__ import annotations


def register_reasons() -> None:
    """Registers them; called when the application is ready."""
    from guanxi.crm.insight.reasons.base import register
    from guanxi.crm.sales.reasons import opportunity

    register(opportunity.REASON)
