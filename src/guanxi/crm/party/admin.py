"""Customers in the administration: to look up what was published, by number."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.administration import LargeTableAdmin
from guanxi.crm.org.administration import LooksMixin
from guanxi.crm.org.models import Institution, Staff
from guanxi.crm.party.models import Party


@admin.register(Party)
class PartyAdmin(LooksMixin, LargeTableAdmin):
    """A million rows: by number only; whoever looks for a name uses the site's own search."""

    list_display = ("id", "name", "kind", "institution_name", "manager_name", "status", "opened_on")
    search_fields = ("id__startswith",)
    search_help_text = _("Beginning of the customer number")
    ordering = ("id",)
    list_display_links = ("id", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Party]:
        """With the names of institution and manager, by key, so that a row whose institution is unknown still shows."""
        return (
            super()
            .get_queryset(request)
            .annotate(
                institution_label=Subquery(Institution.objects.filter(id=OuterRef("institution_id")).values("name")),
                manager_label=Subquery(Staff.objects.filter(id=OuterRef("manager_id")).values("name")),
                manager_number=F("manager_id"),
            )
        )

    @admin.display(description=_("institution"))
    def institution_name(self, party: Party) -> str:
        """The institution's name, its number where there is no such institution."""
        return party.institution_label or party.institution_id  # type: ignore[attr-defined]

    @admin.display(description=_("relationship manager"))
    def manager_name(self, party: Party) -> str:
        """The manager's name."""
        return party.manager_label or party.manager_number or "–"  # type: ignore[attr-defined]

    def view_on_site(self, party: Party) -> str:  # type: ignore[bad-override]
        """The customer's own page."""
        return f"/customers/{party.pk}/"
