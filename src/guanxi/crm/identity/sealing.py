"""Identifiers and contacts of the customer who goes, encrypted anew for the number that stays.

They are encrypted with the key of their row, which the database cannot do by itself.
"""

from __future__ import annotations

from typing import Any

from guanxi.crm.kernel.sealed import SealedField
from guanxi.crm.party.models import ContactPoint, PartyIdentifier


def sealed_for(kept: str, gone: str) -> dict[str, list[dict[str, Any]]]:
    """By table the rows that the customer who stays gets from the other: what that customer has not got already.

    What comes is never the first choice, and is counted on behind the customer's own of its kind. Two queries; reads
    within the scope of who asks, as the database knows it.
    """
    found = {}
    for model, value in ((PartyIdentifier, "number"), (ContactPoint, "value")):
        rows = list(model.objects.filter(party_id__in=[kept, gone]).order_by("kind", "sequence_no"))
        own = [row for row in rows if row.party_id == kept]
        there = {(row.kind, getattr(row, value)) for row in own}
        last: dict[str, int] = {}
        for row in own:
            last[row.kind] = max(last.get(row.kind, 0), row.sequence_no)
        made = []
        for row in rows:
            clear = getattr(row, value)
            if row.party_id != gone or (row.kind, clear) in there:
                continue
            there.add((row.kind, clear))
            last[row.kind] = last.get(row.kind, 0) + 1
            made.append(_row(model, row, clear, value, kept, last[row.kind]))
        if made:
            found[model._meta.db_table] = made
    return found


def _row(model: type[Any], row: Any, clear: str, value: str, kept: str, place: int) -> dict[str, Any]:
    new = model(party_id=kept, kind=row.kind, sequence_no=place, is_primary=False)
    field = model._meta.get_field(value)
    assert isinstance(field, SealedField)  # noqa: S101 - or a clear number would go into the journal
    out: dict[str, Any] = {}
    for one in model._meta.concrete_fields:
        if one.name == value:
            out[one.column] = "\\x" + bytes(field.sealed(new, clear) or b"").hex()
        elif one.attname in {"party_id", "kind", "sequence_no", "is_primary"}:
            out[one.column] = getattr(new, one.attname)
        else:
            held = getattr(row, one.attname)
            out[one.column] = held.isoformat() if hasattr(held, "isoformat") else held
    return out
