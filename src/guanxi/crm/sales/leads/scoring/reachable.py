"""Criteria about what the bank knows of a lead: whether it can be called, is identified, is a customer already."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanxi.crm.sales.leads.scoring.base import Criterion

PHONE = Criterion("phone", _("There is a phone number"), lambda _value: ~Q(phone_token=""), needs_value=False)
IDENTIFIER = Criterion(
    "identifier", _("There is an identity or credit code"), lambda _value: ~Q(identifier_token=""), needs_value=False
)
CUSTOMER = Criterion("customer", _("Is a customer already"), lambda _value: Q(party__isnull=False), needs_value=False)
