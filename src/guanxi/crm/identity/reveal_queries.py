"""Clear values of records, one at a time: what a reveal reads. Nothing else on the site calls these."""

from __future__ import annotations

from guanxi.crm.identity.models import Record
from guanxi.crm.identity.pair_queries import secret_of
from guanxi.crm.kernel.masks import hide
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.sensitive import Clear


def clear_field(scope: Scope, party_id: str, key: str) -> Clear | None:
    """A value of a record of the customer's, by the record's number and the value's place; one query.

    None for what is not there, lies outside the scope of the verb *reveal*, or is no secret.
    """
    number, _at, place = key.rpartition("@")
    record = Record.objects.visible_to(scope).filter(pk=number, party_id=party_id).first()
    if record is None or not place.isdigit() or int(place) >= len(record.content):
        return None
    one = record.content[int(place)]
    secret = secret_of(one["field"])
    if secret is None:
        return None
    value = str(one["value"])
    return Clear(value, hide(secret, value), secret, "identity.Record.content", str(one["field"]))
