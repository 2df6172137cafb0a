"""Reasons of the morning list that are this room's: tasks that are due, promises to the customer."""

from __future__ import annotations


def register_reasons() -> None:
    """Registers them; called when the application is ready. What was promised stands before all else."""
    from guanxi.crm.contact.reasons import promise, task
    from guanxi.crm.insight.reasons.base import register

    register(promise.REASON, task.REASON)
