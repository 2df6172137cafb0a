"""Reads of one customer, one number, for the rooms above."""

from __future__ import annotations

import hashlib
import uuid

from guanxi.crm.identity.models import Merge


def undone_batches(party_id: str) -> frozenset[uuid.UUID]:
    """The batches under which merges that were taken back wrote into a customer's log; one query."""
    undone = Merge.objects.filter(kept=party_id, undone_at__isnull=False).values_list("pk", flat=True)
    return frozenset(batch_of(number) for number in undone)


def batch_of(merge_id: int) -> uuid.UUID:
    """The batch of what a merge writes into logs; the database's functions make the same."""
    return uuid.UUID(hashlib.md5(f"identity merge {merge_id}".encode(), usedforsecurity=False).hexdigest())
