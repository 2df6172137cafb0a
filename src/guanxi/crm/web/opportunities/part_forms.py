"""The forms of an opportunity's parts: rows of products, of the team, of competitors."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.sales.opportunity_codes import Part
from guanxi.crm.sales.opportunity_parts import MOST_COMPETITORS, MOST_MEMBERS, MOST_PRODUCTS, Credit, Line, Rival
from guanxi.crm.web.contact.forms import line
from guanxi.crm.web.opportunities.forms import SELECT, SHIFTS
from guanxi.crm.web.opportunities.words import read_amount

BLANKS = 2


def figure(**more: Any) -> forms.TextInput:
    """A field for a figure."""
    return forms.TextInput(attrs={"class": "form-control", "inputmode": "decimal", "autocomplete": "off", **more})


class ProductForm(forms.Form):
    """A product: how much, for how long, at which price. A row without a product is left out."""

    product = forms.ChoiceField(label=gettext_lazy("Product"), required=False, widget=forms.Select(attrs=SELECT))
    amount = forms.CharField(label=gettext_lazy("Amount"), required=False, max_length=24, widget=figure())
    quantity = forms.IntegerField(
        label=gettext_lazy("Accounts"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
    )
    term_days = forms.IntegerField(
        label=gettext_lazy("Term in days"),
        required=False,
        min_value=1,
        max_value=36_500,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric", "list": "terms"}),
    )
    price = forms.CharField(label=gettext_lazy("Price in %"), required=False, max_length=12, widget=figure())

    def __init__(self, *args: Any, choices: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = [("", _("No product")), *choices]  # type: ignore[attr-defined]

    def clean_price(self) -> Decimal | None:
        """The price as a fraction."""
        words = self.cleaned_data["price"].replace("%", "").strip()
        if not words:
            return None
        try:
            value = Decimal(words)
        except InvalidOperation:
            raise forms.ValidationError(_("Write a rate in percent, 4.35 for instance.")) from None
        if not value.is_finite() or not 0 <= value < 100:
            raise forms.ValidationError(_("A price lies between 0 and 100 %."))
        return (value / 100).quantize(Decimal("0.000001"))


class MemberForm(forms.Form):
    """Somebody in the team. A row without a number is left out."""

    staff = forms.CharField(
        label=gettext_lazy("Staff number"), required=False, max_length=32, widget=line(list="colleagues")
    )
    part = forms.ChoiceField(
        label=gettext_lazy("Part"), choices=Part.choices, required=False, widget=forms.Select(attrs=SELECT)
    )
    share = forms.DecimalField(
        label=gettext_lazy("Share in %"), required=False, min_value=0, max_value=100, decimal_places=2, widget=figure()
    )


class RivalForm(forms.Form):
    """Another bank. A row without a name is left out."""

    name = forms.CharField(label=gettext_lazy("Bank"), required=False, max_length=80, widget=line())
    offer = forms.CharField(label=gettext_lazy("What they offer"), required=False, max_length=200, widget=line())


def _rows(form: Any, most: int) -> Any:
    return forms.formset_factory(form, extra=BLANKS, max_num=most, absolute_max=most + BLANKS)


ProductRows = _rows(ProductForm, MOST_PRODUCTS)
MemberRows = _rows(MemberForm, MOST_MEMBERS)
RivalRows = _rows(RivalForm, MOST_COMPETITORS)


def lines_of(rows: Any, shift: int) -> list[Line] | None:
    """The products of valid rows, amounts read in the unit ``shift``; None where one cannot be read."""
    found, wrong = [], False
    for form in rows:
        entered = form.cleaned_data
        if not entered.get("product"):
            continue
        try:
            amount = read_amount(entered.get("amount") or "", shift if shift in SHIFTS else 0)
        except ValueError:
            form.add_error("amount", _("Write an amount in digits."))
            wrong = True
            continue
        found.append(
            Line(
                product_id=entered["product"],
                amount=amount or Decimal(0),
                quantity=entered.get("quantity") or 1,
                term_days=entered.get("term_days"),
                price=entered.get("price"),
            )
        )
    return None if wrong else found


def credits_of(rows: Any) -> list[Credit]:
    """The team of valid rows."""
    return [
        Credit(
            staff_id=form.cleaned_data["staff"].strip().rpartition(" ")[2],
            part=form.cleaned_data.get("part") or Part.SUPPORT,
            share=form.cleaned_data.get("share") or Decimal(0),
        )
        for form in rows
        if form.cleaned_data.get("staff", "").strip()
    ]


def rivals_of(rows: Any) -> list[Rival]:
    """The competitors of valid rows."""
    return [
        Rival(name=form.cleaned_data["name"], offer=form.cleaned_data.get("offer") or "")
        for form in rows
        if form.cleaned_data.get("name", "").strip()
    ]


def percent(value: Decimal | None) -> str:
    """A fraction as it stands in a field for per cent."""
    return "" if value is None else f"{(value * 100).normalize():f}"
