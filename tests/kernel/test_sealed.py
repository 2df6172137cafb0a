"""Fields that are encrypted in the database and clear in Python."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import FieldError
from django.db import connection, transaction

from guanxi import sealing
from guanxi.crm.consent.models import Correction, RightsCase
from guanxi.crm.holding.models import Agreement
from guanxi.crm.kernel import sealed
from guanxi.crm.kernel.sealed import LEFT_CLEAR, SealedField, opened, sealed_fields, sealed_models, written_sealed
from guanxi.crm.kernel.sensitive import registered
from guanxi.crm.org.models import Staff
from guanxi.crm.party.models import ContactPoint, Party, PartyIdentifier
from guanxi.sealing import Sealed
from guanxi.warehouse.publish.tables import published


def test_every_sensitive_field_is_encrypted_or_said_not_to_be():
    clear = {
        f"{one.model._meta.label}.{one.field}"
        for one in registered()
        if not isinstance(one.model._meta.get_field(one.field), SealedField)
    }
    assert clear == set(LEFT_CLEAR)
    assert all(len(reason) > 40 for reason in LEFT_CLEAR.values())


def test_the_night_seals_what_the_models_say_and_with_the_same_key():
    for model in sealed_models():
        table = published(model._meta.db_table)
        if table is None:
            continue
        fields = {field.column: field for field in sealed_fields(model)}
        assert {column.name for column in table.columns if column.sealed} == set(fields)
        for field in fields.values():
            assert field.label == f"{table.name}.{field.column}"
            assert tuple(model._meta.get_field(name).column for name in field.key) == table.key


def test_a_label_belongs_to_one_column_and_its_history():
    for model in sealed_models():
        for field in sealed_fields(model):
            table, _dot, column = field.label.partition(".")
            assert column == field.column
            assert model._meta.db_table in (table, f"{table}event")
            assert set(field.key) <= {one.attname for one in model._meta.concrete_fields}


def stored(model, name, **key):
    row = model._base_manager.filter(**key)
    with connection.cursor() as cursor:
        query, parameters = row.values(name).query.sql_with_params()
        cursor.execute(query, parameters)
        return bytes(cursor.fetchone()[0])


@pytest.mark.django_db
def test_values_are_encrypted_in_the_database_and_clear_in_python(cast):
    person = cast.person
    contact = ContactPoint.objects.get(party_id=person.id, kind="mobile")
    assert contact.value == "13857100000"
    raw = stored(ContactPoint, "value", party_id=person.id, kind="mobile")
    assert b"138571" not in raw
    income = Party.objects.get(pk=person.id).annual_income
    assert isinstance(income, Decimal)
    assert stored(Party, "annual_income", pk=person.id)
    assert Party.objects.filter(kind="organisation").first().annual_income is None
    assert Agreement.objects.exclude(account_number="").first().account_number
    assert Staff.objects.get(pk=cast.ai.pk).phone == "13805711111"
    # A row that is saved again without a change stands as it stood.
    contact.save()
    assert stored(ContactPoint, "value", party_id=person.id, kind="mobile") == raw
    contact.value = ""
    contact.save()
    assert ContactPoint.objects.get(party_id=person.id, kind="mobile").value == ""


@pytest.mark.django_db
def test_only_what_is_looked_at_is_opened(cast, monkeypatch):
    asked = []
    monkeypatch.setattr(sealed, "unseal", lambda *one: asked.append(one) or sealing.unseal(*one))
    rows = list(PartyIdentifier.objects.filter(party_id=cast.person.id))
    assert asked == []
    assert rows[0].number == rows[0].number
    assert len(asked) == 1
    assert Staff.objects.only("id").get(pk=cast.ai.pk).phone == "13805711111"


@pytest.mark.django_db
def test_what_has_no_row_is_neither_sealed_nor_compared(cast):
    with pytest.raises(TypeError, match="blind index"):
        ContactPoint.objects.filter(value="13857100000").exists()
    with pytest.raises(TypeError, match="encrypted with its row"), transaction.atomic():
        ContactPoint.objects.filter(party_id=cast.person.id).update(value="13857100000")
    with pytest.raises(FieldError):
        ContactPoint.objects.filter(value__startswith="138").exists()
    with pytest.raises(ValueError, match="set those first"):
        Correction._meta.get_field("new_value").pre_save(Correction(field="name", new_value="y"), add=True)
    party_id, value = ContactPoint.objects.filter(kind="mobile").values_list("party_id", "value").first()
    assert isinstance(value, Sealed)
    assert opened(ContactPoint, "value", (party_id, "mobile", 1), value).startswith("138")
    assert not RightsCase.objects.exclude(outcome="").exists()


@pytest.mark.django_db
def test_many_rows_are_written_at_once(cast):
    rows = list(ContactPoint.objects.filter(kind="mobile")[:3])
    for place, row in enumerate(rows):
        row.value = f"1390000000{place}"
    with written_sealed(rows, "value"):
        ContactPoint.objects.bulk_update(rows, ["value"])
    again = {row.party_id: row.value for row in ContactPoint.objects.filter(kind="mobile")}
    assert [again[row.party_id] for row in rows] == ["13900000000", "13900000001", "13900000002"]
    assert [row.value for row in rows] == ["13900000000", "13900000001", "13900000002"]
