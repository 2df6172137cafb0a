"""Leads for tests: made as the pages make them, or placed where a test wants them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from guanxi.crm.sales.leads.services import Details, take_in_lead
from guanxi.crm.sales.models import Lead


def details(name: str = "张三", **more: Any) -> Details:
    """What somebody says about a lead."""
    return Details(**{"kind": "person", "source": "hand", "name": name} | more)


def lead_in(
    institution: str, name: str = "张三", *, manager: str | None = None, by: str | None = None, **more: Any
) -> Lead:
    """A lead in the pool of an institution, or a manager's."""
    key = uuid4()
    return take_in_lead(
        key=key, by=by, details=details(name, **more), institution_id=institution, manager_id=manager
    ).lead
