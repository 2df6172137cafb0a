"""A log as a day would leave it."""

from __future__ import annotations

import pytest

from guanxi.crm.audit.context import traced
from guanxi.crm.audit.sealing import seal
from guanxi.crm.audit.services import record, searched


@pytest.fixture(autouse=True)
def heads(settings, tmp_path):
    """A folder of heads of each test's own."""
    settings.AUDIT_HEADS = tmp_path / "heads"
    return settings.AUDIT_HEADS


def fill() -> None:
    """What Ai, Bo and Zhu did today, sealed."""
    with traced(actor="1111", roles=["rm"], address="10.1.1.1"):
        record(action="sign_in", kind="staff", object_id="1111")
        for kind in ("customer", "customer-holdings", "customer-value"):
            record(action="view", subject="P00001", kind=kind, detail={"part": True})
        record(action="view", subject="P00002", kind="customer")
        record(action="search", kind="customers", detail={**searched("13805710001"), "found": 1, "more": False})
        record(action="export", kind="customers", object_id="x", detail={"parameters": "tier=vip", "written": 12})
    with traced(actor="1101", roles=["branch_manager"], address="10.1.1.2"):
        record(action="view", subject="P00001", kind="customer-identity")
        record(action="reveal", subject="P00001", kind="phone", detail={"reason": "回访"})
    with traced(actor="1211", roles=["rm"], address="10.1.1.3"):
        record(action="refused", subject="P00001", kind="customer")
    seal()


@pytest.fixture
def log(cast) -> None:
    """The log of that day."""
    fill()
