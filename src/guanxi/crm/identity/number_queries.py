"""Which customer a number leads to that was a customer's own before that one became part of another."""

from __future__ import annotations

from guanxi.crm.identity.models import Alias
from guanxi.crm.kernel.scope import Scope

LONGEST = 32


def customers_now(scope: Scope, number: str) -> tuple[str, ...]:
    """The customer within the scope for whom an old number stands; one query, none for what can be no number."""
    if not number.isascii() or len(number) > LONGEST or not any(sign.isdigit() for sign in number):
        return ()
    written = {number, number.upper(), number.lower()}
    found = Alias.objects.visible_to(scope).filter(alias__in=written, until__isnull=True)
    return tuple(found.order_by("party_id").values_list("party_id", flat=True).distinct())
