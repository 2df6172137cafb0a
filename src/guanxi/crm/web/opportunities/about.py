"""Activities and tasks may be about an opportunity: says so to the room that keeps them, which knows none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guanxi.crm.contact.about import About, Named, register
from guanxi.crm.sales.models import Opportunity

KIND = "opportunity"


def _named(numbers: Iterable[str]) -> Mapping[str, Named]:
    """The titles of opportunities by number, as far as the reader's row security lets them be seen; one query."""
    wanted = [int(number) for number in numbers if number.isdecimal()]
    rows = Opportunity.objects.filter(pk__in=wanted).values_list("pk", "title")
    return {str(number): Named(title, reverse("opportunity", args=[number])) for number, title in rows}


ABOUT = About(KIND, _("Opportunity"), _named)


def register_about() -> None:
    """Makes opportunities known as what work can be about."""
    register(ABOUT)
