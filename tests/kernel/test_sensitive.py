"""The register of sensitive fields: no field whose name sounds so is forgotten."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db import models

from guanxi.crm.holding.models import Agreement
from guanxi.crm.kernel.masks import MASKS, Secret
from guanxi.crm.kernel.sensitive import Sensitive, declared, register, registered, said_not_to_be, shown
from guanxi.crm.party.codes import ContactKind, IdentifierKind
from guanxi.crm.party.models import ContactPoint, Party, PartyIdentifier
from guanxi.crm.quality.sensitive import COLUMNS
from guanxi.warehouse.landing.tables import TABLES

SOUNDS_SO = re.compile(
    r"number|phone|mobile|e?mail|address|account|card|income|salary|identi|wechat|birth|token|proof_ref|"
    r"^(value|raw|mended|rows|contact|memo|details|outcome|note)$|(old|new)_value"
)
HOLDS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.DecimalField,
    models.DateField,
)
# Numbers of the house's own, by which nothing of a customer is told: (model, field).
OWN_NUMBERS = {
    ("consent.RightsCase", "number"),
    ("audit.Entry", "address"),
    ("insight.Publication", "rows"),
    ("insight.Assumption", "value"),
    ("bulletin.MaterialVersion", "note"),
}


def sounding() -> list[tuple[type[models.Model], str]]:
    found = []
    for model in apps.get_models():
        if not model.__module__.startswith("guanxi."):
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, HOLDS) and not field.choices and SOUNDS_SO.search(field.name):
                found.append((model, field.name))
    return found


def test_every_field_that_sounds_sensitive_is_declared_or_said_not_to_be():
    names = sounding()
    assert len(names) > 15
    for model, name in names:
        known = declared(model, name) or (model, name) in said_not_to_be()
        assert known or (model._meta.label, name) in OWN_NUMBERS, f"{model._meta.label}.{name} is not declared"


def test_what_is_said_not_to_be_is_not_declared_as_well_and_has_a_reason():
    for (model, name), why in said_not_to_be().items():
        assert declared(model, name) is None
        assert len(why) > 10


def test_every_entry_can_be_walked_and_masked():
    entries = registered()
    assert {(one.model, one.field) for one in entries} >= {
        (PartyIdentifier, "number"), (ContactPoint, "value"), (Party, "annual_income"), (Agreement, "account_number"),
    }  # fmt: skip
    for one in entries:
        assert one.kind in MASKS
        assert not one.by or one.model._meta.get_field(one.by)
        assert set((one.kinds or {}).values()) <= {*Secret, None}


def test_every_kind_of_document_and_contact_has_been_thought_of():
    for model, field, codes in ((PartyIdentifier, "number", IdentifierKind), (ContactPoint, "value", ContactKind)):
        entry = declared(model, field)
        assert entry is not None
        assert set(entry.kinds or {}) == set(codes.values)


def test_a_code_that_nobody_declared_is_hidden():
    assert shown(ContactPoint, "value", "@wang", "weibo") == "****"
    assert shown(PartyIdentifier, "number", "330106198001011234", "new_card") == "3******34"
    assert shown(PartyIdentifier, "number", "91330106MA0000001X", "unified_credit_code") == "91330106MA0000001X"
    assert shown(ContactPoint, "value", "杭州市文三路1号", "registered_address") == "杭州市文三路1号"


def test_a_field_that_is_not_declared_is_not_taken_for_masked():
    with pytest.raises(KeyError):
        shown(Party, "name", "王秀英")
    with pytest.raises(ValueError, match="declared twice"):
        register(Sensitive(model=Party, field="annual_income", kind=Secret.WHOLE))


def test_columns_of_the_banks_files_that_hold_secrets_exist():
    for table, column in COLUMNS:
        assert TABLES[table].column(column)
