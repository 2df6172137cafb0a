"""Search: which customers a text means, through the table of tokens, looked up with ``=`` alone."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.models import SearchToken

PHONE_GRAM = 4


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a text is looked up by: any of ``tokens``."""

    text: str
    tokens: tuple[str, ...]


def looked_up(text: str) -> Lookup | None:
    """What a text typed by a person is looked up by; None where it is too short to tell anything."""
    clean = "".join(unicodedata.normalize("NFKC", text).split()).lower()
    if not clean:
        return None
    if clean.isdigit():
        tokens = [f"x{clean}"]
        if len(clean) >= PHONE_GRAM:
            tokens.append(f"d{clean[:PHONE_GRAM]}")
        return Lookup(clean, tuple(tokens))
    if clean.isascii():
        tokens = [f"x{clean.upper()}"]
        if clean.isalpha():
            tokens += [f"p{clean[:12]}", f"i{clean}"]
        return Lookup(clean, tuple(tokens))
    return Lookup(clean, (f"n{clean[:2]}",))


def narrow_to(rows: QuerySet[Any], text: str, scope: Scope) -> QuerySet[Any]:
    """Rows of a model with ``party`` and ``institution`` whose party matches ``text``; none for no text."""
    lookup = looked_up(text)
    if lookup is None:
        return rows.none()
    tokens = SearchToken.objects.filter(
        token__in=lookup.tokens, institution_id=OuterRef("institution_id"), party_id=OuterRef("party_id")
    )
    return rows.filter(Exists(tokens))
