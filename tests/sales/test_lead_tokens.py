"""Leads while the data key is rotated: found under the old and under the new, and by nothing of the old one later."""

from __future__ import annotations

import pytest
from django.utils import timezone

from guanxi import keyring
from guanxi.commands import keys as command
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import standing_of
from guanxi.crm.sales import lead_tokens
from guanxi.crm.sales.leads.duplicates import twins_of
from guanxi.crm.sales.leads.services import change_lead
from guanxi.crm.sales.models import Lead, LeadEvent
from tests.sales.leads import details, lead_in


@pytest.mark.django_db
def test_a_lead_is_found_while_keys_are_rotated_and_after(own_keys, cast):
    scopes = standing_of(cast.ai, version=2, today=timezone.localdate()).scopes
    first = keyring.keyring().active.id
    lead = lead_in("B11", manager="1111", phone="13800001111", identifier="11010519491231002X")
    changed = details("改名", phone="13800001111", identifier="11010519491231002X")
    change_lead(scope=scopes[Verb.EDIT], by="1111", lead_id=lead.pk, version=1, details=changed)
    second = keyring.add_key().id

    def found() -> bool:
        twins = twins_of(scopes[Verb.SEE], name="另名", phone="138 0000 1111", identifier="11010519491231002x")
        return [one.by for one in twins] == [("identifier", "phone")]

    assert found()
    assert {one.key_id for one in lead_tokens.used()} == {first}
    assert command.keys_used()[first] > 0
    assert lead_tokens.rotate_lead_tokens() == 2
    assert {one.key_id for one in lead_tokens.used()} == {second}
    assert found()
    assert lead_tokens.rotate_lead_tokens() == 0
    assert Lead.objects.get().version == 2
    assert LeadEvent.objects.count() == 1, "making tokens anew is no change of a lead"
