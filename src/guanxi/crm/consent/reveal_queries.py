"""Clear values of corrections, one at a time: see ``party/reveal_queries.py``."""

from __future__ import annotations

from guanxi.crm.consent.corrections import Correctable
from guanxi.crm.consent.models import Correction
from guanxi.crm.kernel import sensitive
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.sensitive import Clear


def clear_corrected_from(scope: Scope, party_id: str, key: str) -> Clear | None:
    """What stood on file when a correction was asked for; one query."""
    return _clear(scope, party_id, key, "old_value")


def clear_corrected_to(scope: Scope, party_id: str, key: str) -> Clear | None:
    """What the person says is right; one query."""
    return _clear(scope, party_id, key, "new_value")


def _clear(scope: Scope, party_id: str, key: str, name: str) -> Clear | None:
    if not key.isascii() or not key.isdigit() or len(key) > 18:
        return None
    row = Correction.objects.visible_to(scope).filter(pk=int(key), case__party_id=party_id).first()
    value = getattr(row, name) if row else ""
    if row is None or not value:
        return None
    label = str(Correctable(row.field).label) if row.field in Correctable.values else row.field
    return sensitive.of(Correction, name).clear(value, row.field, label)
