"""Tells somebody that a steward asks whether two records are one customer, and the steward that there is an answer."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from guanxi.crm.identity.models import Decision
from guanxi.crm.notices import readers
from guanxi.crm.notices.kinds import Kind, register
from guanxi.crm.notices.readers import Reader
from guanxi.crm.notices.services import notify

ABOUT = "identity"

ASKED = register(
    Kind(
        name="identity_asked",
        title=_("Question about duplicates"),
        icon="user-question",
        words=lambda facts: str(_("%(who)s asks whether two records are one customer")) % facts,
        plain=_("Somebody asks you whether two records are one customer."),
        place="identity-asked",
    )
)
ANSWERED = register(
    Kind(
        name="identity_answered",
        title=_("Answer about duplicates"),
        icon="messages",
        words=lambda facts: str(_("%(who)s has answered your question about two records")) % facts,
        plain=_("Your question about two records is answered."),
        place="identity",
    )
)


def _seen(reader: Reader, numbers: Collection[str]) -> set[str]:
    wanted = [int(number) for number in numbers]
    seen = Decision.objects.visible_to(reader.scope).filter(pk__in=wanted).values_list("pk", flat=True)
    # Whoever is asked need see neither customer: by that alone nothing is joined.
    asked = Decision.objects.filter(pk__in=wanted, asked_whom_id=reader.scope.staff_id).values_list("pk", flat=True)
    return {str(number) for number in (*seen, *asked)}


readers.register(ABOUT, _seen)


def tell_asked(decision: Decision) -> None:
    """Tells whoever is asked."""
    if decision.asked_whom_id and decision.asked_whom_id != decision.by_id:
        notify(to=[decision.asked_whom_id], kind=ASKED, about=(ABOUT, decision.pk), by=decision.by_id)


def tell_answered(decision: Decision) -> None:
    """Tells who asked."""
    if decision.by_id and decision.by_id != decision.asked_whom_id:
        notify(to=[decision.by_id], kind=ANSWERED, about=(ABOUT, decision.pk), by=decision.asked_whom_id)
