"""Activities can be about an appointment of this room: what came of a visit says which one was planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from guanxi.crm.contact.about import About, Named, register
from guanxi.crm.contact.calendar_telling import ABOUT


def _named(numbers: Iterable[str]) -> Mapping[str, Named]:
    from django.urls import reverse

    from guanxi.crm.contact.models import Appointment

    wanted = [int(one) for one in numbers if one.isdecimal() and len(one) < 19]
    rows = Appointment.objects.filter(pk__in=wanted, private=False).values_list("id", "title")
    return {str(number): Named(title, reverse("appointment", args=[number])) for number, title in rows}


APPOINTMENT = About(ABOUT, _("Appointment"), _named)


def register_kinds() -> None:
    """Makes the kind known."""
    register(APPOINTMENT)
