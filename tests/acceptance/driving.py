"""Drives one address for one record, and tells whether it let somebody in."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from tests.acceptance.matrix import KWARGS, Address, Row
from tests.acceptance.stage import Stage

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
REFUSED = "/administration/login/"  # where the administration sends those whom it does not admit


def kind_of(address: Address, row: Row) -> str:
    """Whose record an address names: a customer's, a person's, a colleague's, the house's, or ("") none."""
    kinds = {KWARGS.get(row.takes.get(name, name), "house") for name in address.kwargs if name not in row.given}
    order = ("customer", "person", "colleague", "house")
    return next((kind for kind in order if kind in kinds), "")


def url_of(stage: Stage, address: Address, row: Row, records: dict[str, Any]) -> str:
    """The address with the records put in."""
    values = {**stage.house, **stage.mine, **records}
    if address.model is not None:
        values["admin_object_id"] = address.model._base_manager.order_by("pk").values_list("pk", flat=True).first()
    kwargs = {name: row.given.get(name) or values[row.takes.get(name, name)] for name in address.kwargs}
    return reverse(address.name, kwargs=kwargs)


def lets_in(response: Any, row: Row) -> bool:
    """Whether an answer is one to somebody who may; anything but a clear yes or no is an error."""
    status, to = response.status_code, response.headers.get("Location", "")
    assert status < 500, (status, response.request["PATH_INFO"])
    assert row.public or row.leaves or not to.startswith("/sign-in/"), "the session was lost"
    if row.answer and status == row.answer:
        return True
    if row.leaves and status == 302:
        return to.startswith("/sign-in/")
    if status in (403, 404) or to.startswith(REFUSED):
        return False
    if row.ends == 302 and status == 302:
        return False
    assert status in (200, 204, 286, 302), (status, response.request["PATH_INFO"])
    return True


def ask(client: Client, url: str, *, part: bool) -> Any:
    """A page, or its fragment."""
    return client.get(url, headers=PARTIAL if part else None)
