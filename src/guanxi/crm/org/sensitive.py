"""Of staff nothing is a customer's secret: numbers at which colleagues are called at work are for colleagues."""

from __future__ import annotations

from django.apps import apps

from guanxi.crm.kernel.sensitive import not_secret
from guanxi.crm.org.models import AddressLock, SignInLock, Staff, StaffSession


def declare() -> None:
    """Says so; called when the application is ready."""
    at_work = "a number or an address at work, there for colleagues to use"
    for model in (Staff, apps.get_model("org", "StaffEvent")):
        not_secret(model, at_work, "phone", "email")
    network = "a network address, needed by whoever looks into a sign-in"
    not_secret(AddressLock, network, "address")
    not_secret(StaffSession, network, "address")
    not_secret(SignInLock, "a staff number", "number")
