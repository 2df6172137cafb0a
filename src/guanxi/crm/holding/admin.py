"""Products with their rates, and agreements, in the administration: to look at what was published."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from guanxi.crm.holding.models import Agreement, Product, ProductRate
from guanxi.crm.kernel.administration import LargeTableAdmin, ReadOnlyAdmin
from guanxi.crm.org.administration import LooksMixin
from guanxi.crm.party.models import Party

RATES_SHOWN = 200


@admin.register(Product)
class ProductAdmin(LooksMixin, ReadOnlyAdmin):
    """The catalogue; a product's rates stand on its page."""

    list_display = ("name", "id", "dimension", "kind", "line", "curve_code", "on_sale")
    list_filter = ("dimension", "kind", "line", "on_sale")
    search_fields = ("id__startswith", "name")
    ordering = ("id",)
    fields = (
        "id",
        "name",
        "name_en",
        "dimension",
        "kind",
        "line",
        "curve_code",
        "day_basis",
        "fee_rate",
        "risk_level",
        "on_sale",
        "launched_on",
        "rates",
    )
    readonly_fields = ("rates",)

    @admin.display(description=_("rates"))
    def rates(self, product: Product) -> SafeString:
        """The rates that customers get, newest first."""
        rates = ProductRate.objects.filter(product=product).order_by("currency", "term_days", "-valid_from")
        return render_to_string("holding/product_rates.html", {"rates": rates[:RATES_SHOWN]})


@admin.register(Agreement)
class AgreementAdmin(LooksMixin, LargeTableAdmin):
    """Two and a half million rows: by number only."""

    list_display = ("id", "kind", "party_name", "product_name", "currency", "balance", "balance_date", "status")
    search_fields = ("id__startswith",)
    search_help_text = _("Beginning of the agreement number")
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agreement]:
        """With the names of customer and product, by key."""
        return (
            super()
            .get_queryset(request)
            .annotate(
                party_label=Subquery(Party.objects.filter(id=OuterRef("party_id")).values("name")),
                product_label=Subquery(Product.objects.filter(id=OuterRef("product_id")).values("name")),
            )
        )

    @admin.display(description=_("customer"))
    def party_name(self, agreement: Agreement) -> str:
        """The holder's name, the number where there is no such customer."""
        return agreement.party_label or agreement.party_id  # type: ignore[attr-defined]

    @admin.display(description=_("product"))
    def product_name(self, agreement: Agreement) -> str:
        """The product's name."""
        return agreement.product_label or agreement.product_id  # type: ignore[attr-defined]
